# The commands of README. A fresh machine needs Python 3.11, 3.12 or 3.13 and make, nothing else.
# ARGS is passed on:  make run ARGS="--month 2017-03"   make test ARGS="tests/spec -k dementia"

.DEFAULT_GOAL := help
.PHONY: help install run test lint types docs ui room styles bench lock clean

# The first that really works is taken: a version manager may offer names that only complain when called.
WORKS := import ensurepip, sys, venv; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
PYTHON ?= $(shell for each in python3.13 python3.12 python3.11 python3 python; do \
	"$$each" -c '$(WORKS)' >/dev/null 2>&1 && { echo "$$each"; break; }; done)

BIN := .venv/bin
INSTALLED := .venv/installed-from-lock
export DAGSTER_DISABLE_TELEMETRY := 1
export GX_ANALYTICS_ENABLED := false

help:  ## say what can be made
	@sed -n 's/^\([a-z]*\):.*##/\1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 10

install: $(INSTALLED)  ## make .venv from requirements.lock

# The lock holds everything with its hash, what builds included; so pip resolves and compiles nothing,
# and the second call costs nothing. pip compiles the bytecode of what it installs, but not ours.
$(INSTALLED): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" && "$(PYTHON)" -c '$(WORKS)' || { \
	  echo "No working Python 3.11, 3.12 or 3.13 with venv: install one (Debian: apt install python3 python3-venv)" \
	       "or name one: make PYTHON=/path/to/python3"; exit 1; }
	@$(BIN)/python -c '' 2>/dev/null || "$(PYTHON)" -m venv --clear .venv
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip >/dev/null
	@echo "Installing requirements.lock into .venv: a few minutes, once."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --only-binary :all: \
	  --require-hashes --requirement requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q ccg_pipeline expert_panels
	@touch $@

run: $(INSTALLED)  ## run the main job on the made-up year
	$(BIN)/ccg run $(ARGS)

# A process a core. The tests of one file stay together, since they share what takes long to make. What the unit
# and spec tests reach is measured; its floor is `fail_under` in pyproject.toml. With ARGS nothing is measured.
# What tests write goes into memory where there is room: SQLite waits for the disk at each of some 6,000 commits of
# a scored month.
MEMORY := $(shell [ -w /dev/shm ] && [ "$$(df -Pk /dev/shm 2>/dev/null | awk 'END { print $$4 }')" -gt 8000000 ] && echo /dev/shm)
PYTEST := $(if $(MEMORY),PYTEST_DEBUG_TEMPROOT=$(MEMORY)) $(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder
test: $(INSTALLED)  ## run the tests
ifdef ARGS
	$(PYTEST) $(ARGS)
else
	@failed=0; \
	  $(PYTEST) --cov --cov-report term:skip-covered tests/unit tests/spec || failed=1; \
	  $(PYTEST) --ignore tests/unit --ignore tests/spec || failed=1; \
	  exit $$failed
endif

lint: $(INSTALLED)  ## check style
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(INSTALLED)  ## check types
	$(BIN)/mypy

docs: $(INSTALLED)  ## write the generated pages of docs/
	$(BIN)/python -m tests.support.documents.handbook
	$(BIN)/python -m tests.support.documents.commands
	$(BIN)/python -m tests.support.documents.editions
	$(BIN)/python -m ccg_pipeline.tables.dictionary
	$(BIN)/python -m tests.support.house

# The instance is opened once beforehand, because that writes its dagster.yaml: telemetry is off from the start.
ui: export DAGSTER_HOME := $(CURDIR)/.ccg/dagster
ui: $(INSTALLED)  ## open Dagster on workspace.yaml
	@$(BIN)/python -W ignore -c 'from ccg_pipeline.orchestration.main_job import dagster_instance as i; i().__enter__().dispose()'
	$(BIN)/dagster dev -w workspace.yaml $(ARGS)

room: $(INSTALLED)  ## open the panels' room
	$(BIN)/ccg room $(ARGS)

# Optional, needs Node: without it the room's pages use a small stylesheet of ours. npm asks the registry that the
# machine is set to, and nothing that it fetches is committed.
STATIC := expert_panels/room/static
NHSUK := styles/node_modules/nhsuk-frontend/dist/nhsuk
styles:  ## build NHS.UK frontend's styles for the room into the package
	cd styles && npm ci --ignore-scripts --no-audit --no-fund
	styles/node_modules/.bin/sass --load-path=styles/node_modules --no-source-map --style=compressed --quiet-deps \
	  styles/nhsuk.scss $(STATIC)/nhsuk.css
	mkdir -p $(STATIC)/images
	cp $(NHSUK)/assets/images/nhsuk-icon-arrow-*.svg $(NHSUK)/assets/images/nhsuk-icon-cross.svg $(STATIC)/images

bench: $(INSTALLED)  ## time the main job, the reading, the scoring and the statistics
	@for each in benchmarks/*.py; do $(BIN)/python -m "benchmarks.$$(basename $$each .py)" $(ARGS) || exit 1; done

# Only for who changes a dependency; needs uv.
lock:  ## freeze the versions in pyproject.toml into requirements.lock
	uv pip compile --universal --no-strip-extras --generate-hashes --all-extras --group dev \
	  pyproject.toml -o requirements.lock

clean:  ## remove the environment and all caches, but no data
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage build *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
