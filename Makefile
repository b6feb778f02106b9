# Hearthmap: `make` or `make help` lists what there is to do.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# Where Go's own installer puts it; shells of services do not know it.
export PATH := $(PATH):/usr/local/go/bin

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
APP     := web/app
MODULES := $(APP)/node_modules/.package-lock.json
DIST    := $(APP)/dist/index.html

# Empty while there is no front end: its steps are then left out.
HAS_APP     := $(wildcard $(APP)/package.json)
APP_SOURCES := $(if $(HAS_APP),$(shell find $(APP) \( -name node_modules -o -name dist -o -name artifacts -o -path $(APP)/e2e \) -prune -o -type f -print))
GO_FILES     = $(shell find . \( -name node_modules -o -path ./.git \) -prune -o -name '*.go' -print)

##@ Try it

.PHONY: demo
demo: ## Install what is missing, build, and open a made-up town; ARGS='…' passes flags on
	scripts/setup --runtime
	$(MAKE) build
	exec bin/hearthmap demo $(ARGS)

##@ Work on it

.PHONY: setup
setup: ## Install what this machine lacks to build and test; asks for nothing
	scripts/setup

.PHONY: build
build: $(if $(HAS_APP),$(DIST)) ## Build bin/hearthmap with its front end
	go build -trimpath -ldflags '-X main.version=$(VERSION)' -o bin/hearthmap ./cmd/hearthmap

# A vite build empties dist, and with it the file that keeps it in git.
$(DIST): $(MODULES) $(APP_SOURCES)
	cd $(APP) && npm run build
	touch $@ $(APP)/dist/.gitkeep

$(MODULES): $(APP)/package-lock.json
	cd $(APP) && npm ci --no-audit --no-fund
	touch $@

.PHONY: fmt
fmt: ## Format the Go files
	go tool gofumpt -w $(GO_FILES)

.PHONY: generate
generate: ## Make the generated files again
	go generate ./...
	$(call npm_script,generate)

# npm_script runs a script of the front end if there is one of that name.
npm_script = $(if $(HAS_APP),cd $(APP) && npm run --if-present $(1),true)

##@ Check it

.PHONY: lint
lint: $(if $(HAS_APP),$(MODULES)) ## Vet, staticcheck, format, import layers, types and style of the front end
	go vet ./...
	go tool staticcheck ./...
	@bad=$$(go tool gofumpt -l $(GO_FILES)); if [ -n "$$bad" ]; then printf 'not formatted, run make fmt:\n%s\n' "$$bad"; exit 1; fi
	go test -count=1 ./internal/layers
	$(call npm_script,typecheck)
	$(call npm_script,lint)

.PHONY: test
test: test-go test-app ## All tests, with the race detector and in a browser

.PHONY: test-go
test-go: $(if $(HAS_APP),$(DIST)) ## The Go tests, with the race detector
	go test -race -timeout 25m ./...

.PHONY: test-app
test-app: $(if $(HAS_APP),build) ## The front end's tests, and those in a browser
	$(call npm_script,test)
	$(call npm_script,e2e)

.PHONY: bench
bench: ## Measure against the naive way and the peers
	scripts/bench $(ARGS)

.PHONY: fuzz
fuzz: ## Fuzz every reader, parser and codec for ten minutes each; TIME=30s for less, ARGS='…' for some
	scripts/fuzz $(ARGS)

.PHONY: verify
verify: ## Find generated files and go.mod that are not up to date
	scripts/verify

.PHONY: clean
clean: ## Remove what was built
	rm -rf bin
	[ ! -d $(APP)/dist ] || find $(APP)/dist -mindepth 1 ! -name .gitkeep -delete

.PHONY: help
help: ## This list
	@awk 'BEGIN { FS = ":.*## " } \
		/^##@/ { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))
