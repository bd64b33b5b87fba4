# Hearth's own commands; `make help` lists them. Variables given to make (PORT=8123, HEARTH_DATA_DIR=/tmp/x,
# PYTHON=python3.12) go into the environment of what it starts: that is make's own rule.

.POSIX:

PYTHON = python3
VENV = .venv
BIN = $(VENV)/bin
PIP_INSTALL = $(BIN)/python -m pip install --disable-pip-version-check -qq --require-hashes

# Checks and tests read neither your .env nor your data.
ISOLATED = HEARTH_ENV_FILE=/dev/null HEARTH_DATA_DIR=$(VENV)/check-data
SQLITE = $(ISOLATED) DATABASE_URL= REDIS_URL= HOST= PORT=
# What `check --deploy` looks at: a server on the internet. It opens no connection.
DEPLOYED = $(SQLITE) SECRET_KEY=for-checks-only-never-a-secret-0123456789-abcdefghijklmnop \
	HEARTH_PUBLIC_URL=https://hearth.example.org DATABASE_URL=postgres://hearth:secret@127.0.0.1:9/hearth
# Each worker begins with a half of its own, so what one file prepares it prepares once; who is done first takes over.
PYTEST = $(BIN)/python -m pytest -n auto --maxprocesses 4 --dist worksteal

# Benchmarks have packages of their own. `make bench ROUNDS=1 SECONDS=2 ITEMS=20000 DATABASES=postgresql` is a quick look.
BENCH = benchmarks/.venv
ROUNDS = 5
SECONDS = 10
ITEMS = 1000000
HOUSEHOLDS = 10000
REQUESTS = 100000
DATABASES = postgresql sqlite
BENCHMARK = $(BENCH)/bin/python -m benchmarks --rounds $(ROUNDS) --seconds $(SECONDS) --items $(ITEMS) \
	--households $(HOUSEHOLDS) --requests $(REQUESTS) --databases $(DATABASES) --parts

.PHONY: help run test check audit test-postgres torture format pins clean bench bench-growth bench-memory

help:
	@echo 'make run            serve Hearth on http://127.0.0.1:8000 (also: make run PORT=8123 HEARTH_DATA_DIR=/tmp/x)'
	@echo 'make test           every check and the whole suite, on SQLite'
	@echo 'make check          only the checks: format, lint, imports, types, settings, migrations'
	@echo 'make audit          whether something is known against the packages that Hearth runs on (asks the network)'
	@echo 'make test-postgres  the suite on PostgreSQL, with coverage: DATABASE_URL=postgres://... make test-postgres'
	@echo '                    (with REDIS_URL=redis://... on that Redis, too: under keys of its own)'
	@echo 'make torture        the long versions of the proofs, with one figure for each promise (DATABASE_URL for PostgreSQL)'
	@echo 'make bench          Hearth beside others, with tables and plots (benchmarks/README.md; needs wrk)'
	@echo 'make bench-growth   what a request costs in larger and larger tables'
	@echo 'make bench-memory   what a worker holds after many requests'
	@echo 'make format         put the code in order'
	@echo 'make pins           compile requirements*.in into requirements*.txt (all newer: make pins UPGRADE=--upgrade)'
	@echo 'make clean          remove what make made; your data stays'

run: $(VENV)/runtime-pins
	@$(BIN)/python manage.py migrate --no-input --verbosity 0
	@$(BIN)/python manage.py collectstatic --no-input --verbosity 0
	@$(BIN)/python manage.py create_demo --if-empty
	@exec $(BIN)/gunicorn -c config/gunicorn.conf.py config.wsgi

test: check
	$(SQLITE) $(PYTEST)

check: $(VENV)/dev-pins
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/bandit --quiet --recursive --configfile pyproject.toml config accounts households gifts tasks
	$(BIN)/lint-imports --no-cache --no-logo
	$(SQLITE) $(BIN)/mypy
	$(DEPLOYED) $(BIN)/python manage.py check --deploy --fail-level WARNING
	$(SQLITE) $(BIN)/python manage.py makemigrations --check --dry-run
	$(SQLITE) $(BIN)/python manage.py spectacular --validate --fail-on-warn --file /dev/null

# It asks the network and tells; what to do about it is for people, so it stops nothing.
audit: $(VENV)/dev-pins
	@$(BIN)/pip-audit --require-hashes --disable-pip --requirement requirements.txt || \
		echo 'Please look at what stands above; SECURITY.md says what comes next.' >&2

test-postgres: $(VENV)/dev-pins
	@test -n "$$DATABASE_URL" || { \
		echo 'Please say which server: DATABASE_URL=postgres://user:password@127.0.0.1:5432/name make test-postgres' >&2; exit 1; }
	$(ISOLATED) HOST= PORT= $(PYTEST) --cov --cov-report=term:skip-covered

torture: $(VENV)/dev-pins
	@$(ISOLATED) REDIS_URL= HOST= PORT= $(BIN)/python -m pytest -q -rN --no-header --tb=line --show-capture=no tests/torture/promises.py

bench: $(BENCH)/pins
	@$(BENCHMARK) throughput overheads

bench-growth: $(BENCH)/pins
	@$(BENCHMARK) growth

bench-memory: $(BENCH)/pins
	@$(BENCHMARK) memory

format: $(VENV)/dev-pins
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# uv lives just as long as it is needed.
pins:
	@set -e; uv=$$(mktemp -d); trap 'rm -rf "$$uv"' EXIT; \
	$(PYTHON) -m venv "$$uv"; "$$uv/bin/pip" install --disable-pip-version-check --quiet uv; \
	for name in requirements requirements-dev benchmarks/requirements; do \
		"$$uv/bin/uv" pip compile --quiet $(UPGRADE) --generate-hashes --universal --python-version 3.11 \
			--no-emit-index-url --no-emit-find-links --no-header $$name.in -o $$name.txt; \
	done

clean:
	rm -rf $(VENV) $(BENCH) .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage .coverage.* htmlcov
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp is newer than the pins it stands for, so a second run installs nothing.
$(VENV)/runtime-pins: requirements.txt $(VENV)/pyvenv.cfg
	@echo 'Installing what Hearth runs on (once, about half a minute) ...'
	@$(PIP_INSTALL) -r requirements.txt
	@touch $@

# The development pins hold the others, so both are done.
$(VENV)/dev-pins: requirements-dev.txt $(VENV)/pyvenv.cfg
	@echo 'Installing what the checks need (once, about half a minute) ...'
	@$(PIP_INSTALL) -r requirements-dev.txt
	@touch $(VENV)/runtime-pins $@

$(BENCH)/pins: benchmarks/requirements.txt
	@command -v wrk >/dev/null || { echo 'The benchmarks need wrk; on Debian and Ubuntu: apt install wrk' >&2; exit 1; }
	@echo 'Installing what the benchmarks need (once, about half a minute) ...'
	@$(PYTHON) -m venv $(BENCH)
	@$(BENCH)/bin/python -m pip install --disable-pip-version-check -qq --require-hashes -r benchmarks/requirements.txt
	@touch $@

$(VENV)/pyvenv.cfg:
	@command -v $(PYTHON) >/dev/null || { echo 'Hearth needs Python 3.11 or newer, and there is no $(PYTHON).' >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Hearth needs Python 3.11 or newer; this is $$($(PYTHON) -V). Another one: make run PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo 'This Python cannot make virtual environments; on Debian and Ubuntu: apt install python3-venv' >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)
