# Everything a person or a machine does with this repository. `make` lists it.
# Only make and a Python of 3.11 or later are needed; scripts/bootstrap gets the rest.

BIN := .venv/bin
.DEFAULT_GOAL := help
.PHONY: help setup demo test check fix docs bench bench-fhir screens image

help:  ## list what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

.venv/.ready-run: pyproject.toml uv.lock scripts/bootstrap
	@scripts/bootstrap run

.venv/.ready-dev: pyproject.toml uv.lock scripts/bootstrap
	@scripts/bootstrap dev

setup: .venv/.ready-dev  ## install everything that tests and checks need

demo: .venv/.ready-run  ## a simulated county on http://127.0.0.1:8000 (SIZE=… PORT=…)
	@$(BIN)/pathway demo $(if $(SIZE),--size $(SIZE)) $(if $(PORT),--port $(PORT))

# Each worker has a PostgreSQL of its own; what is named by ARGS runs in one process, where it can be watched.
SIDE_BY_SIDE := -n auto --maxprocesses 4 --dist loadfile

test: .venv/.ready-dev  ## every test, against a real PostgreSQL (ARGS="-k clocks")
	@scripts/chromium >/dev/null || echo "Chromium was not found: the tests in a real browser are skipped (PATHWAY_CHROMIUM names one)."
	@PATHWAY_CHROMIUM="$$(scripts/chromium)" $(BIN)/pytest $(if $(ARGS),$(ARGS),$(SIDE_BY_SIDE))

check: .venv/.ready-dev  ## style, types, layers, sizes, and that the reference is up to date
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/mypy scripts
	@$(BIN)/python -m scripts.generate_docs --check
	@$(BIN)/python -m scripts.make_profiles --check
	@$(BIN)/pytest --quiet tests/test_architecture.py tests/repository

fix: .venv/.ready-dev  ## put right what ruff can put right
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

docs: .venv/.ready-dev  ## write docs/reference and fhir/profiles again from the code
	@$(BIN)/python -m scripts.generate_docs
	@$(BIN)/python -m scripts.make_profiles

bench: .venv/.ready-dev  ## measure, and print what was measured (ARGS="…")
	@$(BIN)/python -m bench $(ARGS)

bench-fhir: .venv/.ready-dev  ## the FHIR server beside two public ones, and ten thousand broken resources
	@$(BIN)/python -m bench peers messages
	@PATHWAY_FUZZ=10000 $(BIN)/pytest --quiet tests/fhir/server/test_fuzz.py

screens: .venv/.ready-dev  ## take the pictures in docs/screens again, from the browser tests
	@PATHWAY_CHROMIUM="$$(scripts/chromium)" PATHWAY_SCREENS=docs/screens $(BIN)/pytest -m browser tests/journeys

image: ## build the container image autism-pathway:dev
	@docker build --target runtime --tag autism-pathway:dev .
