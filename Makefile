# Two commands do everything: `make up` and `make test`. The others are shortcuts.
.DEFAULT_GOAL := help
.PHONY: help install up down test lint types unit exhaustive sandbox-test prove prove-repeat official-charts pre-run-commands soak format bench clean

export PATH := $(CURDIR)/node_modules/.bin:$(PATH)
MESHWRIGHT := node_modules/.bin/node dist/cli/main.js

help: ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

node_modules/.installed: package.json package-lock.json policy-pack/package.json policy-pack/package-lock.json deployments/package.json deployments/package-lock.json
	npm ci --ignore-scripts=false --loglevel=error
	npm ci --prefix policy-pack --loglevel=error
	npm ci --prefix deployments --loglevel=error
	@touch $@

install: node_modules/.installed
	@node build.mjs . policy-pack

up: install ## Bring the platform up on the embedded sandbox (PLATFORM=alfred)
	$(MESHWRIGHT) up $(if $(PLATFORM),--platform $(PLATFORM))

down: install ## End the sandbox and remove its state
	$(MESHWRIGHT) down

test: lint types unit exhaustive sandbox-test ## Everything CI runs: lint, types, unit and exhaustive tests, then the real sandbox

lint: install ## ESLint and Prettier
	npm run --silent lint

types: install ## The compiler, type tests included
	npm run --silent types

unit: install ## Tests without a cluster
	npm run --silent test:unit

exhaustive: install ## Tests that search thousands of catalogs, objects and requests for a counterexample
	npm run --silent test:exhaustive

sandbox-test: install ## Tests on the real control plane
	$(MESHWRIGHT) toolchain --build >/dev/null
	npm run --silent test:sandbox

prove: install ## Send real requests through real proxies of a platform, as root on Linux (PLATFORM=alfred STACK=prod)
	$(MESHWRIGHT) prove $(or $(PLATFORM),alfred) --stack $(or $(STACK),prod)

prove-repeat: install ## Prove a platform by real requests many times: the same verdicts each time (PLATFORM=policycortex RUNS=20)
	npm run --silent test:repeat

official-charts: install ## Hold the official charts against what the components rely on (fetches them)
	ADDON_CHARTS=$(or $(ADDON_CHARTS),official) npm run --silent test:charts

pre-run-commands: install ## Run the commands of a deployment in a fresh clone (installs everything from the registry)
	npm run --silent test:deployments

soak: install ## Cause every fault of docs/reliability.md, and random kills (KILLS=100 SEED=1): every next run has to converge
	KILLS=$(or $(KILLS),100) $(if $(SEED),SEED=$(SEED)) npm run --silent test:soak

bench: install ## Benchmarks: ratios against peers in the same run
	npm run --silent bench

format: install ## Let ESLint and Prettier mend what they can
	npm run --silent format

clean: ## Remove what was installed and built in this folder
	rm -rf node_modules dist policy-pack/node_modules deployments/node_modules
