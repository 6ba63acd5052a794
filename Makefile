# What people run: `make serve`, `make test`, `make check`, `make bench`. CONTRIBUTING.md explains.

PORT ?= 8000
DATA ?= ./data
PYTHON ?= python3
BIN := .venv/bin

.PHONY: help serve test check lint types bench clean
.DEFAULT_GOAL := help

help:
	@echo "make serve   start everything on http://127.0.0.1:$(PORT) (PORT=, DATA= are honoured)"
	@echo "make test    set up what the tests need, and run them all"
	@echo "make check   lint, types, import rules and tests: what CI runs"
	@echo "make bench   the figures of docs/benchmarks.md"

serve: .venv/installed
	@MODERATION_PORT=$(PORT) MODERATION_DATA_DIR=$(DATA) exec $(BIN)/moderation serve

# The browser's driver keeps an event loop running, so its suite has a process of its own.
test: .venv/tested
	$(BIN)/pytest tests --ignore=tests/browser
	$(BIN)/pytest tests/browser

check: .venv/tested lint types test

lint: .venv/tested
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: .venv/tested
	$(BIN)/mypy

bench: .venv/tested
	$(BIN)/python -m bench

clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed; name one with PYTHON=..."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || sh ./.ci/apt-install python3-venv
	$(PYTHON) -m venv .venv

.venv/installed: .venv/bin/python pyproject.toml
	$(BIN)/pip install --quiet --editable .
	@touch $@

# The browser, the oldest server we support, and the reference engine with torch for the CPU.
.venv/tested: .venv/installed pyproject.toml
	@sh ./.ci/apt-install chromium redis-server
	$(BIN)/pip install --quiet --upgrade pip
	$(BIN)/pip install --quiet torch==2.13.0
	$(BIN)/pip install --quiet --editable ".[detoxify]" --group dev
	@touch $@
