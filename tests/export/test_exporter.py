from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import get_args

import clusters
import fsspec
import pytest
from commands import run
from exports import Site, broken_off, joined, marks, parts, whole
from servers import free_port
from waiting import until

from recommender import Recommender
from recommender.artefacts import LocalModels
from recommender.errors import ExportError, StorageError
from recommender.export import Exporter, ExportFormat, from_parquet
from recommender.journal import Journal, PostedArticle, WithdrawnArticle
from recommender.parallel import Engine
from recommender.ranking import Options
from recommender.storage import locked_folder

WAYS = [(1, 1), (1, 2), (7, 1), (7, 2), (1000, 1), (1000, 2)]
"""Articles a task, and workers."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """150 articles of three months, one without a date, and a model of them."""
    return Site(tmp_path_factory.mktemp("site"), articles=150)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A site whose export takes long enough, at an article a task, for something to happen meanwhile."""
    return Site(tmp_path_factory.mktemp("large"), articles=300)


@pytest.fixture(scope="module")
def answers(site: Site) -> bytes:
    """What the site's export is to hold."""
    return site.answers()


@pytest.fixture(scope="module")
def dask() -> Iterator[clusters.Cluster]:
    """A scheduler and two workers."""
    with clusters.dask() as cluster:
        yield cluster


def exporter(site: Site, *, task_size: int = 7, workers: int = 1, limit: int | None = None) -> Exporter:
    """An exporter of the site's model on this machine."""
    return Exporter(
        LocalModels(site.models), site.version, limit=limit, engine=Engine(workers=workers), task_size=task_size
    )


@pytest.mark.parametrize(("task_size", "workers"), WAYS)
def test_a_file_holds_what_look_ups_give_however_it_is_cut(
    site: Site, answers: bytes, tmp_path: Path, task_size: int, workers: int
) -> None:
    assert exporter(site, task_size=task_size, workers=workers).to_file(tmp_path / "lists.jsonl") == 150
    assert (tmp_path / "lists.jsonl").read_bytes() == answers
    assert sorted(file.name for file in tmp_path.iterdir()) == ["lists.jsonl", "lists.jsonl.names"]


@pytest.mark.long
@pytest.mark.parametrize(("task_size", "workers"), WAYS)
def test_a_dataset_of_dask_holds_the_same(
    site: Site, answers: bytes, tmp_path: Path, dask: clusters.Cluster, task_size: int, workers: int
) -> None:
    engine = Engine("dask", dask.address, workers)
    with engine.started():
        Exporter(LocalModels(site.models), site.version, engine=engine, task_size=task_size).to_folder(str(tmp_path))
    assert joined(tmp_path) == answers
    assert whole(tmp_path)


def test_a_dataset_has_a_folder_a_month_its_parts_numbered_in_rank_order(site: Site, tmp_path: Path) -> None:
    exporter(site, task_size=60).to_folder(str(tmp_path))
    files = [str(file.relative_to(tmp_path)) for file in parts(tmp_path).values()]
    assert files == [
        "month=2024-02/part-000000.jsonl",
        "month=2024-01/part-000001.jsonl",
        "month=2024-01/part-000002.jsonl",
        "month=2024-01/part-000003.jsonl",
        "month=__HIVE_DEFAULT_PARTITION__/part-000004.jsonl",
    ]
    sizes = [len(file.read_bytes().splitlines()) for file in parts(tmp_path).values()]
    run = json.loads((tmp_path / "_run.json").read_bytes())
    assert sizes == [part["last"] - part["first"] + 1 for part in run.pop("parts")]
    assert run == {
        "version": site.version,
        "live": "",
        "limit": 10,
        "format": "jsonl",
        "task_size": 60,
        "articles": 150,
    }
    assert (tmp_path / "_SUCCESS").read_bytes() == b""


def test_a_dataset_says_what_each_article_is_known_by(tmp_path: Path, site: Site) -> None:
    exporter(site, task_size=60).to_folder(str(tmp_path))
    for name, file in parts(tmp_path).items():
        ids = [json.loads(line)["id"] for line in file.read_bytes().splitlines()]
        known = [json.loads(line) for line in (tmp_path / "_names" / name).read_bytes().splitlines()]
        urls = {id: {} if id == "undated" else {"urls": [f"site.example/{id}"]} for id in ids}
        assert known == [{"id": id, **urls[id]} for id in ids]


def test_parquet_gives_the_same_answers_byte_for_byte(site: Site, answers: bytes, tmp_path: Path) -> None:
    exporter(site).to_folder(str(tmp_path), form="parquet")
    found = [from_parquet(file.read_bytes()) for file in parts(tmp_path).values()]
    assert b"".join(answer + b"\n" for part in found for answer in part) == answers
    assert b'"quality":"high"' in answers
    assert b'"quality":3' in answers


def test_fields_and_options_are_those_of_look_ups_and_another_export_is_not_continued(
    site: Site, tmp_path: Path
) -> None:
    fields, options = ("score", "quality", "url", "id"), Options(min_score=0.2, exclude=["undated"])
    recommender = Recommender.load(site.models)
    expected = [recommender.answer(article.id, fields=fields, **options) for article in recommender]
    for form in get_args(ExportFormat):
        out = f"{tmp_path}/{form}/"
        for _ in range(2):  # the second finds it done
            chosen = Exporter(LocalModels(site.models), site.version, fields=fields, options=options)
            assert chosen.to_folder(out, form=form) == 150
        found: list[bytes] = []
        for file in parts(tmp_path / form).values():
            content = file.read_bytes()
            found += from_parquet(content) if form == "parquet" else content.splitlines()
        assert found == expected
        with pytest.raises(ExportError, match="use the same options"):
            Exporter(LocalModels(site.models), site.version, fields=fields).to_folder(out, form=form)


def test_an_export_at_a_url_is_the_same(site: Site, answers: bytes) -> None:
    exporter(site).to_folder("memory://lists/all")
    files = fsspec.filesystem("memory")
    found = sorted(files.glob("/lists/all/month=*/part-*"), key=lambda path: path.rpartition("/")[2])
    assert b"".join(map(files.cat_file, found)) == answers
    assert files.exists("/lists/all/_SUCCESS")


def test_a_url_that_nothing_reads_is_told(site: Site) -> None:
    with pytest.raises(StorageError, match=r"^nowhere://lists: can't be reached: Protocol not known: nowhere"):
        exporter(site).to_folder("nowhere://lists")


def test_live_articles_are_exported_in_their_place(tmp_path: Path) -> None:
    site = Site(tmp_path / "site", articles=150)
    base = Recommender.load(site.models)
    gone, replaced = base[5], base[60]
    journal = Journal(site.models)
    for posted in ({"id": "new", "date": "2024-01-20"}, {"id": replaced.id, "date": "2024-02-10"}):
        journal.append(PostedArticle.parse(json.dumps({"title": base[80].title, **posted}), "json").to_record())
    journal.append(WithdrawnArticle.from_article(gone).to_record())
    out = tmp_path / "out"
    exporter(site, workers=2).to_folder(str(out))
    assert joined(out) == site.answers()
    answered = [json.loads(line) for line in joined(out).splitlines()]
    ids = [answer["id"] for answer in answered]
    assert len(set(ids)) == len(ids) == 150
    assert "new" in ids
    assert gone.id not in ids
    known = b"".join(file.read_bytes() for file in sorted((out / "_names").iterdir()))
    assert [json.loads(line)["id"] for line in known.splitlines()] == ids
    entries = [entry for answer in answered for entry in answer["related"]]
    assert gone.title not in [entry["title"] for entry in entries]
    months = [file.parent.name for file in parts(out).values()]
    assert sorted(months[:-1], reverse=True) == months[:-1]

    exporter(site, workers=2).to_folder(str(out))  # is whole already
    journal.append(PostedArticle.parse('{"id": "late", "title": "Late"}', "json").to_record())
    with pytest.raises(ExportError, match="exported before articles were posted or withdrawn; choose another --out"):
        exporter(site).to_folder(str(out))


def test_what_is_posted_after_a_dataset_was_begun_is_not_in_it(tmp_path: Path) -> None:
    site = Site(tmp_path / "site", articles=150)
    Journal(site.models).append(PostedArticle.parse('{"id": "early", "title": "Early"}', "json").to_record())
    answers, out = site.answers(), tmp_path / "out"
    exporter(site).to_folder(str(out))
    (out / "_SUCCESS").unlink()
    list(parts(out).values())[3].unlink()
    Journal(site.models).append(PostedArticle.parse('{"id": "late", "title": "Late"}', "json").to_record())
    exporter(site).to_folder(str(out))
    assert joined(out) == answers


@pytest.mark.long
def test_a_run_that_is_killed_goes_on_and_repeats_no_finished_task(large: Site, tmp_path: Path) -> None:
    out = tmp_path / "out"
    command = large.command(f"{out}/", "--task-size", 1, "--workers", 2)
    for kill in (20, 160):  # with their names, each is two files
        broken_off(command, out, after=kill)
    before = marks(out)
    assert 70 < len(before) < 300
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert (done.returncode, done.stderr) == (0, f"300 articles exported to {out}/\n")
    assert joined(out) == large.answers()
    assert whole(out)
    after = marks(out)
    assert {name: after[name] for name in before} == before


@pytest.mark.long
def test_one_file_too_is_gone_on_with_and_only_replaced_when_it_is_whole(large: Site, tmp_path: Path) -> None:
    out, folder = tmp_path / "lists.jsonl", tmp_path / ".lists.jsonl.parts"
    out.write_text("the old one")
    command = large.command(out, "--task-size", 1, "--workers", 2)
    broken_off(command, folder, after=100)
    assert out.read_text() == "the old one"
    before = {file: file.stat().st_ino for file in folder.glob("part-*")}
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        until(lambda: len(list(folder.glob("part-*"))) > len(before) + 50)
        assert {file: file.stat().st_ino for file in before} == before
        assert process.wait(timeout=120) == 0
    assert out.read_bytes() == large.answers()
    assert sorted(file.name for file in tmp_path.iterdir()) == ["lists.jsonl", "lists.jsonl.names"]


def test_parts_of_another_run_are_no_parts_of_a_file(site: Site, tmp_path: Path) -> None:
    folder = tmp_path / ".lists.jsonl.parts"
    exporter(site, limit=5).to_folder(str(folder))
    exporter(site, limit=3).to_file(tmp_path / "lists.jsonl")
    lines = (tmp_path / "lists.jsonl").read_bytes().splitlines()
    assert {len(json.loads(line)["related"]) for line in lines} == {3}


@pytest.mark.long
def test_a_worker_of_dask_is_killed_and_the_export_is_the_same(large: Site, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with clusters.dask() as cluster:
        command = large.command(out, "--task-size", 1, "--format", "jsonl", "--engine", "dask")
        out.mkdir()
        with subprocess.Popen([*command, "--cluster", cluster.address], stderr=subprocess.PIPE, text=True) as process:
            until(lambda: len(parts(out)) > 20, seconds=60)
            cluster.kill(1)
            assert not (out / "_SUCCESS").exists(), "it was killed too late"
            _, said = process.communicate(timeout=300)
    assert process.returncode == 0, said
    assert said.endswith(f"300 articles exported to {out}\n")  # Dask may have a word of its own before
    assert joined(out) == large.answers()
    assert whole(out)


@pytest.mark.long
def test_when_the_scheduler_dies_the_run_ends_with_a_sentence_and_goes_on_at_another(
    large: Site, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    with clusters.dask() as cluster:
        command = large.command(f"{out}/", "--task-size", 1, "--engine", "dask", "--cluster", cluster.address)
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
            until(lambda: len(parts(out)) > 50, seconds=60)
            for number in range(3):
                cluster.kill(number)
            _, said = process.communicate(timeout=120)
        assert process.returncode == 2
        assert said.startswith(f"recommender: {out}/: the engine dask at {cluster.address} failed; check its workers: ")
        assert said.endswith("; finished partitions are kept, and the same command continues\n")
        assert len(said.splitlines()) == 1
        before = marks(out)
        assert 50 < len(before) < 300

        cluster.start()
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert (done.returncode, done.stderr) == (0, f"300 articles exported to {out}/\n")
    assert joined(out) == large.answers()
    after = marks(out)
    assert {name: after[name] for name in before} == before


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own with little room."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=200k", "none", disk], check=False, capture_output=True
    ).returncode:
        pytest.skip("only root may mount a small disk")
    yield disk
    subprocess.run(["umount", disk], check=True)


@pytest.mark.long
@pytest.mark.parametrize("to_folder", [False, True])
def test_a_full_disk_is_told_tears_nothing_and_the_run_goes_on(
    site: Site, answers: bytes, small_disk: Path, to_folder: bool
) -> None:
    out = f"{small_disk}/out/" if to_folder else f"{small_disk}/lists.jsonl"
    done = site.export(out, "--task-size", 7, "--workers", 2)
    assert done.returncode == 2
    assert "can't be written: No space left on device" in done.stderr
    assert "Traceback" not in done.stderr
    for file in small_disk.rglob("*"):
        assert not file.name.startswith(".unfinished"), "nothing torn is left"
    lines = [line for file in small_disk.rglob("part-*") for line in file.read_bytes().splitlines(keepends=True)]
    assert all(line in answers or b'"related"' not in line for line in lines)
    subprocess.run(["mount", "-o", "remount,size=8m", small_disk], check=True)
    assert site.export(out, "--task-size", 7, "--workers", 2).returncode == 0
    assert (joined(Path(out)) if to_folder else Path(out).read_bytes()) == answers


def test_a_folder_that_holds_something_else_is_left_alone(site: Site, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(ExportError, match="holds other files; choose an empty or a new folder"):
        exporter(site).to_folder(str(tmp_path))
    assert [file.name for file in tmp_path.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize(("task_size", "limit"), [(8, None), (7, 3)])
def test_another_run_is_not_mixed_with_what_a_folder_holds(
    site: Site, tmp_path: Path, task_size: int, limit: int | None
) -> None:
    exporter(site, task_size=7).to_folder(str(tmp_path))
    before = marks(tmp_path)
    with pytest.raises(ExportError) as told:
        exporter(site, task_size=task_size, limit=limit).to_folder(str(tmp_path))
    assert str(told.value) == (
        f"{tmp_path}: holds an export of {site.version}, 10 entries a list, as jsonl, 7 articles a task: "
        "use the same options, choose another --out, or remove it"
    )
    assert marks(tmp_path) == before


def test_two_runs_at_a_time_are_one_too_many(site: Site, tmp_path: Path) -> None:
    with (
        locked_folder(tmp_path),
        pytest.raises(StorageError, match="another run is writing here; wait for its end, or end it"),
    ):
        exporter(site).to_folder(str(tmp_path))


def test_few_articles_need_no_other_process(site: Site, tmp_path: Path) -> None:
    script = (
        "import psutil, sys\nfrom pathlib import Path\n"
        "from recommender.artefacts import LocalModels\nfrom recommender.export import Exporter\n"
        "Exporter(LocalModels(Path(sys.argv[1])), sys.argv[2]).to_folder(sys.argv[3])\n"
        "sys.exit(len(psutil.Process().children(recursive=True)))\n"
    )
    command = [sys.executable, "-c", script, str(site.models), site.version, f"{tmp_path}/out"]
    assert subprocess.run(command, check=False, timeout=60).returncode == 0
    assert len(parts(tmp_path / "out")) == 3


@pytest.mark.long
def test_the_command_tells_files_from_folders(site: Site, answers: bytes, tmp_path: Path) -> None:
    assert site.export("-").stdout.encode() == answers
    assert site.export(tmp_path / "a.jsonl").returncode == 0
    assert (tmp_path / "a.jsonl").read_bytes() == answers
    for out, options in ((f"{tmp_path}/b/", ()), (f"{tmp_path}/c", ("--format", "parquet"))):
        assert site.export(out, *options).returncode == 0
        assert whole(Path(out))
    (tmp_path / "d").mkdir()
    assert site.export(tmp_path / "d").returncode == 0
    assert joined(tmp_path / "d") == answers
    done = subprocess.run([*site.command("/dev/stdout")], capture_output=True, timeout=60, check=False)
    assert done.stdout == answers
    assert not list(Path("/dev").glob(".*.parts"))


@pytest.mark.long
def test_a_cluster_without_an_address_is_started_for_the_command(site: Site, answers: bytes, tmp_path: Path) -> None:
    done = site.export(f"{tmp_path}/", "--task-size", 50, "--engine", "dask", "--workers", 2)
    assert (done.returncode, done.stderr) == (0, f"150 articles exported to {tmp_path}/\n")
    assert joined(tmp_path) == answers


def test_only_this_machine_writes_to_a_stream(site: Site) -> None:
    on_dask = Exporter(LocalModels(site.models), site.version, engine=Engine("dask", workers=2))
    with pytest.raises(ExportError, match="the engine dask writes files; name a file or a folder with --out"):
        on_dask.to_stream(BytesIO())


def test_an_engine_that_can_not_be_joined_is_told_before_the_work(site: Site, tmp_path: Path) -> None:
    address = f"tcp://127.0.0.1:{free_port()}"
    out = tmp_path / "out"
    done = run("export", site.corpus, "--models", site.models, "--out", out, "--engine", "dask", "--cluster", address)
    assert done.exit_code == 2
    assert done.stderr.startswith(f"recommender: {address}: no Dask cluster answers there (")
    assert os.listdir(tmp_path) == []
