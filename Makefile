# Each target names one command; what it does stands in scripts/.

.DEFAULT_GOAL := help
.PHONY: help run test lint fmt bench build site e2e clean

help: ## these lines
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 16

run: ## install what is missing, build, serve the demo organization on http://127.0.0.1:3000
	@scripts/run

test: ## install what is missing, then everything that can fail: lint, Rust tests, browser tests
	@scripts/test

lint: ## formatting and clippy, warnings as errors
	@scripts/lint

fmt: ## format all Rust code
	@scripts/with-toolchain cargo fmt --all

bench: ## run the benchmarks: a table of figure, target, measured
	@scripts/bench

build: site ## the optimized server (target/release/onepane) and its site
	@scripts/with-toolchain cargo build --release --package server

site: ## the WASM and CSS that the server serves, into target/site
	@scripts/build-site

e2e: ## the browser tests alone, with what they need
	@scripts/e2e

clean: ## remove all that was built
	@rm -rf target end2end/node_modules end2end/results
