# make demo   the board with a simulated programme, on http://127.0.0.1:8050
# make test   everything that is checked: style, types, tests, browser journeys
# Both build .venv first and need nothing but git, make, python3 (3.11 or newer) and python3-venv.

PYTHON ?= python3
PORT ?= 8050
BIN := .venv/bin
.DEFAULT_GOAL := help
.PHONY: help setup demo serve test quick lint format lock conformance bench deliveries speed simulate screenshots clean

help: ## this list
	@grep -E '^[a-z]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 14

.venv/runtime.stamp: requirements.lock pyproject.toml scripts/setup
	@PYTHON="$(PYTHON)" bash scripts/setup requirements.lock $@

.venv/dev.stamp: requirements-dev.lock .venv/runtime.stamp
	@PYTHON="$(PYTHON)" bash scripts/setup requirements-dev.lock $@

setup: .venv/runtime.stamp ## build .venv with what Tavle needs to run

demo: setup ## build the demo store if it is missing and serve it (PORT=8050)
	@$(BIN)/tavle demo --port $(PORT)

serve: setup ## serve the store that TAVLE_DATABASE_URL names
	@$(BIN)/tavle serve --port $(PORT)

STYLE := $(BIN)/ruff check . && $(BIN)/ruff format --check -q . && $(BIN)/mypy

lint: .venv/dev.stamp ## style and types
	@$(STYLE)

# Reading 5,000 tests for the first time takes a worker 13 s instead of 7: it is done once, beside mypy, and kept.
unexport PYTHONDONTWRITEBYTECODE
test: .venv/dev.stamp ## style, types, tests and browser journeys
	@$(BIN)/pytest --collect-only -q >/dev/null 2>&1 & $(STYLE) && wait && $(BIN)/pytest -n 3

quick: .venv/dev.stamp ## tests without a browser
	@$(BIN)/pytest -n 2 -m "not browser"

format: .venv/dev.stamp ## put the code in style
	@$(BIN)/ruff check --fix-only -q . ; $(BIN)/ruff format -q .

conformance: .venv/dev.stamp ## agreement with the reference figures, by chart type
	@$(BIN)/python -m indicators.spc.conformance $${TAVLE_SHARED:-../shared}/reference/spc

bench: .venv/dev.stamp ## first loads in bytes, requests and seconds: figures, never tests
	@$(BIN)/python tests/bench/first_load.py

deliveries: .venv/dev.stamp ## speed and memory of checking and committing 2,000 to 1,000,000 rows, beside pandas and pandera
	@$(BIN)/python tests/bench/deliveries_speed.py

speed: .venv/dev.stamp ## speed and memory of the SPC library beside its peers: ratios, never tests
	@$(BIN)/python tests/bench/spc_speed.py

simulate: .venv/dev.stamp ## the simulations behind the figures in docs/method.md, long: false alarms, adviser, power
	@for script in tests/simulation/*.py; do echo "== $$script"; $(BIN)/python $$script || exit 1; done

screenshots: .venv/dev.stamp ## the pages of the demo as pictures, docs/screenshots/
	@$(BIN)/python scripts/screenshots.py

lock: .venv/dev.stamp ## resolve the dependencies anew, with hashes and without addresses
	@$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -q --upgrade -o requirements.lock
	@$(BIN)/uv pip compile pyproject.toml --extra dev -c requirements.lock --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -q --upgrade -o requirements-dev.lock

clean: ## remove .venv and var
	rm -rf .venv var
