# `make help` lists what there is. `make run` and `make test` set themselves up.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PORT ?= 8000
DATA ?= data
BIN := .venv/bin

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## everything `make run` needs, with progress; leaves .venv/bin/prepai
	@./setup.sh laptop

setup-dev: ## everything `make test` needs
	@./setup.sh dev

run: setup ## the platform at http://localhost:8000 (PORT=, DATA=)
	@exec $(BIN)/prepai run --port $(PORT) --data $(DATA)

demo: setup ## a whole interview over the real interfaces, with its report
	@$(BIN)/prepai demo

test: setup-dev check ## lint, types, import contracts and all but the long suites
	@$(BIN)/pytest -n 2 && echo "not run here: long suites (make test-long), browser suite (make test-browser)"

check: setup-dev ## lint, types and import contracts
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports --no-cache

format: setup-dev ## mend what ruff can mend
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

test-long: setup-dev ## the long suites: kill -9, schemathesis, load, fuzzing
	@$(BIN)/pytest -m long -o timeout=1800

test-browser: setup-dev ## the page in Debian's chromium
	@$(BIN)/pytest -m browser

LOCKS := laptop dev api voice cv-analyzer code-executor performance-evaluator speech-embedded
lock: ## compile requirements/*.lock anew from pyproject.toml
	@echo 'uv==0.13.9' | .setup/bin/uv pip compile -q --universal --generate-hashes --no-emit-index-url --python-version 3.9 \
	  --custom-compile-command "make lock" -o requirements/setup.lock -
	@for extra in $(LOCKS); do echo "locking $$extra"; \
	  .setup/bin/uv pip compile -q --universal --generate-hashes --no-emit-index-url --python-version 3.13 \
	    --custom-compile-command "make lock" --extra $$extra -o requirements/$$extra.lock pyproject.toml || exit 1; done

.PHONY: help setup setup-dev run demo test check format test-long test-browser lock
