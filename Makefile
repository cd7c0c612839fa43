# `make serve` and `make test` set up .venv by themselves.
PYTHON ?= python3
PORT ?= 8000
CORPUS ?= seeds
MODELS ?= models
RUNS ?= 20000
SEED ?= 1
KILLS ?= 300
FAULTS ?= 2000
ORDERS ?= 300
SECONDS ?= 600

VENV := .venv
BIN := $(VENV)/bin
# If installed, uv is several times as fast as pip; it must be told the build requirements of editable installs.
# Modules are compiled on first import, since most are never imported.
UV := $(shell uv --version >/dev/null 2>&1 && echo uv)
PIP := $(if $(UV),uv pip install --python $(BIN)/python,$(BIN)/pip install --disable-pip-version-check --no-compile)
INSTALL := $(PIP) editables
GENERATORS := @11ty/eleventy@3 hexo@8 hexo-renderer-ejs@2 hexo-renderer-marked@7 astro@5 @astrojs/mdx@4 vitepress@1 \
	nuxt@4 @nuxt/content@3 better-sqlite3 \
	next@16 react@19 react-dom@19 @next/mdx@16 @mdx-js/loader@3 @mdx-js/react@3 gray-matter@4 \
	vite@7 svelte@5 @sveltejs/kit@2 @sveltejs/vite-plugin-svelte@6 @sveltejs/adapter-static@3 mdsvex@0.12
PYTHON_GENERATORS := pelican[markdown] nikola Markdown aiohttp ruamel.yaml toml
# Commands run by tests start twice as fast from compiled modules, even if the container's environment turns these off.
export PYTHONDONTWRITEBYTECODE :=
PYTEST := $(BIN)/python -m pytest --numprocesses auto --maxprocesses 8 --dist worksteal

.PHONY: help serve test test-all test-long test-engines test-sites lint bench costs engines-bench load answers pages api-test fuzz kill-test kill-server-test fault-test attack soak clean
.DEFAULT_GOAL := help

help:  ## list all targets
	@sed -n 's/^\([a-z-]*\):.*## /make \1\t/p' $(MAKEFILE_LIST)

serve: $(VENV)/installed  ## train on CORPUS (seeds/) if no model fits, and serve it on PORT (8000)
	@exec $(BIN)/recommender serve "$(patsubst ~/%,$(HOME)/%,$(CORPUS))" --port $(PORT) --models "$(patsubst ~/%,$(HOME)/%,$(MODELS))"

test: $(VENV)/installed-dev  ## run the quick tests on all cores
	@$(PYTEST) -p no:schemathesis -m "not long"

test-all: test test-long test-engines  ## run all tests, including those on clusters

test-long: $(VENV)/installed-dev  ## run the long tests, and properties with all examples
	@EXAMPLES=all $(PYTEST) -m "long or hypothesis"
	@CASES=20 $(PYTEST) tests/api/http/every_request.py

test-engines: $(VENV)/installed-engines  ## train and export on Spark and Ray, and over S3 (needs Java 17; 800 MB to install)
	@$(BIN)/python -m pytest tests/engines $(ENGINES)

test-sites: $(VENV)/installed-dev $(VENV)/installed-generators  ## write lists into tiny sites, build them with their generators, follow every link
	@$(BIN)/python -m pytest tests/sites/test_built_sites.py -m long

lint: $(VENV)/installed-dev  ## check style, format, types and imports between packages
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/installed-bench  ## measure speed and memory beside the peers; FULL=1 for a million articles
	@PYTHONPATH=$(CURDIR):$(CURDIR)/tests $(BIN)/python -m benchmarks $(if $(FULL),--full)

costs: $(VENV)/installed-bench  ## measure what training in slices and exports cost, up to three million articles (50 minutes)
	@PYTHONPATH=$(CURDIR):$(CURDIR)/tests $(BIN)/python -m benchmarks.costs

engines-bench: $(VENV)/installed-dev  ## compare an export on Dask with one on this machine
	@PYTHONPATH=$(CURDIR):$(CURDIR)/tests $(BIN)/python -m benchmarks.engines

load: $(VENV)/installed-dev  ## compare look-ups under load, also from Redis, with an empty view (needs wrk)
	@PYTHONPATH=$(CURDIR):$(CURDIR)/tests $(BIN)/python -m benchmarks.load

answers: $(VENV)/installed-dev  ## write every kind of answer to OUT, for comparing versions with diff -r
	@PYTHONHASHSEED=0 PYTHONPATH=$(CURDIR):$(CURDIR)/tests $(BIN)/python -m benchmarks.answers $(OUT)

pages: $(VENV)/installed-dev  ## measure the explorer's pages under the conditions of a slow phone (needs chromium); FULL=1 for 100,000 articles
	@PYTHONPATH=$(CURDIR):$(CURDIR)/tests $(BIN)/python -m benchmarks.pages $(if $(FULL),--full)

api-test: $(VENV)/installed-dev  ## send 1,000 generated requests per operation; make test sends 5
	@CASES=1000 $(BIN)/python -m pytest tests/api/http/every_request.py

fuzz: $(VENV)/installed-fuzz  ## look for files that are misread or that an edit harms: RUNS (20,000) inputs, chosen from SEED (1) on
	@folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && TMPDIR=$$folder PYTHONHASHSEED=0 PYTHONPATH=$(CURDIR):$(CURDIR)/tests \
		$(BIN)/python tests/fuzz/fuzz_splice.py -runs=$(RUNS) -seed=$(SEED) -entropic=0 -max_len=600 -rss_limit_mb=2048

kill-test: $(VENV)/installed-dev  ## kill a run that writes lists KILLS (300) times; make test does it a dozen times
	@KILLS=$(KILLS) $(BIN)/python -m pytest tests/writing/test_enrich_killed.py

kill-server-test: $(VENV)/installed-dev  ## kill workers, servers and trainings KILLS times (100 recommended) under load
	@KILLS=$(KILLS) $(BIN)/python -m pytest -s tests/api/app/test_server_killed.py

fault-test: $(VENV)/installed-dev  ## flip bits and truncate, FAULTS (2,000) times each in artefact and journal; ORDERS (300) of posts and trainings
	@FAULTS=$(FAULTS) $(BIN)/python -m pytest tests/artefacts/test_local_models.py tests/journal/test_journal.py -k fault
	@ORDERS=$(ORDERS) $(BIN)/python -m pytest tests/live/test_live_orders.py

attack: $(VENV)/installed-dev  ## attack files, models and servers for at most SECONDS (600): AREAS (all), by SEED (1)
	@PYTHONPATH=$(CURDIR):$(CURDIR)/tests $(BIN)/python -m attack $(AREAS) --seed $(SEED) --seconds $(SECONDS)

soak: $(VENV)/installed-bench  ## SECONDS (600) at saturation, with reloads and live articles
	@PYTHONPATH=$(CURDIR):$(CURDIR)/tests $(BIN)/python tests/soak.py $(SECONDS)

clean:  ## remove .venv and the trained models
	rm -rf $(VENV) models/current models/live.journal* models/.parse-cache.sqlite3* models/.seals models/last-change.json models/*/

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; name one: make PYTHON=python3.12")'
	$(if $(UV),uv venv --quiet --seed --python $(PYTHON) $(VENV),$(PYTHON) -m venv $(VENV))

$(VENV)/installed: pyproject.toml | $(VENV)/bin/python
	$(INSTALL) --editable .
	@touch $@

$(VENV)/installed-dev: pyproject.toml | $(VENV)/bin/python
	$(INSTALL) --editable '.[dev]'
	@touch $@ $(VENV)/installed

$(VENV)/installed-engines: $(VENV)/installed-dev
	$(INSTALL) --editable '.[dev,engines]'
	@touch $@

$(VENV)/installed-bench: pyproject.toml | $(VENV)/bin/python
	$(INSTALL) --editable '.[bench]'
	@touch $@ $(VENV)/installed

$(VENV)/installed-generators:
	@mkdir -p $(VENV)/generators
	@$(PYTHON) -m venv $(VENV)/generators/python && $(VENV)/generators/python/bin/pip install --quiet $(PYTHON_GENERATORS)
	@if command -v npm >/dev/null; then npm install --silent --no-audit --no-fund --prefix $(VENV)/generators $(GENERATORS) && touch $@; fi

$(VENV)/installed-fuzz: $(VENV)/installed-dev
	$(INSTALL) --editable '.[dev,fuzz]'
	@touch $@
