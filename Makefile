# Every target sets itself up: Python 3.10 or newer and make are all it takes (see .ci/environment.py).
# PYTHON=python3.12 chooses the Python; ARGS="..." is passed on, as in: make test ARGS="tests/unit -k archive"

RUN := .venv/bin/python -m
# Two at a time is what a small CI machine has cores for; more only pays on more cores.
WORKERS ?= 2
# Resolves the lock file; no part of the environment itself.
UV := uv==0.13.9

# What `make pulumi` installed.
export PATH := $(if $(wildcard build/pulumi/pulumi),$(CURDIR)/build/pulumi:)$(PATH)

.DEFAULT_GOAL := help
.PHONY: help setup pulumi test soak crashes fuzz bench demo demo-destroy lint types docs docs-links reference format lock clean

help: ## Say what there is to make
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | while IFS="$$(printf '\t')" read -r name does; do \
		printf '  make %-13s %s\n' "$$name" "$$does"; done

setup: ## Build .venv from requirements.lock (every other target does it too)
	@sh .ci/setup

pulumi: setup ## Get the Pulumi CLI for the tests: from PATH, else its release, else built with Go
	@.venv/bin/python .ci/pulumi_cli.py

test: setup ## Run all tests; tests that need the Pulumi CLI or a BIM 360 account are skipped without it
	$(RUN) pytest -n $(WORKERS) --dist loadgroup $(ARGS)

soak: setup ## Shake one stack with faults and kills, then expect one `up` to mend it (docs/explanation/soak.md)
	@$(RUN) tests.soak $(ARGS)

crashes: setup ## Kill and interrupt runs at every point, and run them again
	CRASHES=all $(RUN) pytest -n $(WORKERS) tests/engine/crashes \
		tests/engine/test_exchanged_names.py tests/engine/test_combined_troubles.py \
		tests/engine/commands/test_demo_with_faults.py \
		tests/host/test_races.py tests/client/test_destroy_orders.py \
		tests/cli/test_crashes.py $(ARGS)

fuzz: setup ## Try generated arguments of every entity (ARGS="--seed 3 --sets 50000 --others 5000")
	@$(RUN) tests.fuzz $(ARGS)

bench: setup ## Measure what runs cost, beside a tutorial's provider and a script (ARGS=--quick; docs/explanation/performance.md)
	@$(RUN) bench $(ARGS)

demo: setup ## Run the demo stack against a local BIM 360, no account needed
	@$(RUN) bim360_provider.cli demo $(ARGS)

demo-destroy: setup ## Take the demo down again, which archives its projects
	@$(RUN) bim360_provider.cli demo --destroy $(ARGS)

lint: setup ## Check style and formatting
	$(RUN) ruff check .
	$(RUN) ruff format --check .

types: setup ## Check types, strictly
	$(RUN) mypy

docs: setup ## Build the site of the documents into build/site; a dead link within it is an error
	$(RUN) sphinx -c docs --builder html -E -a -W --keep-going --quiet . build/site
	@echo "The site begins at build/site/index.html"

docs-links: setup ## Ask every page that the documents link to whether it is still there; needs the internet
	$(RUN) sphinx -c docs --builder linkcheck --quiet . build/links

reference: setup ## Write docs/reference/commands.md anew, from what the commands say of themselves
	$(RUN) tests.meta.docs.commands_page

format: setup ## Format the code and mend what can be mended by itself
	$(RUN) ruff format .
	$(RUN) ruff check --fix .

lock: setup ## Bring requirements.lock in line with pyproject.toml (ARGS=--upgrade: all to the newest)
	@$(RUN) pip install --quiet --disable-pip-version-check --upgrade --target build/lock "$(UV)"
	PYTHONPATH=build/lock $(RUN) uv pip compile pyproject.toml --all-extras --group dev --universal \
		--python-version 3.10 --generate-hashes --custom-compile-command "make lock" --quiet \
		--output-file requirements.lock $(ARGS)

clean: ## Remove the environment, caches and builds; what the demo made stays
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
