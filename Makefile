# Everything here runs on a machine that has only Python 3.11-3.13, make and git.
# The first target that needs it builds .venv; later calls reuse it until the
# dependencies in pyproject.toml or constraints.txt change.

VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed

# PYTHON: the interpreter that builds .venv; the first suitable one on the PATH unless given.
PYTHON ?= $(firstword $(foreach p,python3 python3.13 python3.12 python3.11 python, \
            $(shell $(p) -c $(SUPPORTED) >/dev/null 2>&1 && echo $(p))))
SUPPORTED := 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))'

# TORCH_ARGS: extra arguments for installing PyTorch, e.g. an index that holds CPU-only builds.
TORCH_ARGS ?=
# ARGS: extra arguments for pytest or the demo, e.g. make test ARGS="-k solver -x".
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help install demo test test-slow test-framework lint format docs bench bench-solver bench-peers release-check clean distclean

help:  ## show this text
	@echo "make TARGET [PYTHON=python3.12] [ARGS=...] [TORCH_ARGS=...]"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(STAMP)  ## build .venv with the tested versions

$(STAMP): pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "edgemarl needs Python 3.11, 3.12 or 3.13 on the PATH, or make PYTHON=/path/to/python" >&2; exit 1; }
	@$(PYTHON) -c $(SUPPORTED) || { echo "edgemarl needs Python 3.11, 3.12 or 3.13, but $(PYTHON) is $$($(PYTHON) --version 2>&1)" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@# PyTorch first and alone: a range that an installed build satisfies pulls no other build.
	$(BIN)/python -m pip install --disable-pip-version-check --quiet $(TORCH_ARGS) "$$(grep '^torch==' constraints.txt)"
	$(BIN)/python -m pip install --disable-pip-version-check --quiet -c constraints.txt -e '.[dev]'
	@touch $@

demo: $(STAMP)  ## train on seven servers and a hundred users, compare, draw the curve in demo/ (5 minutes)
	$(BIN)/python examples/demo.py $(ARGS)

test: $(STAMP)  ## run the tests, files at a time in two processes
	$(BIN)/python -m pytest -n 2 --dist loadfile $(ARGS)

test-slow: $(STAMP)  ## run the tests that train for minutes
	$(BIN)/python -m pytest -m slow $(ARGS)

# NAME: the other framework of test-framework, one of those that have a file of versions.
VERSIONS   := examples/frameworks/requirements
FRAMEWORKS := $(basename $(filter-out %.no-deps.txt,$(notdir $(wildcard $(VERSIONS)/*.txt))))
FRAMEWORK   = .frameworks/$(NAME)

test-framework:  ## train an example with another framework in an environment of its own, e.g. NAME=sb3
	@case " $(FRAMEWORKS) " in *" $(NAME) "*) ;; *) echo "NAME must be one of $(FRAMEWORKS), got '$(NAME)'" >&2; exit 1;; esac
	$(PYTHON) -m venv $(FRAMEWORK)
	$(FRAMEWORK)/bin/python -m pip install --disable-pip-version-check --quiet $(TORCH_ARGS) "$$(grep '^torch==' $(VERSIONS)/$(NAME).txt)"
	$(FRAMEWORK)/bin/python -m pip install --disable-pip-version-check --quiet -e . pytest pytest-timeout -r $(VERSIONS)/$(NAME).txt
	@if test -f $(VERSIONS)/$(NAME).no-deps.txt; then \
	  $(FRAMEWORK)/bin/python -m pip install --disable-pip-version-check --quiet --no-deps -r $(VERSIONS)/$(NAME).no-deps.txt; fi
	FRAMEWORK=$(NAME) $(FRAMEWORK)/bin/python -m pytest -rP -m "slow or not slow" -k $(NAME) tests/frameworks $(ARGS)

lint: $(STAMP)  ## ruff, pyright and codespell
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/codespell
	$(BIN)/pyright --pythonpath $(BIN)/python

format: $(STAMP)  ## sort imports, fix what ruff can fix, and format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(STAMP)  ## build the documentation in site/; a warning is an error
	$(BIN)/sphinx-build --fail-on-warning --keep-going docs site $(ARGS)

bench: $(STAMP)  ## run the benchmarks, keep their results and write docs/performance.md (70 minutes)
	$(BIN)/python benchmarks/suite.py $(ARGS)

bench-solver: $(STAMP)  ## compare the solver with its peers: JSON and a table (6 minutes)
	$(BIN)/python benchmarks/solver.py --markdown $(ARGS)

bench-peers: $(STAMP)  ## compare with BenchMARL, XuanCe and AgileRL, which it downloads first (14 minutes)
	$(BIN)/python benchmarks/peers.py $(ARGS)

release-check: $(STAMP)  ## build wheel and sdist, and use them in environments of their own (15 minutes)
	$(BIN)/python tests/release/check.py $(ARGS)

clean:  ## remove caches, built packages and demo/
	rm -rf build dist site docs/api/generated demo .pytest_cache .ruff_cache .hypothesis
	find edgemarl rllib_algos tests examples benchmarks -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true

distclean: clean  ## clean, and remove .venv and .frameworks
	rm -rf $(VENV) .frameworks
