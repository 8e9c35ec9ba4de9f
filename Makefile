# What a contributor needs; `make help` lists it.
SHELL         := /bin/sh
.DEFAULT_GOAL := help

# As long whatever else is in the clone, since it is part of what is built.
VERSION  := $(shell git describe --tags --always --dirty --abbrev=12 2>/dev/null || echo dev)
CLUSTER  := cmd/stowage-cluster
ARTEFACT := .ci/artefact
PUBLISH   = go run . -source $(CURDIR) -out $(CURDIR)/dist -version $(VERSION) -url "$(SOURCE_URL)" -downloads "$(DOWNLOAD_URL)"
LINT     := go tool -modfile=$(CURDIR)/.ci/tools/go.mod golangci-lint

# Where the source is published, and below which address the archives are, for those who have to be told.
SOURCE_URL   ?=
DOWNLOAD_URL ?=

# Where tests say how many of how many cases passed.
REPORT := $(CURDIR)/bin/test-report

# Tests and the demo use what was just built.
export STOWAGE_CLUSTER := $(CURDIR)/bin/stowage-cluster

.PHONY: help build bin/stowage bin/stowage-cluster demo test check fmt release image bench soak fuzz clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-7s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: bin/stowage bin/stowage-cluster ## Build bin/stowage and bin/stowage-cluster

bin/stowage:
	CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=$(VERSION)" -o $@ ./cmd/stowage

bin/stowage-cluster:
	$(CLUSTER)/build.sh $@

demo: build ## Plan, apply, change and destroy Petclinic on a local cluster of its own
	@STOWAGE=$(CURDIR)/bin/stowage examples/petclinic/demo.sh

test: build ## Run all tests; those that need a cluster share a local one
	@rm -f $(REPORT)
	STOWAGE_TEST_REPORT=$(REPORT) go test -timeout 30m -p 2 -parallel 8 ./... # tests wait a lot; with more at once the cluster does not keep up
	@[ ! -f $(REPORT) ] || cat $(REPORT) # what was counted; not there when all results are cached
	cd $(CLUSTER) && CGO_ENABLED=0 go test -trimpath ./... # as built, so that Kubernetes is compiled once
	cd $(ARTEFACT) && go test -count=1 ./... # what it builds is outside this module, so go cannot tell when it changes

# Vet is one of the linters.
check: ## Look for what fmt would change, and for what lint, vet and tidy object to
	@unformatted=$$(gofmt -l .); [ -z "$$unformatted" ] || { echo "not formatted (make fmt):"; echo "$$unformatted"; exit 1; }
	go test ./dsl -run LanguagePage # docs/language.md is what the schemas say
	go mod tidy -diff
	cd $(CLUSTER) && go mod tidy -diff
	cd $(ARTEFACT) && go mod tidy -diff
	$(LINT) config verify --config .ci/golangci.yaml
	$(LINT) run --config .ci/golangci.yaml ./...
	cd $(CLUSTER) && $(LINT) run --config $(CURDIR)/.ci/golangci.yaml ./...
	cd $(ARTEFACT) && $(LINT) run --config $(CURDIR)/.ci/golangci.yaml ./...

fmt: ## Format the code and the examples, and tidy the modules
	gofmt -w .
	go mod tidy
	cd $(CLUSTER) && go mod tidy
	cd $(ARTEFACT) && go mod tidy
	go run ./cmd/stowage fmt $$(find examples -name '*.hcl' -exec dirname {} + | sort -u)

release: ## Make what a version is published as in dist: archives, bills of materials, checksums
	cd $(ARTEFACT) && $(PUBLISH) release

image: ## Make the container image in dist, without a container engine
	cd $(ARTEFACT) && $(PUBLISH) image

bench: build ## Measure plan and apply beside the floor that the API server sets
	go run ./internal/bench

soak: build ## Kill at each write in all ways, and try more sequences, for half an hour
	go test ./cmd/stowage -parallel 8 -timeout 60m -count=1 -run 'KilledAt|Sequences|Pairs' -args -kill-ways 4 -kill-turns 3 -sequences 40 -pairs 60

fuzz: ## Fuzz what parses, for a while
	go test ./dsl -run '^$$' -fuzz FuzzParse -fuzztime 60s
	go test ./dsl -run '^$$' -fuzz FuzzEvaluate -fuzztime 60s
	go test ./dsl -run '^$$' -fuzz FuzzFormat -fuzztime 60s
	go test ./planner -run '^$$' -fuzz FuzzRender -fuzztime 60s -fuzzminimizetime 20x
	go test ./internal/manifest -run '^$$' -fuzz FuzzRead -fuzztime 60s -fuzzminimizetime 20x
	go test ./internal/importer -run '^$$' -fuzz FuzzImport -fuzztime 60s -fuzzminimizetime 20x
	go test ./cmd/stowage/view -run '^$$' -fuzz FuzzMarkdown -fuzztime 60s -fuzzminimizetime 20x

clean: ## Remove what was built
	rm -rf bin dist
