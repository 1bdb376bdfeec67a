# Everything a newcomer needs: `make run` and `make test`. Both set up what they need.
PORT ?= 8000
DATA ?= .data
ARGS ?=
PY := .venv/bin/python
.SILENT:
.PHONY: run test unit e2e mutants lint bench docs manage lock setup faults format

run: ## the demo: web, worker, beat, PostgreSQL and Valkey (PORT=8000 DATA=.data)
	bin/setup run
	exec $(PY) -m config.embedded.up --port "$(PORT)" --data "$(DATA)"

manage: ## any management command against the embedded servers: make manage ARGS="due 2026-09-08 30 --json"
	bin/setup run
	exec $(PY) -m config.embedded.manage --data "$(DATA)" -- $(ARGS)

test: ## all tests: unit tests in parallel, then browser tests (ARGS="tests/district -k x" for a part)
	bin/setup test
	bin/browser
ifeq ($(strip $(ARGS)),)
	$(PY) -m pytest -n 2 -m "not e2e" --dist loadgroup
	$(PY) -m pytest -m e2e
else
	$(PY) -m pytest $(ARGS)
endif

mutants: ## plant faults into the rules; each must turn a test red (ARGS="date_rules --sample 20")
	bin/setup test
	$(PY) -m tests.mutants $(ARGS)

faults: ## the long round of broken processes (FAULTS=1000)
	bin/setup test
	FAULTS=$(or $(FAULTS),1000) $(PY) -m pytest tests/faults -s -n0

lint: ## ruff, mypy, import rules, migrations
	bin/setup test
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/lint-imports --no-cache
	$(PY) bin/figures
	.venv/bin/mypy
	$(PY) -m config.embedded.manage --data .data-lint -- makemigrations --check --dry-run
	$(PY) -m config.embedded.manage --data .data-lint --settings config.settings_lint -- lintmigrations --warnings-as-errors

format: ## apply ruff's formatting and safe fixes
	bin/setup test
	.venv/bin/ruff check --fix-only . && .venv/bin/ruff format .

bench: ## the ratios of docs/benchmarks.md, measured in one run (ARGS="import counting" for a part)
	bin/setup test
	exec $(PY) -m benchmarks --data "$(if $(filter .data,$(DATA)),.data-bench,$(DATA))" $(ARGS)

docs: ## draw the workflow pictures in docs/workflows from the code
	bin/setup run
	$(PY) -m config.embedded.manage --data .data-lint -- draw_workflows

lock: ## resolve requirements/*.in anew; read the result before committing
	for part in base embedded test; do \
	  .tools/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
	    --no-emit-find-links requirements/$$part.in -o requirements/$$part.txt; done
