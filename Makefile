# The quarterly evaluation, from a fresh machine to a sealed report. Every rule is one command.
# `make quarter` and `make test` make the environment they need in .venv and touch nothing of yours.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.ONESHELL:
.SILENT:
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
.PHONY: help quarter test data check fix lab verify sign sample bench clean lock
unexport PYTHONDONTWRITEBYTECODE PYTHONPATH PYTHONSTARTUP PYTHONHOME LANGUAGE

PYTHON ?= python3.11
VENV := .venv
RUN = env PYTHONNOUSERSITE=1 PYTHONHASHSEED=0 $(VENV)/bin/python -m analysis

# Settings count only when given on make's command line: a shell's own LANGUAGE or DATA is not ours.
given = $(if $(filter command line,$(origin $(1))),$(value $(1)))
export QUALITY_Q := $(call given,Q)
export QUALITY_DATA := $(call given,DATA)
export QUALITY_REPORTS := $(call given,REPORTS)
export QUALITY_PARAMS := $(call given,PARAMS)
export QUALITY_LANGUAGE := $(call given,LANGUAGE)
export QUALITY_JOBS := $(call given,JOBS)
export QUALITY_BY := $(call given,BY)
OPTIONS = --data="$$QUALITY_DATA" --reports="$$QUALITY_REPORTS" --params="$$QUALITY_PARAMS"

help:
	grep -hE '^## ' README.md | head -0; sed -n 's/^# *\(make .*\)/\1/p' $(MAKEFILE_LIST)

$(VENV)/.ready: requirements.lock pyproject.toml
	echo "setting up $(VENV) (first use, or the lock changed)" >&2
	command -v $(PYTHON) >/dev/null || { echo "refused: Python 3.11 is needed; '$(PYTHON)' was not found. Install it, or say make PYTHON=/path/to/python3.11" >&2; exit 2; }
	$(PYTHON) -m venv --clear $(VENV)
	if command -v uv >/dev/null; then uv=uv; elif $(VENV)/bin/python -m pip install -q --disable-pip-version-check uv; then uv=$(VENV)/bin/uv; else uv=; fi
	if [ -n "$$uv" ]; then
	  VIRTUAL_ENV=$(VENV) $$uv pip install -q --require-hashes -r requirements.lock
	  VIRTUAL_ENV=$(VENV) $$uv pip install -q --no-deps --no-build-isolation -e .
	else
	  $(VENV)/bin/python -m pip install -q --require-hashes -r requirements.lock
	  $(VENV)/bin/python -m pip install -q --no-deps --no-build-isolation -e .
	fi
	touch $@
