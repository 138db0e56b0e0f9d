# Every target builds .venv first if needed. Requires Python 3.10+ and make (see .ci/environment.py).
# PYTHON=python3.12 selects the Python; ARGS="..." is passed to the command: make test ARGS="tests/unit -k archive"

RUN := .venv/bin/python -m
# Parallel test processes: one per core of a small CI machine.
WORKERS ?= 2
# One worker runs all tests of a file, which share fixtures. The first files are the slowest ones.
BY_FILE := --dist loadfile --no-loadscope-reorder
# The tests that depend on the versions of pulumi, pydantic and the other packages. Old packages warn about each other.
OLDEST_TESTS ?= tests/unit/dynamic tests/unit/models tests/unit/resources tests/unit/testing tests/unit/hq \
	tests/client/http tests/client/project tests/host tests/engine/test_stack_lifecycle.py tests/engine/test_failures.py \
	tests/engine/test_members.py tests/engine/test_company_and_account_user.py tests/engine/test_secret_arguments.py
# Resolves the lock files; not part of .venv.
UV := uv==0.13.9

# The CLI that `make pulumi` installed, if any, takes precedence.
export PATH := $(if $(wildcard build/pulumi/pulumi),$(CURDIR)/build/pulumi:)$(PATH)

# Tests start hundreds of Python processes. Many container images set this variable, and then each
# process would compile the package again.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help setup pulumi chromium test test-oldest soak crashes fuzz bench demo demo-destroy lint types docs docs-links reference parity pictures format lock clean

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | while IFS="$$(printf '\t')" read -r name does; do \
		printf '  make %-13s %s\n' "$$name" "$$does"; done

setup: ## Build .venv from requirements.lock (all targets do this first)
	@sh .ci/setup

pulumi: setup ## Get the Pulumi CLI for the tests: from PATH, by download, or built with Go (ARGS=oldest: the oldest one)
	@.venv/bin/python .ci/pulumi_cli.py $(ARGS)

chromium: setup ## Install Chromium for the tests of the emulator's page, where apt-get and root are available
	@sh .ci/chromium

test: setup ## Run the tests; tests whose prerequisites are missing are skipped
	$(RUN) pytest -n $(WORKERS) $(BY_FILE) $(ARGS)

test-oldest: ## Run the tests with the oldest supported versions of all packages, in build/venv-oldest
	@sh .ci/setup oldest
	build/venv-oldest/bin/python -m pytest -W default -n $(WORKERS) --dist loadfile $(OLDEST_TESTS) $(ARGS)

soak: setup ## Disturb a stack with faults and kills; one `up` must repair it (docs/explanation/soak.md)
	@$(RUN) tests.soak $(ARGS)

crashes: setup ## Kill and interrupt runs at every point, then run them again
	CRASHES=all $(RUN) pytest -n $(WORKERS) tests/engine/crashes \
		tests/engine/test_exchanged_names.py tests/engine/test_combined_troubles.py \
		tests/engine/test_secret_arguments.py \
		tests/engine/commands/test_demo_with_faults.py \
		tests/host/test_races.py tests/client/test_destroy_orders.py \
		tests/client/test_forced_replacements.py \
		tests/engine/test_forced_replacements.py tests/engine/commands/test_pipelines.py \
		tests/engine/commands/test_export_layouts.py tests/cli $(ARGS)

fuzz: setup ## Test all entities with generated arguments (ARGS="--seed 3 --scale 2")
	@$(RUN) tests.fuzz $(ARGS)

bench: setup ## Measure requests, time and memory of runs (ARGS=--quick; docs/explanation/performance.md)
	@$(RUN) bench $(ARGS)

demo: setup ## Run the demo stack on a local BIM 360 emulator; no account needed (KEEP=1: keep the emulator and its page; ARGS=-v: all details)
	@$(RUN) bim360_provider.cli demo --in-make $(if $(KEEP),--keep) $(ARGS)

demo-destroy: setup ## Destroy the demo stack, which archives its projects
	@$(RUN) bim360_provider.cli demo --destroy $(ARGS)

lint: setup ## Check style and formatting
	$(RUN) ruff check .
	$(RUN) ruff format --check .

types: setup ## Check types
	$(RUN) mypy

docs: setup ## Build the documentation site into build/site; broken internal links are errors
	$(RUN) sphinx -c docs --builder html -E -a -W --keep-going --quiet . build/site
	@echo "Open build/site/index.html"

docs-links: setup ## Check the external links of the documentation; needs internet access
	$(RUN) sphinx -c docs --builder linkcheck --quiet . build/links

reference: setup ## Generate docs/reference/commands.md from the help texts of the commands
	$(RUN) tests.meta.docs.commands_page

parity: setup ## Compare the local engine with the Pulumi CLI and write docs/explanation/parity.md
	@$(RUN) tests.cli.parity $(ARGS)

pictures: setup ## Render the pictures of README and docs (docs/images) from the current output; needs Chromium
	$(RUN) tests.meta.docs.pictures

format: setup ## Format the code and apply automatic fixes
	$(RUN) ruff format .
	$(RUN) ruff check --fix .

lock: setup ## Update both lock files from pyproject.toml (ARGS=--upgrade: upgrade all packages)
	@$(RUN) pip install --quiet --disable-pip-version-check --upgrade --target build/lock "$(UV)"
	PYTHONPATH=build/lock $(RUN) uv pip compile pyproject.toml --all-extras --group dev --universal \
		--python-version 3.10 --generate-hashes --custom-compile-command "make lock" --quiet \
		--output-file requirements.lock $(ARGS)
	PYTHONPATH=build/lock $(RUN) uv pip compile pyproject.toml --all-extras --group test --universal \
		--python-version 3.10 --generate-hashes --custom-compile-command "make lock" --quiet \
		--resolution lowest-direct --output-file requirements-oldest.lock $(ARGS)

clean: ## Remove .venv, caches and builds; the state of the demo in .demo/ is kept
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
