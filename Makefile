# make demo: the example brief, through real Dagster, to finished images.
# make test: the tests.   make dev: the Dagster UI.   make help: the rest.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
export DAGSTER_HOME ?= $(CURDIR)/var/dagster
export PYTHONUTF8 = 1
export VIRTUAL_ENV := $(CURDIR)/$(VENV)

.DEFAULT_GOAL := help

help:  ## this list
	@grep -hE '^[a-z-]+:.*  ## ' $(MAKEFILE_LIST) | sed -E 's/:.*  ## /\t/' | expand -t 12

setup: $(READY)  ## the virtual environment, with what requirements.lock names

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed: make PYTHON=python3.11 …"; exit 1; }
	@echo "Setting up $(VENV) …"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@awk '/^[a-z]/ { uv = /^uv==/ } uv' requirements.lock > $(VENV)/uv.lock
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r $(VENV)/uv.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --compile-bytecode --require-hashes -r requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(READY) fribidi  ## the example brief, through real Dagster, to finished images
	@$(BIN)/creative-assets run examples/nordlys-coffee/brief.yaml

# Pillow finds FriBiDi on the machine, and sets no Arabic or Hindi without it.
fribidi: $(READY)
	@$(BIN)/python -c 'from PIL import features; raise SystemExit(not features.check("raqm"))' \
		|| { command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ] \
			&& apt-get update -qq && apt-get install -y -qq libfribidi0; } \
		|| $(BIN)/creative-assets preflight

dev: $(READY) $(DAGSTER_HOME)/dagster.yaml  ## the Dagster UI and the review desk on what the demo made, sensors on
	@echo "Dagster: http://127.0.0.1:3000   Briefs are taken from var/inbox."
	@$(BIN)/creative-assets desk & trap "kill $$!" EXIT; $(BIN)/dg dev --host 127.0.0.1 --port 3000

# Only where there is none: an operator's own stays.
$(DAGSTER_HOME)/dagster.yaml: | creative_assets/data/dagster.yaml
	@mkdir -p $(@D) && cp $| $@

test: $(READY) fribidi radosgw  ## the tests
	@$(BIN)/pytest -n auto --dist loadfile  # a deployment is started once for all tests of its file

# An S3 server, which tests start. Where it cannot be had, they fail, and say what to install.
radosgw:
	-@command -v radosgw >/dev/null || ! { command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; } \
		|| { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
			--no-install-recommends ceph-mon ceph-osd ceph-common radosgw; }

lint: $(READY)  ## ruff, mypy, the definitions as Dagster loads them
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/validate-pyproject pyproject.toml
	@$(BIN)/dg check defs
	@$(BIN)/dagster definitions validate --workspace workspace.yaml

gallery: $(READY) fribidi  ## one ad in every script, format and layout, to look at: var/gallery
	@$(BIN)/python -m tests.gallery.render var/gallery

golden: $(READY) fribidi  ## what the tests compare the gallery with, made anew
	@$(BIN)/python -m tests.gallery.render golden

bench: $(READY) fribidi  ## the figures that the docs name, measured here; under ten minutes
	@$(BIN)/python -m bench.run

bench-full: $(READY) fribidi radosgw  ## all of them, at full size: three quarters of an hour
	@$(BIN)/python -m bench.run --full

faults: model-faults store-faults hostile crashes  ## all of these

model-faults: $(READY)  ## every fault of a model's service over 60 variants, as a table; minutes
	@$(BIN)/python -m tests.faults.run $(FAULTS)

store-faults: $(READY) radosgw  ## how long S3 takes that fails or hangs, as a table; three minutes
	@$(BIN)/python -m tests.s3.run

crashes: $(READY) fribidi  ## 24 variants whose run is killed 30 times, as a table; half an hour
	@$(BIN)/python -m tests.faults.crash_run $(CRASHES)

hostile: $(READY) fribidi  ## 10,000 hostile inputs of each kind, as a table; minutes
	@$(BIN)/python -m tests.hostile.run $(HOSTILE)

audit: $(READY)  ## known vulnerabilities in what requirements.lock names
	@$(BIN)/python .ci/audit.py $(AUDIT)

sbom: $(READY)  ## the bill of materials, CycloneDX: var/sbom.json
	@mkdir -p var
	@$(BIN)/cyclonedx-py requirements requirements.lock --pyproject pyproject.toml \
		--output-reproducible --of JSON -o var/sbom.json 2>/dev/null
	@echo "var/sbom.json"

lock:  ## resolve the dependencies anew into requirements.lock, and the image's among them
	@$(BIN)/uv pip compile --quiet --python-version 3.11 --universal --all-extras --group dev \
		--generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header \
		pyproject.toml -o requirements.lock
	@$(BIN)/uv pip compile --quiet --python-version 3.11 --universal --all-extras \
		--constraints requirements.lock \
		--generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header \
		pyproject.toml -o deploy/image/requirements.lock

clean:  ## the tools' caches; what was made, and may have been paid for, stays in var
	@rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis

.PHONY: help setup demo dev test lint gallery golden bench bench-full faults model-faults store-faults \
	hostile crashes audit sbom lock clean fribidi radosgw
