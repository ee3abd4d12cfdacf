# Two commands do all set-up: `make demo` and `make test`. They need Python 3.11 to 3.13, nothing else.
# PYTHON=/path/to/python make demo   chooses the interpreter.

.PHONY: demo test check locks clean help
.DELETE_ON_ERROR:
VENV := .venv
BIN := $(VENV)/bin
DEMO := build/contoso
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input -q

# the first interpreter that answers with a version in range; a name on the path may still not run
find_python = for p in "$(PYTHON)" python3.13 python3.12 python3.11 python3 python; do \
	  [ -n "$$p" ] && "$$p" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null \
	  && { echo "$$p"; break; }; done

help:
	@echo "make demo   the whole job on the built-in workspace, offline; prints where the report is"
	@echo "make test   the tests"
	@echo "make locks  the locks anew, from pyproject.toml and requirements/*.in (needs uv)"
	@echo "make clean  removes .venv and build"

demo: $(VENV)/.run
	@$(BIN)/attestgraph demo --out $(DEMO)

test: $(VENV)/.test
	@$(BIN)/python -m pytest -q -n auto $(PYTEST_ARGS)

check: $(VENV)/.ci

$(VENV)/bin/python:
	@python=$$($(find_python)); \
	if [ -z "$$python" ]; then \
	  echo "Python 3.11, 3.12 or 3.13 is needed: install it (Debian and Ubuntu: apt install python3 python3-venv), or name it: make demo PYTHON=/path/to/python" >&2; exit 2; fi; \
	if ! "$$python" -c 'import venv, ensurepip' 2>/dev/null; then \
	  echo "The venv module of $$python is missing: install it (Debian and Ubuntu: apt install python3-venv)" >&2; exit 2; fi; \
	"$$python" -m venv $(VENV)

# installs a lock into the environment and marks it; the mark comes last, so that an interrupted run is repeated
define install
	@$(PIP) install --require-hashes --only-binary :all: -r $<
	@$(PIP) install --no-build-isolation --no-deps -e .
	@touch $@
endef

$(VENV)/.run: requirements/run.txt pyproject.toml | $(VENV)/bin/python
	$(install)

$(VENV)/.test: requirements/test.txt pyproject.toml | $(VENV)/bin/python
	$(install)
	@touch $(VENV)/.run

$(VENV)/.ci: requirements/ci.txt pyproject.toml | $(VENV)/bin/python
	$(install)
	@touch $(VENV)/.run $(VENV)/.test

LOCK := uv pip compile -q --universal --fork-strategy fewest --generate-hashes --python-version 3.11 --no-header --no-annotate
locks:
	$(LOCK) pyproject.toml requirements/build.in -o requirements/run.txt
	$(LOCK) pyproject.toml requirements/build.in requirements/test.in -o requirements/test.txt
	$(LOCK) pyproject.toml requirements/build.in requirements/test.in requirements/ci.in -o requirements/ci.txt

clean:
	rm -rf $(VENV) build dist
