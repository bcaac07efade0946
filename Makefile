# The commands of README. A fresh machine needs Python 3.11, 3.12 or 3.13 and make, nothing else.
# ARGS is passed on:  make run ARGS="--month 2017-03"   make test ARGS="tests/spec -k dementia"

.DEFAULT_GOAL := help
.PHONY: help install run frameworks units stories test test-long lint types docs ui room styles bench fuzz sbom audit lock clean

# The first that really works is taken: a version manager may offer names that only complain when called. The
# system's own come before what was compiled here: they are built with profiles, and take a third less time.
WORKS := import ensurepip, sys, venv; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
NAMES := python3.13 python3.12 python3.11
PYTHON ?= $(shell for each in $(addprefix /usr/bin/,$(NAMES)) $(NAMES) python3 python; do \
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

# A separate home, since a database holds one made-up year. Each run finds what is there, so that it can be repeated.
BEFORE := assurance_2015_16 scorecard_2015 points_league_2015
frameworks: export CCG_HOME := $(CURDIR)/.ccg/frameworks
frameworks: export CCG_EDITIONS := assurance_2015_16,scorecard_2015,points_league_2015
frameworks: $(INSTALLED)  ## run the four frameworks of the made-up year 2015-16, and compare them
	[ -d $(CCG_HOME)/landing ] || $(BIN)/ccg demo --year 2015-16
	$(BIN)/ccg run --year 2015-16
	$(BIN)/ccg panel demonstrate --year 2015-16
	for each in $(BEFORE); do \
	  $(BIN)/ccg run --edition $$each --year 2015-16 && \
	  $(BIN)/ccg panel demonstrate --edition $$each --year 2015-16 || exit 1; done
	$(BIN)/ccg compare 02N --year 2015-16

# A process a core. The tests of one file stay together, since they share what takes long to make. What the unit
# and spec tests reach is measured; its floor is `fail_under` in pyproject.toml. With ARGS nothing is measured.
# What tests write goes into memory where there is room: SQLite waits for the disk at each of some 6,000 commits of
# a scored month.
MEMORY := $(shell [ -w /dev/shm ] && [ "$$(df -Pk /dev/shm 2>/dev/null | awk 'END { print $$4 }')" -gt 8000000 ] && echo /dev/shm)
# One process more than there are cores: some tests wait for a daemon or a browser.
WORKERS := $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)
# A worker that dies ends the run with its name: xdist may wait for ever for one that took its place.
PYTEST = $(if $(MEMORY),PYTEST_DEBUG_TEMPROOT=$(MEMORY)) $(BIN)/python -m pytest --numprocesses $(1) --dist loadfile --no-loadscope-reorder \
	--max-worker-restart 0
# Minutes each, and more of what other tests show once: people at random, twenty at the same time, the daemon and its
# backfills, years as they were known, editions from files to releases, databases of earlier commits, all of
# operations.md on servers.
LONG := $(addprefix tests/pipeline/test_,random_people.py random_decisions.py room_load.py daemon.py daemon_backfills.py \
	as_known.py kills.py hospitals_from_files.py nof_any_order.py older_signatures.py production.py trouble.py)

test-long: $(INSTALLED)  ## run the tests that take minutes each, which `make test` leaves out
	$(call PYTEST,$(WORKERS)) $(LONG)

# Both tiers at the same time, each with its share of the processes, so that none waits for the last file of the
# other. What the first says is shown at its end, and when it is interrupted too.
UNITS := $(shell expr $$(getconf _NPROCESSORS_ONLN) / 2 '|' 1)
units: $(INSTALLED)
	@trap : INT; said=$$(mktemp); TIER="Units and rules" $(call PYTEST,$(UNITS)) --cov --cov-report term:skip-covered \
	  tests/unit tests/spec >$$said 2>&1; status=$$?; cat $$said; rm $$said; exit $$status

stories: $(INSTALLED)
	@TIER="Stories, browsers, published figures" $(call PYTEST,$$(($(WORKERS) - $(UNITS)))) \
	  --ignore tests/unit --ignore tests/spec $(addprefix --ignore ,$(LONG))

test: $(INSTALLED)  ## run the tests
ifdef ARGS
	$(call PYTEST,$(WORKERS)) $(ARGS)
else
	@trap : INT; export TIERS=$$(mktemp); \
	  $(MAKE) --no-print-directory --keep-going --jobs 2 stories units || failed=1; \
	  cat $$TIERS; rm $$TIERS; exit $${failed:-0}
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

ui: $(INSTALLED)  ## open Dagster
	@$(BIN)/ccg ui $(ARGS)

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

fuzz: $(INSTALLED)  ## damage 10,000 files at random and read them (an hour): not part of the tests
	$(BIN)/python -m tests.support.fuzz $(ARGS)

bench: $(INSTALLED)  ## time the main job, the reading, the scoring, the statistics and growth
	@failed=; for each in benchmarks/*.py; do name=$$(basename $$each .py); \
	  $(BIN)/python -m "benchmarks.$$name" $(ARGS) || failed="$$failed $$name"; done; \
	  if [ -n "$$failed" ]; then echo "Failed:$$failed"; exit 1; fi

# What looks at the locked packages is kept apart from them, so that it is no part of what it tells of.
TOOLS := .venv/tools
$(TOOLS)/installed: requirements-tools.lock $(INSTALLED)
	@$(BIN)/python -m venv --clear $(TOOLS)
	@$(TOOLS)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --only-binary :all: \
	  --require-hashes --requirement requirements-tools.lock
	@touch $@

sbom: $(TOOLS)/installed  ## list what the image holds, as CycloneDX: build/sbom.json
	@mkdir -p build
	$(TOOLS)/bin/cyclonedx-py requirements --pyproject pyproject.toml --output-reproducible \
	  --output-file build/sbom.json requirements-image.lock

# It asks the advisories of OSV, which tell of other indexes than one.
audit: $(TOOLS)/installed  ## ask for known faults of what the image holds; needs the network
	$(TOOLS)/bin/pip-audit --requirement requirements-image.lock --disable-pip --require-hashes \
	  --vulnerability-service osv --progress-spinner off --timeout 10

# Only for who changes a dependency; needs uv.
lock:  ## freeze the versions in pyproject.toml into requirements.lock, and those of the image and the tools
	uv pip compile --universal --no-strip-extras --generate-hashes --all-extras --group dev \
	  pyproject.toml -o requirements.lock
	uv pip compile --universal --no-strip-extras --generate-hashes --all-extras --constraint requirements.lock \
	  pyproject.toml -o requirements-image.lock
	uv pip compile --universal --generate-hashes --group tools -o requirements-tools.lock

clean:  ## remove the environment and all caches, but no data
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage build *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
