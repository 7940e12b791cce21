# `make test` and `make demo` are all that a fresh machine needs: Python 3.11 or newer, git, make.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
# Two tests for each core, as most of them wait; beyond 16, their servers only take memory.
PARALLEL := $(shell echo $$(( $$(getconf _NPROCESSORS_ONLN) > 8 ? 16 : 2 * $$(getconf _NPROCESSORS_ONLN) )))
# `test` is an order of steps; its last line is the test runner's.
.NOTPARALLEL:
# Tests start thousands of Pythons. Where this is set, each would compile the program anew.
unexport PYTHONDONTWRITEBYTECODE
.PHONY: help demo quick test lint types contracts store-doctor unit slow torture torture-short agents bench \
  bench-short bench-compare bench-peers figures growth pictures docs fuzz format clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

demo: $(READY) ## Show the main job on a store in a temporary repository
	@echo 'Running examples/demo.sh in a temporary repository: half a minute.'
	@PATH="$(CURDIR)/$(BIN):$$PATH" examples/demo.sh

quick: lint types contracts ## Check the code and run the tests that need no process: a minute
	$(BIN)/pytest -q -m 'not process'

test: lint types contracts store-doctor torture-short unit ## Run everything that CI runs

slow: $(READY) ## Run the tests that `make test` leaves out, as they take as long as all the others
	$(BIN)/pytest -q -n $(PARALLEL) -m slow

lint: $(READY) ## Check style and format
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(READY) ## Check types, strictly; those of macOS, too, which lacks some of Linux's calls
	$(BIN)/mypy
	$(BIN)/mypy --platform darwin
	MYPYPATH=tests:benchmarks $(BIN)/mypy --explicit-package-bases --no-warn-unreachable \
	  tests benchmarks

contracts: $(READY) ## Check that imports point inward
	$(BIN)/lint-imports

store-doctor: $(READY) ## Check the project's own tickets
	@if [ -d .yoi ]; then echo '$(BIN)/yoi ticket doctor' && \
	  env -u YOI_WORKSPACE $(BIN)/yoi ticket doctor; \
	else echo 'no .yoi/ here: nothing to examine'; fi

# A set YOI_CORPUS names the folder of the real store; without it, those tests are skipped.
unit: $(READY) ## Run the tests that are not slow, two at a time for each core
	@echo 'YOI_CORPUS: $(or $(YOI_CORPUS),not set: tests on the real store are skipped)'
	$(BIN)/pytest -q -n $(PARALLEL) -m 'not slow'

fuzz: $(READY) ## Hold two readers together on CASES (400000); then a fuzzer for SECONDS (3600)
	$(BIN)/python tests/format/differential.py --cases $(or $(CASES),400000)
	cd $${TMPDIR:-/tmp} && $(CURDIR)/$(BIN)/python $(CURDIR)/tests/fuzz/run.py all --seconds $(or $(SECONDS),3600)

torture: $(READY) ## Try to break the store: CAMPAIGN=name ARGS='--runs 100' (takes long)
	$(BIN)/python tests/torture/run.py --campaign $(or $(CAMPAIGN),all) $(ARGS)

torture-short: $(READY) ## The same campaigns in their short form
	@$(BIN)/python tests/torture/run.py --short $(ARGS)

agents: $(READY) ## Run real coding agents against a scripted model (installs them; takes minutes)
	$(BIN)/python tests/agents/run.py --markdown docs/agents.md $(ARGS)

bench: $(READY) ## Measure every budget and write docs/benchmarks.md (takes minutes)
	$(BIN)/python benchmarks/run.py --markdown docs/benchmarks.md

bench-short: $(READY) ## Measure every budget on smaller stores
	$(BIN)/python benchmarks/run.py --tickets 1000 --large 5000 --thread-mb 10 --repeat 3

bench-compare: $(READY) ## Time every command beside OTHER=path/to/another/yoi, in turn
	$(BIN)/python benchmarks/compare.py $(OTHER)

bench-peers: $(READY) ## Install other programs for tickets and measure them beside yoi (ARGS='--tickets 10000')
	$(BIN)/python benchmarks/peers/measure_all.py $(ARGS)

figures: $(READY) ## Print the figures of CONTRIBUTING.md; BEFORE=folder adds another tree's
	@$(BIN)/python benchmarks/figures.py $(BEFORE) $(CURDIR)

growth: $(READY) ## Measure how commands grow and draw docs/growth-*.svg (takes minutes)
	$(BIN)/python benchmarks/growth.py $(ARGS)

pictures: $(READY) ## Draw the pictures of README and docs from the real program
	$(BIN)/python docs/make_pictures.py

docs: $(READY) ## Write man pages and HTML of docs/ into build/docs
	$(BIN)/python docs/make_man.py build/docs/man
	$(BIN)/python docs/make_html.py build/docs/html
	@echo 'man -l build/docs/man/yoi.1 shows the first page; build/docs/html/index.html is the other.'

format: $(READY) ## Rewrite the code in its format
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

clean: ## Remove the environment and all caches
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find yoi_cli tests benchmarks -type d -name __pycache__ -prune -exec rm -rf {} +

# The stamp is made last: an installation that was interrupted is made again.
$(READY): pyproject.toml
	@command -v $(PYTHON) >/dev/null || { $(call refuse,there is no '$(PYTHON)'); }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { $(call refuse,'$(PYTHON)' is $$($(PYTHON) -V 2>&1)); }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo "'$(PYTHON)' has no venv; Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@command -v git >/dev/null || { echo "yoi needs git, which is not on PATH" >&2; exit 1; }
	@echo 'Making $(VENV), a Python environment for this folder alone: some 5 seconds.'
	$(PYTHON) -m venv --clear $(VENV)
	@echo 'Installing what pyproject.toml names, from the package index: up to a minute or two.'
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $(READY)

refuse = echo "yoi needs Python 3.11 or newer: $(1). Name one: make PYTHON=python3.12" >&2; exit 1
