# The first command trains, the second passes the tests; both set up everything that they need.
# `make bench` measures speed against plain loops in about ten minutes, then what they reach in half a minute and in two, in a
# quarter of an hour; BENCH_ARGS can name real images (docs/speed.md). `make speed` and `make quality` are its halves, which
# take more arguments.
# PIP_ARGS names a wheel, an index or other options of your own for pip, for example a build of torch for your GPU.

PYTHON ?= python3
PIP_ARGS ?=
BENCH_ARGS ?=
# A plain path: with setuptools' own finder, Python started beside this folder would take the folder for the package.
EDITABLE := --config-settings editable_mode=compat
VENV := .venv
BIN := $(VENV)/bin

.PHONY: train test bench speed quality install install-test clean

train: install
	$(BIN)/saddle train

test: install-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright
	$(BIN)/pytest -n auto --maxprocesses 8 --dist worksteal

bench:
	$(MAKE) speed
	$(MAKE) quality

speed: install
	$(BIN)/python -m benchmarks $(BENCH_ARGS)

quality: install
	$(BIN)/python -m benchmarks.quality $(BENCH_ARGS)

install: $(VENV)/installed

install-test: $(VENV)/installed-test

$(VENV)/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt $(PIP_ARGS) $(EDITABLE) -e .
	touch $@

$(VENV)/installed-test: $(VENV)/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt $(PIP_ARGS) $(EDITABLE) -e '.[test]'
	touch $@

clean:
	rm -rf $(VENV) build *.egg-info .pytest_cache .ruff_cache .hypothesis
