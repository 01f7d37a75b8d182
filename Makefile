# Two commands to begin with: `make demo` and `make test`. Each sets up what it needs.

VENV := .venv
BENCH := .bench-venv
UV := $(VENV)/bin/uv
IMAGES ?=
# One interpreter for everything; any CPython from 3.10 on.
PYTHON ?= python3
# Random cases of Rust's tests are the same each time; SEED=… makes others.
SEED ?= 7

.PHONY: demo test check bench soak fuzz clean fmt

demo: $(VENV)/.built
	$(VENV)/bin/python examples/demo.py

test: $(VENV)/.tested-with
	PROPTEST_RNG_SEED=$(SEED) cargo test --workspace --exclude fastaug-py
	$(VENV)/bin/python -m pytest tests

check: $(VENV)/.tested-with
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	$(VENV)/bin/ruff format --check python tests examples benches
	$(VENV)/bin/ruff check python tests examples benches
	$(VENV)/bin/mypy
	$(VENV)/bin/python -m mypy.stubtest fastaug._core --ignore-disjoint-bases
	$(MAKE) test

bench: $(BENCH)/.built
	$(BENCH)/bin/python benches/python/transforms.py $(if $(IMAGES),--images $(IMAGES)) --json target/transforms.json
	$(BENCH)/bin/python benches/python/pipelines.py $(if $(IMAGES),--images $(IMAGES)) --json target/pipelines.json
	$(BENCH)/bin/python benches/python/decode.py $(if $(IMAGES),--images $(IMAGES)) --json target/decode.json
	$(BENCH)/bin/python benches/python/loader.py $(if $(IMAGES),--images $(IMAGES)) --json target/loader.json
	$(BENCH)/bin/python benches/python/first_batch.py $(if $(IMAGES),--images $(IMAGES)) --json target/first_batch.json
	$(BENCH)/bin/python benches/python/tables.py $(foreach name,transforms pipelines decode loader first_batch,target/$(name).json) \
		docs/benchmarks.md

# For longer: the JPEG decoder with many more rectangles, the loader with many more batches; and mutants of ever new seeds until
# something fails or Ctrl-C.
soak: $(VENV)/.tested-with
	FASTAUG_SOAK=1 FASTAUG_MUTANTS=1000000 cargo test -p fastaug-jpeg --test robustness
	FASTAUG_SOAK=1 $(VENV)/bin/python -m pytest -s tests/test_loader_processes.py -k memory

fuzz:
	@seed=$$(date +%s); while true; do \
		echo "seed $$seed"; \
		FASTAUG_SEED=$$seed FASTAUG_MUTANTS=$${FASTAUG_MUTANTS:-200000} \
			cargo test --quiet -p fastaug-jpeg --test robustness mutants || exit 1; \
		seed=$$((seed + 1)); \
	done

fmt:
	cargo fmt --all
	$(VENV)/bin/ruff format python tests examples benches
	$(VENV)/bin/ruff check --fix python tests examples benches

clean:
	rm -rf target $(VENV) $(BENCH) demo.png

# -- environments ----------------------------------------------------------------------------------------------------

SOURCES := $(shell find rust python -name '*.rs' -o -name '*.py' -o -name '*.pyi' -o -name 'Cargo.toml') \
	Cargo.toml Cargo.lock pyproject.toml

$(VENV)/.ready:
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --upgrade pip uv
	touch $@

# The package itself, in release mode. maturin comes from PyPI; Rust has to be there.
$(VENV)/.built: $(VENV)/.ready $(SOURCES)
	$(UV) pip install --quiet --python $(VENV)/bin/python maturin numpy
	VIRTUAL_ENV=$(abspath $(VENV)) $(VENV)/bin/maturin develop --quiet --profile dev-release
	touch $@

$(VENV)/.tested-with: $(VENV)/.built tests/requirements.txt
	$(UV) pip install --quiet --python $(VENV)/bin/python -r tests/requirements.txt
	touch $@

$(BENCH)/.ready:
	$(PYTHON) -m venv $(BENCH)
	$(BENCH)/bin/python -m pip install --quiet --upgrade pip uv
	touch $@

$(BENCH)/.built: $(BENCH)/.ready $(SOURCES) benches/python/requirements.txt
	$(BENCH)/bin/uv pip install --quiet --python $(BENCH)/bin/python maturin numpy -r benches/python/requirements.txt
	VIRTUAL_ENV=$(abspath $(BENCH)) $(BENCH)/bin/maturin develop --quiet --release
	touch $@
