# `make run` and `make test` do all the set-up that a fresh machine needs, and skip it after that.
PYTHON ?= python3
PORT ?= 8501
BIN := .venv/bin

PYTEST := $(BIN)/python -m pytest
# Two processes, of which each gets whole files. What runs when: tests/conftest.py.
PARALLEL := -n 2 --dist loadfile --no-loadscope-reorder
QUICK := $(PYTEST) $(PARALLEL) -m "quick and not weekly" tests/unit tests/app
# If a service that all tests wait for is down, each test would wait for minutes.
SLOW := $(PYTEST) $(PARALLEL) --maxfail 5 -m "not quick and not weekly"
WEEKLY := $(PYTEST) $(PARALLEL) -m weekly

.PHONY: run test test-live check record-answers lint format bench bench-load bench-cluster \
	pictures browser clean

run: .venv/run.stamp
	$(BIN)/streamlit run app.py --server.port $(PORT) $(ARGS)

# The quick tests first: a mistake shows within a minute. ARGS names other tests to run instead.
test: .venv/dev.stamp browser
ifdef ARGS
	$(PYTEST) $(ARGS)
else
	$(QUICK)
	$(SLOW)
endif

check: lint
	$(QUICK)

# `make test` and the weekly tests, with Keras's answers asked live, not read from
# tests/agreement/answers.
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
	$(BIN)/python -m tests.bench.follow
	$(BIN)/python -m tests.bench.throughput --json throughput.json

bench-load: .venv/dev.stamp browser
	$(BIN)/python -m tests.bench.load $(ARGS)

# On a Ray cluster that it starts on this machine; Linux.
bench-cluster: .venv/dev.stamp
	$(BIN)/python -m pip install --quiet -r requirements-cluster.txt
	$(BIN)/python -m tests.bench.cluster $(ARGS)

# README's screenshot, and the previews of gallery cards.
pictures: .venv/dev.stamp browser
	$(BIN)/python -m tests.pictures $(ARGS)

# One that is there, else Playwright's, else apt's: see tests/browser/chromium.py.
browser: .venv/dev.stamp
	$(BIN)/python -m tests.browser.chromium

.venv/pip.stamp:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' || { \
		echo "Python 3.11 to 3.14 is needed, and '$(PYTHON)' is $$($(PYTHON) --version 2>&1)." \
			"Name another: make PYTHON=python3.12 $(MAKECMDGOALS)"; \
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
