# From a plan and a delivery to a sealed report. `make` alone lists what can be done.
# `quarter` and `test` make the environment they need in .venv and touch nothing of yours.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.ONESHELL:
.SILENT:
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
.PHONY: help quarter data verify sign test check fix lab sample bench clean lock
# A shell's own settings must not reach a run: with the first, every run would also compile everything anew.
unexport PYTHONDONTWRITEBYTECODE PYTHONPATH PYTHONSTARTUP PYTHONHOME PYTHONWARNINGS PYTHONOPTIMIZE LANGUAGE
export PYTHONNOUSERSITE := 1
export PYTHONHASHSEED := 0
export PYTHONUTF8 := 1
export LC_ALL := C.UTF-8
export OPENBLAS_NUM_THREADS := 1

PYTHON ?= python3.11
BIN := .venv/bin
# Settings count only when given on make's command line, and reach the shell as values, never as text to run.
given = $(if $(filter command line,$(origin $(1))),$(value $(1)))
export GIVEN_Q := $(call given,Q)
export GIVEN_DATA := $(call given,DATA)
export GIVEN_REPORTS := $(call given,REPORTS)
export GIVEN_PARAMS := $(call given,PARAMS)
export GIVEN_LANGUAGE := $(call given,LANGUAGE)
export GIVEN_JOBS := $(call given,JOBS)
export GIVEN_REBUILD := $(call given,REBUILD)
export GIVEN_BY := $(call given,BY)
export GIVEN_PUBLIC_DATA := $(call given,PUBLIC_DATA)
# make itself would hand each of them on under its own name, and run a $(shell …) in it to do so.
unexport Q DATA REPORTS PARAMS LANGUAGE JOBS REBUILD BY PUBLIC_DATA
OPTIONS = --quarter="$$GIVEN_Q" --data="$$GIVEN_DATA" --reports="$$GIVEN_REPORTS" --params="$$GIVEN_PARAMS" \
  --language="$$GIVEN_LANGUAGE" --jobs="$$GIVEN_JOBS" --rebuild="$$GIVEN_REBUILD" --by="$$GIVEN_BY"

help: ## this list
	sed -n 's/^\([a-z]*\):[^#]*## /make \1\t/p' $(MAKEFILE_LIST) | expand -t 16

quarter data verify sign: .venv/.ready
	$(BIN)/python -m analysis $@ $(OPTIONS)
quarter: ## publish a quarter's reports: Q=2024Q3 [DATA= REPORTS= PARAMS= LANGUAGE= JOBS=]
data: ## validate a quarter's delivery alone: Q=
verify: ## prove a published quarter: Q= [REBUILD=1]
sign: ## sign a published quarter: Q= BY=

test: .venv/.ready ## pass the tests [PUBLIC_DATA=dir]
	PUBLIC_DATA="$$GIVEN_PUBLIC_DATA" $(BIN)/python -m pytest -n auto --dist loadfile
check: .venv/.ready ## lint, types, notebooks, translations, dictionary: changes nothing
	$(BIN)/ruff check src tests benchmarks
	$(BIN)/mypy
	$(BIN)/nbstripout --verify notebooks/*.ipynb
	$(BIN)/python -m analysis.publish.extract --check
	$(BIN)/python -m pytest -n0 tests/test_architecture.py tests/test_notebooks.py tests/test_dependencies.py
fix: .venv/.ready ## the same, mending
	$(BIN)/ruff check --fix src tests benchmarks
	$(BIN)/nbstripout notebooks/*.ipynb
	$(BIN)/python -m analysis.publish.extract
	$(BIN)/python -m analysis.tables.dictionary
lab: .venv/.ready ## JupyterLab on the notebooks
	$(BIN)/jupyter lab --notebook-dir=notebooks
sample: .venv/.ready ## write the sample insurer again
	$(BIN)/python -m analysis sample
bench: .venv/.ready ## measure what is claimed about time, and the long simulations
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --require-hashes -r benchmarks/requirements.lock
	$(BIN)/python -m pytest -n0 -q benchmarks
lock: .venv/.ready ## resolve pyproject.toml into the two locks
	compile() { $(BIN)/uv pip compile -q --python-version 3.11 --universal --generate-hashes --no-emit-index-url \
	  --no-emit-find-links --custom-compile-command "make lock" "$$@"; }
	compile --extra dev pyproject.toml -o requirements.lock
	compile --group bench --no-deps -o benchmarks/requirements.lock
clean: ## forget generated files
	rm -rf .cache data/validated .pytest_cache .mypy_cache .ruff_cache .hypothesis

.venv/.ready: requirements.lock pyproject.toml
	echo "setting up .venv (first use, or the lock has changed)" >&2
	command -v "$(PYTHON)" >/dev/null || {
	  echo "refused: Python 3.11 is needed and '$(PYTHON)' was not found; say make PYTHON=/path/to/python3.11" >&2; exit 2; }
	"$(PYTHON)" -m venv --clear .venv
	uv=$$(command -v uv) || { $(BIN)/python -m pip install -q --disable-pip-version-check uv && uv=$(BIN)/uv; } || uv=
	set_up() { "$$@" --require-hashes -r requirements.lock && "$$@" --no-deps --no-build-isolation -e .; }
	{ [ -n "$$uv" ] && set_up "$$uv" pip install -q --python $(BIN)/python; } || set_up $(BIN)/python -m pip install -q
	touch $@
