# Targets come in pairs: check finds, fmt mends.
SHELL         := /bin/sh
.DEFAULT_GOAL := help

VERSION  := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
GOBUILD  := CGO_ENABLED=0 go build -trimpath
TOOLS    := .ci/tools/go.mod
LINT     := go tool -modfile=$(CURDIR)/$(TOOLS) golangci-lint
CLUSTER  := cmd/stowage-cluster

.PHONY: help build demo test check fmt bench clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: bin/stowage bin/stowage-cluster ## Build bin/stowage and bin/stowage-cluster
