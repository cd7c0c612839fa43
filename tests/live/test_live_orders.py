"""What was acknowledged last is what is served, in any order of posts, withdrawals, trainings and rollbacks."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from examples import examples
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from recommender import Corpus, Recommender
from recommender.artefacts import LocalModels
from recommender.journal import Journal, LiveChanges, PostedArticle, WithdrawnArticle, settle
from recommender.live import LiveOverlay
from recommender.training import publish

ORDERS = int(os.environ.get("ORDERS", examples(8)))
FILES = {"a": "Harbour tunnel", "b": "Comet seen", "twin": "Harbour tunnel again"}
ADDRESSES = {"a": "a", "twin": "a", "b": "b", "c": "c", "d": "d"}
"""The files `a` and `twin` are one article; `c` and `d` are posted only, now and then at one address."""
NAMES = st.sampled_from(["a", "b", "c", "d"])


def text(id: str, title: str, address: str, pinned: str = "") -> str:
    """A front-matter file."""
    lines = [f"id: {id}", f"title: {title}", f"sourceUrl: https://site.example/{address}"]
    return "\n".join(["---", *lines, *([f"relatedPin: [{pinned}]"] if pinned else []), "---", ""])


@dataclass(frozen=True)
class Training:
    """A training that has read its corpus and has published nothing yet."""

    corpus: Corpus


class Orders(RuleBasedStateMachine):
    """A server and trainings over one models folder, and what it has acknowledged."""

    trainings: Bundle[Training] = Bundle("trainings")
    server: LiveOverlay

    @initialize()
    def begin(self) -> None:
        self.root = Path(tempfile.mkdtemp())
        self.site, self.models = self.root / "site", LocalModels(self.root / "models")
        self.site.mkdir()
        for id, title in FILES.items():
            (self.site / f"{id}.md").write_text(text(id, title, ADDRESSES[id]))
        publish(Corpus.from_path(self.site), self.models)
        # Of each article what it says and its pin, `None` where it is withdrawn; and of each ID whose it is.
        self.said: dict[str, tuple[str, str] | None] = {"a": (FILES["a"], ""), "b": (FILES["b"], "")}
        self.address = {"a": "a", "b": "b"}
        self.owner = {"a": "a", "twin": "a", "b": "b"}
        self.b_stayed = True
        self.posts = 0
        self.restart()

    def teardown(self) -> None:
        if hasattr(self, "root"):
            shutil.rmtree(self.root)

    def serve(self, overlay: LiveOverlay) -> LiveOverlay:
        return overlay.with_changes(LiveChanges.load(self.models.path))

    def append(self, change: PostedArticle | WithdrawnArticle) -> None:
        with Journal(self.models.path, versions=self.models.versions) as journal:
            journal.append(change.to_record())
        self.server = self.serve(self.server)

    @rule(id=NAMES, pinned=st.sampled_from(["", "b"]), same=st.booleans(), elsewhere=st.booleans())
    def post(self, id: str, pinned: str, same: bool, elsewhere: bool) -> None:
        self.posts += 1
        before, pinned = self.said.get(id), pinned if id != "b" else ""
        title = before[0] if same and before else f"Harbour story {self.posts}"
        address = "c" if id == "d" and elsewhere else ADDRESSES[id]
        self.append(self.server.mark_superseded(PostedArticle.parse(text(id, title, address, pinned), "markdown")))
        taken = {other for other, where in self.address.items() if where == address and other != id}
        # A withdrawn article is posted again under any of its names.
        owner = self.owner.get(id, id)
        taken |= {owner} - {id} if self.said.get(owner, ("", "")) is None else set()
        self.owner |= {name: id for name, owner in self.owner.items() if owner in taken} | {id: id}
        for other in taken:
            del self.address[other]
            self.said.pop(other, None)
        self.said[id], self.address[id] = (title, pinned), address

    @rule(name=NAMES)
    def withdraw(self, name: str) -> None:
        id = self.owner.get(name)
        if id is None or self.said[id] is None:
            return
        self.append(WithdrawnArticle.from_article(self.server.recommender.article(name)))
        self.said[id] = None
        self.b_stayed = self.b_stayed and id != "b"

    @rule(target=trainings)
    def read_corpus(self) -> Training:
        return Training(Corpus.from_path(self.site, live_changes=LiveChanges.load(self.models.path)))

    @rule(training=trainings, killed=st.booleans())
    def publish_trained(self, training: Training, killed: bool) -> None:
        if not training.corpus.articles:
            return  # such a training is refused, and all stays as it was
        publish(training.corpus, self.models)
        if not killed:
            manifests = {version: self.models.manifest(version).journal for version in self.models.versions()}
            settle(self.models.path, training.corpus.live, manifests)
        self.restart()

    @rule(choice=st.integers(0, 50))
    def use(self, choice: int) -> None:
        versions = self.models.versions()
        self.models.use(versions[choice % len(versions)])
        self.restart()

    @rule(id=st.sampled_from(["a", "b"]))
    def write_file(self, id: str) -> None:
        """Editors put what is posted into the file, too."""
        if (said := self.said.get(id)) is not None and self.posts:
            (self.site / f"{id}.md").write_text(text(id, said[0], ADDRESSES[id], said[1]))

    @rule()
    def restart(self) -> None:
        self.server = self.serve(LiveOverlay(Recommender.load(self.models)))

    @invariant()
    def serves_what_was_acknowledged_last(self) -> None:
        if not hasattr(self, "server"):
            return
        recommender = self.server.recommender
        for name, id in self.owner.items():
            said = self.said[id]
            assert recommender.has_article(name) == (said is not None), name
            if said is not None:
                article = recommender.article(name)
                assert (article.id, article.title) == (id, said[0])
                if self.b_stayed:  # what it names is found when it is trained
                    assert article.pinned == ((said[1],) if said[1] else ())
        titles = sorted(said[0] for said in self.said.values() if said is not None)
        assert sorted(one.title for one in recommender) == titles


TestOrders = Orders.TestCase
TestOrders.settings = settings(max_examples=ORDERS, stateful_step_count=20, deadline=None)
