# Two commands for a fresh clone: `make demo` and `make test`. Each sets up .venv by itself, once.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# The suite is sized for two cores; three workers, since many tests wait for a command they started.
WORKERS ?= 3

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-slow check lint format bench pictures train clean

help: ## Show what can be made
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 12

setup: $(READY) ## Create .venv and install the locked, hash-checked parts

$(READY): requirements.lock requirements-uv.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Maeari needs Python 3.11 or newer: try make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@echo "Setting up $(VENV): parts from requirements.lock, every one checked by its hash"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-uv.lock
	@$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes requirements.lock requirements-uv.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $(READY)
	@echo "Ready."

demo: $(READY) ## The whole loop with no keys: listen, judge, thank, flag, report
	@$(BIN)/maeari demo $(ARGS)

test: $(READY) ## All tests but the slow proofs
	@echo "Running the tests on $(WORKERS) workers"
	@$(BIN)/python -m pytest -q -n $(WORKERS) --dist loadfile $(ARGS)

test-slow: $(READY) ## The slow proofs (crash, load, long property runs)
	@$(BIN)/python -m pytest -q -m slow $(ARGS)

lint: $(READY) ## ruff, mypy --strict and the import contracts
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

check: lint test ## Everything a change must pass

format: $(READY) ## Let ruff order and format the code
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: $(READY) ## Ratios against named references (ARGS="matching --json")
	@$(BIN)/maeari bench $(ARGS)

pictures: $(READY) ## The pictures in docs/ (needs Chromium, fonts-nanum, fonts-nanum-coding)
	@$(BIN)/python -m tests.bot.preview --out docs/pictures
	@$(BIN)/python -m tests.bot.demo_pictures --out docs/pictures

train: ## Train the judges anew (DATA=folder of labelled sets)
	@test -n "$(DATA)" || { echo "Say where the labelled sets are: make train DATA=folder"; exit 1; }
	@test -x $(VENV)-train/bin/python || $(PYTHON) -m venv $(VENV)-train
	@$(MAKE) --no-print-directory $(READY)
	@$(BIN)/uv pip sync --quiet --python $(VENV)-train/bin/python --require-hashes requirements-train.lock
	@$(VENV)-train/bin/python -m sentiment.train --data "$(DATA)"

clean: ## Remove .venv and caches
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
