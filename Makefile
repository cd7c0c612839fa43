# `make serve` and `make test` are all there is to do; each sets up .venv by itself.
PYTHON ?= python3
PORT ?= 8000
CORPUS ?= seeds
MODELS ?= models

VENV := .venv
BIN := $(VENV)/bin

.PHONY: help serve test lint bench clean
.DEFAULT_GOAL := help

help:  ## what there is to make
	@sed -n 's/^\([a-z]*\):.*## /make \1\t/p' $(MAKEFILE_LIST)

serve: $(VENV)/installed  ## train on CORPUS (seeds/) where no model fits, and serve it on PORT (8000)
	@$(BIN)/recommender serve $(CORPUS) --port $(PORT) --models $(MODELS)

test: $(VENV)/installed-dev  ## run every test
	@$(BIN)/python -m pytest

lint: $(VENV)/installed-dev  ## check style, format and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(VENV)/installed-bench  ## measure speed and memory beside the peers; FULL=1 for a million articles
	@PYTHONPATH=tests $(BIN)/python -m benchmarks $(if $(FULL),--full)

clean:  ## remove .venv and the trained models
	rm -rf $(VENV) models/current models/*/

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; name one: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: pyproject.toml | $(VENV)/bin/python
	$(BIN)/pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/installed-dev: pyproject.toml | $(VENV)/bin/python
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@ $(VENV)/installed

$(VENV)/installed-bench: pyproject.toml | $(VENV)/bin/python
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[bench]'
	@touch $@ $(VENV)/installed
