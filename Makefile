# One line of work for each target; the logic lives in src/orgscope and its command line.
# A new target: put it below its group (##@) and say in one line what it does (##); help shows it.
PYTHON ?= python3
PG ?=
JOBS ?= auto
ARGS ?=
BOOKING_ARGS ?=
REPORT ?=
PROJECT ?= booking
HISTORIES ?= 1000
SEED ?= 1
KILLS ?= 20
ONLY ?=
DEFECTS ?=
PLANT ?=

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.installed
SQL := $(wildcard sql policies migrations booking tests/isolation/library)

ifneq ($(PG),)
export ORGSCOPE_PG_BIN := $(abspath $(PG))
endif

.DEFAULT_GOAL := help
.PHONY: help setup demo dev ci lint fmt types test test-core test-rls test-booking snapshot lint-db plan migrate drift bench chaos interop

##@ Start here
help: ## Show this list
	@awk 'BEGIN { FS = ":.*## " } /^##@ / { printf "\n%s\n", substr($$0, 5) } \
	  /^[a-z][a-z-]*:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@printf '\nPG=DIR takes the PostgreSQL programs in DIR; ARGS="..." is passed on to the tool; PROJECT is booking.\n'

setup: $(READY) ## Make .venv and install everything; every other target does it when needed

demo: $(READY) ## See the whole promise kept, step by step; ONCE=1 ends after the story
	PYTHONPATH=booking/src $(BIN)/python -m booking.demo

dev: $(READY) ## Run booking with an embedded PostgreSQL and a local WorkOS, with reload
	$(BIN)/orgscope dev up --app booking.app:create_app --project booking --source booking/src

##@ Check
ci: lint types test test-rls ## What a change must pass

lint: $(READY) ## Lint Python, SQL and migrations (our own rules are tests)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/sqlfluff lint --disable-progress-bar --processes 0 $(SQL)
	$(BIN)/squawk --config .squawk.toml $(addsuffix /migrations/versions/*.sql,. booking tests/isolation/library)

fmt: $(READY) ## Format Python, and fix what ruff can fix
	$(BIN)/ruff check --fix $(ARGS) .
	$(BIN)/ruff format .

types: $(READY) ## Check types, strictly
	$(BIN)/mypy $(ARGS)

test: test-core test-booking ## Run all tests on real PostgreSQL

test-core: $(READY) ## Run orgscope's own tests; ARGS goes to pytest, REPORT=FILE keeps its report
	$(BIN)/pytest -n $(JOBS) $(if $(REPORT),--junitxml=$(abspath $(REPORT))) $(ARGS)

test-rls: $(READY) ## Prove that tenants stay apart; ARGS="DSN" (without a password) tests yours
	$(BIN)/orgscope isolation test --project booking $(ARGS)

test-booking: $(READY) ## Run booking's tests, as a user's project runs its own
	cd booking && ../$(BIN)/pytest $(BOOKING_ARGS)

snapshot: $(READY) ## Write who may do what of orgscope and booking to tests/snapshots
	$(BIN)/orgscope snapshot --project booking --output tests/snapshots $(ARGS)

lint-db: $(READY) ## Check function bodies with plpgsql_check (Debian: PG=/usr/lib/postgresql/15/bin)
	$(BIN)/pytest tests/sql/test_plpgsql_check.py $(ARGS)

##@ Deploy PROJECT to the database of ORGSCOPE_MIGRATOR_URL
plan: $(READY) ## Show what migrate would change, and roll back
	$(BIN)/orgscope plan --project $(PROJECT) $(ARGS)

migrate: $(READY) ## Deploy orgscope, then the project: all of it, or nothing
	$(BIN)/orgscope migrate --project $(PROJECT) $(ARGS)

drift: $(READY) ## Name what was changed by hand
	$(BIN)/orgscope drift --project $(PROJECT) $(ARGS)

##@ Measure
bench: $(READY) ## Measure orgscope and its peers side by side, and say which bounds hold
	$(BIN)/python -m benchmarks $(ARGS)

chaos: $(READY) ## Play random histories: HISTORIES=1000 SEED=1 KILLS=20 (every 20th), ONLY=7, DEFECTS=1
	$(BIN)/python -m tests.chaos --histories $(HISTORIES) --seed $(SEED) --kills $(KILLS) --jobs $(JOBS) \
	  $(if $(ONLY),--only $(ONLY)) $(if $(DEFECTS),--defects)

interop: $(READY) ## Mirror WorkOS's own emulator and compare (Node, npm, Linux); PLANT=1 must fail
	$(BIN)/python -m tests.interop $(if $(PLANT),--plant)

# .venv is made with any Python from 3.11 on, and installed again when these two files change.
$(READY): pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("orgscope needs Python 3.11 or later, and $(PYTHON) is " + sys.version.split()[0] + ". Name another one: make PYTHON=python3.12 $(MAKECMDGOALS)")'
	$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }
