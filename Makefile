# Countersign: tamper-evident access proxy
# SPDX-License-Identifier: Apache-2.0

SWIFT ?= swift
PREFIX ?= /usr/local
# What is installed is what is measured: the standard library is part of the program, which makes it faster.
# Dynamic checks of exclusive access are for the debug build, the tests and fuzzing: Docs/Decisions/exclusivity.md.
RELEASE = $(SWIFT) build -c release --static-swift-stdlib -Xswiftc -enforce-exclusivity=unchecked --product

# All tests at once starve each other on few cores; older toolchains do not know the name and ignore it.
export SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH ?= 8

.DEFAULT_GOAL := help
.PHONY: demo build install release deb image dist packages-test test fuzz fuzz-smoke check bench gate kills clients console metrics drill sim golden fixtures docs clean help

demo: ## Run the guided tour; stays up on a terminal, ends by itself elsewhere or with ONCE=1
	@Scripts/bootstrap
	@Scripts/build --product countersign
	@if [ -t 1 ] && [ -z "$(ONCE)" ]; then \
		.build/debug/countersign demo; \
	else \
		.build/debug/countersign demo --once; \
	fi

build: ## Install what is missing and build
	@Scripts/bootstrap
	@Scripts/build

install: ## Build for speed and install into PREFIX
	@Scripts/bootstrap
	$(RELEASE) countersign
	$(RELEASE) countersign-verify
	install -s -D -m 755 .build/release/countersign $(DESTDIR)$(PREFIX)/bin/countersign
	install -s -D -m 755 .build/release/countersign-verify $(DESTDIR)$(PREFIX)/bin/countersign-verify

release: ## Build the programs for speed
	@Scripts/bootstrap
	$(RELEASE) countersign
	$(RELEASE) countersign-verify

deb: ## Make a Debian package of the programs of make release; PROFILE=debug of those of make build
	@Packaging/deb

image: ## Make an OCI image of them
	@Packaging/image

dist: ## Make a tarball of them with SBOM and checksums, signed with DIST_KEY=FILE
	@Packaging/dist

packages-test: ## Make all packages twice, compare them, install, run, upgrade and remove
	@Packaging/test

test: ## Run every test, then let software that is not ours verify an exported log and evidence packs
	@Scripts/bootstrap
	@Scripts/test
	@Scripts/check-export .build/debug/countersign
	@Scripts/check-packs .build/debug/countersign-verify
	@Scripts/check-api .build/debug/countersign

fuzz: ## Fuzz with libFuzzer, TARGET=… alone or all, SECONDS=60 each; see Docs/Internals/Fuzzing.md
	Scripts/fuzz-build
	Scripts/fuzz $(or $(SECONDS),60) $(TARGET)

fuzz-smoke: ## Fuzz every target for ten seconds, from the same seed each time
	Scripts/fuzz-build
	COUNTERSIGN_SEED=1 Scripts/fuzz 10

check: ## Check format, house rules and documentation
	$(SWIFT) format lint --strict --recursive --parallel Package.swift Sources Testing Tests Fuzzing Benchmarks/countersign-bench
	@Scripts/test --filter TidyTests

bench: ## Measure, and print the tables of Docs/Benchmarks.md; ONLY="disks light" for parts, SHORT=1, BESIDE=FOLDER of an older build
	@Scripts/bench $(if $(SHORT),short) $(foreach part,$(ONLY),--only $(part)) $(if $(BESIDE),--beside $(BESIDE))

gate: ## Build for speed; hold allocations, instructions, retains and the cost of slow tokens against their budget
	@Scripts/bootstrap
	@Scripts/bootstrap-bench gate
	$(RELEASE) countersign
	$(RELEASE) countersign-bench
	python3 Benchmarks/proxy/allocation_gate.py --countersign .build/release/countersign
	python3 Benchmarks/proxy/instruction_gate.py --countersign .build/release/countersign
	.build/release/countersign-bench tokens --most 20

kills: ## Kill a loaded proxy KILLS times (1000), at random moments; COUNTERSIGN_SEED repeats a run
	COUNTERSIGN_KILLS=$(or $(KILLS),1000) $(SWIFT) test --filter KillTests

clients: ## Put curl, wget, Python, Node, Java, Go, git, pip, apt and Chromium before nginx, Flask, Node and gunicorn
	@Scripts/bootstrap
	@Scripts/bootstrap-clients
	$(SWIFT) build --product countersign
	python3 Tests/ScenarioTests/Clients/clients.py .build/debug/countersign all

console: ## Open the console in Chromium: every page, the keyboard alone, a server that lies; pictures in .build/console
	@Scripts/bootstrap
	@Scripts/bootstrap-clients
	$(SWIFT) build --product countersign
	Scripts/check-console .build/debug/countersign

metrics: ## Have promtool and Prometheus read the metrics of a running proxy
	@Scripts/bootstrap
	$(SWIFT) build --product countersign
	Scripts/check-metrics .build/debug/countersign

drill: ## Damage a log of 200,000 records in every known way; fail unless the verifier names each
	@Scripts/bootstrap
	$(RELEASE) countersign
	$(RELEASE) countersign-drill
	$(RELEASE) countersign-verify
	.build/release/countersign-drill --records 200000 --flips 20
	.build/release/countersign-drill --records 4000 --flips 400

sim: ## Simulate faults for an hour, or as COUNTERSIGN_SIM_SECONDS says; then the whole fault matrix
	@Scripts/bootstrap
	Scripts/simulate

golden: ## Write the golden files anew from what the program prints now; read the diff
	COUNTERSIGN_WRITE_GOLDEN=1 $(SWIFT) test --filter CommandsTests

fixtures: ## Make Tests/Fixtures/v1 anew with the program as built; only while version 1 is not released
	Scripts/make-fixtures .build/debug/countersign

docs: ## Write the generated reference pages of Docs/ anew
	COUNTERSIGN_WRITE_GOLDEN=1 $(SWIFT) test --filter "GeneratedDocs|CommandPage|ReasonPage|FindingPage"

clean: ## Remove what was built
	rm -rf .build .build-fuzz

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20
