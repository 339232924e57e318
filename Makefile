# `make run` and `make test` set up a fresh machine. Later calls skip the set-up.
PYTHON ?= python3
PORT ?= 8501
OUT ?= site
BIN := .venv/bin

PYTEST := $(BIN)/python -m pytest
# Use two processes; one process runs all tests of a file. tests/conftest.py marks quick tests.
PARALLEL := -n 2 --dist loadfile --no-loadscope-reorder
QUICK := $(PYTEST) $(PARALLEL) -m "quick and not weekly" tests/unit tests/app
# Stop after five failures: if a shared server is down, every test waits for minutes.
SLOW := $(PYTEST) $(PARALLEL) --maxfail 5 -m "not quick and not weekly" --ignore tests/unit
WEEKLY := $(PYTEST) $(PARALLEL) -m weekly

.PHONY: run site test test-live check record-answers lint format bench bench-load bench-cluster \
	pictures browser clean

run: .venv/run.stamp
	$(BIN)/streamlit run app.py --server.port $(PORT) $(ARGS)

# Writes the static site to OUT. APP is the address of the app, ADDRESS that of the site.
site: .venv/run.stamp
	$(BIN)/python -m lib.export.site $(OUT) --app '$(APP)' --address '$(ADDRESS)'

# The quick tests run first, so that most mistakes show within a minute. ARGS selects other tests.
test: .venv/dev.stamp browser
ifdef ARGS
	$(PYTEST) $(ARGS)
else
	$(QUICK)
	$(SLOW)
endif

check: lint
	$(QUICK)

# Run `make test` and the weekly tests against Keras itself, without recorded answers.
test-live: export UNROLLED_ANSWERS = live
test-live: test
	$(WEEKLY)

record-answers: .venv/dev.stamp
	UNROLLED_ANSWERS=record $(PYTEST) tests/agreement/test_doctor.py \
		tests/agreement/test_documented_models.py tests/agreement/test_error_messages.py \
		tests/agreement/test_stack.py tests/agreement/test_stack_arguments.py

lint: .venv/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: .venv/dev.stamp
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: .venv/dev.stamp browser
	$(BIN)/python -m tests.bench.first_use
	$(BIN)/python -m tests.bench.pages
	$(BIN)/python -m tests.bench.throughput

bench-load: .venv/dev.stamp browser
	$(BIN)/python -m tests.bench.load $(ARGS)

# Starts a Ray cluster on this machine. Works on Linux only.
bench-cluster: .venv/dev.stamp
	$(BIN)/python -m pip install --quiet -r requirements-cluster.txt
	$(BIN)/python -m tests.bench.cluster $(ARGS)

# Draws README's screenshot and the previews of gallery cards.
pictures: .venv/dev.stamp browser
	$(BIN)/python -m tests.pictures $(ARGS)

# Finds Chromium, or installs Playwright's build or Debian's package: see tests/browser/chromium.py.
browser: .venv/dev.stamp
	$(BIN)/python -m tests.browser.chromium

.venv/pip.stamp:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' || { \
		echo "Expected Python 3.11 to 3.14, but '$(PYTHON)' is $$($(PYTHON) --version 2>&1)." \
			"Choose another Python: make PYTHON=python3.12 $(MAKECMDGOALS)"; \
		exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	touch $@

.venv/run.stamp: .venv/pip.stamp requirements.txt
	$(BIN)/python -m pip install --quiet -r requirements.txt
	touch $@

.venv/dev.stamp: .venv/run.stamp pyproject.toml requirements-cluster.txt
	$(BIN)/python -m pip install --quiet --group dev -r requirements-cluster.txt
	touch $@

clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis
