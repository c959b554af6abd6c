# Lagebild's developer actions; `make help` lists them.
# Everything lives in .venv/ and is set up by need: a second call is quick.

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
# A plain path instead of setuptools' import hook: the hook alone costs a quarter of the time of `lagebild --help`.
EDITABLE := --config-settings editable_mode=compat --editable
ROOMS := articles egress config language ledger index enrich extract crawlers alerts pipeline flows app
CODE := $(ROOMS) tests benchmarks training

.PHONY: help setup demo test lint types imports unit deep chaos test-hostile services services-opensearch bench constraints clean
.DEFAULT_GOAL := help

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

# The stamps say that .venv/ holds what pyproject.toml and constraints.txt ask for: one for users, one for developers.
.venv/pyvenv.cfg:
	@test -n "$(PYTHON)" || { echo "Lagebild needs Python 3.11 or newer on the PATH (or: make setup PYTHON=/path/to/python3)"; exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "This Python cannot make virtual environments; on Debian: apt install python3-venv"; exit 2; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check 'uv>=0.8,<1'

.venv/.run-stamp: .venv/pyvenv.cfg pyproject.toml constraints.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --compile-bytecode --constraint constraints.txt $(EDITABLE) .
	@$(BIN)/python -m compileall -q $(ROOMS)
	@touch $@

.venv/.dev-stamp: .venv/.run-stamp
	$(BIN)/uv pip install --quiet --python $(BIN)/python --compile-bytecode --constraint constraints.txt \
		$(EDITABLE) ".[elasticsearch,postgresql]" --group dev
	@touch $@

setup: .venv/.dev-stamp  ## make .venv/ with everything a developer needs

demo: .venv/.run-stamp  ## the whole job on a bundled news site: crawl, enrich, index, search, alert
	@$(BIN)/lagebild demo --once

test: setup lint types imports unit  ## everything a change must pass, under 8 minutes

lint: setup  ## ruff: style and formatting
	$(BIN)/ruff check --quiet $(CODE)
	$(BIN)/ruff format --quiet --check $(CODE)

types: setup  ## mypy strict over rooms and tests
	$(BIN)/mypy $(CODE)

imports: setup  ## import-linter: imports point down only, and libraries stay in their rooms
	$(BIN)/lint-imports

unit: setup  ## the tests themselves
	$(BIN)/pytest -q -rs

deep: setup  ## the long laws (LAGEBILD_SHORT=1: a short form)
	$(BIN)/pytest -q -m deep --timeout 1800

chaos: setup  ## kill tests (LAGEBILD_SHORT=1: a short form)
	$(BIN)/pytest -q -m chaos --timeout 1800

test-hostile: setup  ## hostile servers and pages only
	$(BIN)/pytest -q -k hostile

services: setup  ## fetch real search servers for the tests into a cache outside the checkout (Maven and a JDK needed, 1.8 GB once)
	$(BIN)/python -m tests.services install

services-opensearch: setup  ## fetch a real OpenSearch (45 MB) and run the contract, the laws and the faults of search servers on it
	$(BIN)/python -m tests.services install opensearch
	LAGEBILD_TEST_ENGINES=opensearch $(BIN)/pytest -q -rs tests/index/test_engine_*.py tests/index/test_law.py \
		tests/index/test_drain.py tests/index/test_similar.py tests/index/test_elastic_faults.py

bench: setup  ## speed and memory, printed as tables beside a yardstick of the same run
	$(BIN)/python -m benchmarks

constraints: setup  ## write constraints.txt anew from what is installed and passed
	@{ echo "# Versions that work together, tried on CPython 3.11; made by: make constraints"; \
	   $(BIN)/uv pip freeze --quiet --python $(BIN)/python --exclude-editable | grep -v -i '^lagebild'; } > constraints.new
	@mv constraints.new constraints.txt

clean:  ## remove the environment and all caches of this checkout
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist *.egg-info
