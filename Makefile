# Two commands: `go run ./cmd/stead up` runs Stead, `make test` tests it.

GO ?= go
TOOLS = $(GO) tool -modfile=tools/go.mod

.PHONY: test check unit server versions clients cross bench fuzz build

test: check unit server clients cross

# Format, vet, staticcheck. The house rules are tests: internal/arch.
check:
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { echo 'Not gofmt-clean:'; gofmt -l $$(git ls-files '*.go'); exit 1; }
	$(GO) vet ./...
	$(TOOLS) staticcheck ./...

# Counters are tested at the servers they are made for, pages in a real browser.
unit:
	./internal/limit/install.sh
	./authority/internal/login/install.sh
	$(GO) test $$($(GO) list ./... | grep -v /clients)

# The environments again, with their rows at a PostgreSQL server.
server:
	./internal/limit/install.sh
	$(GO) run ./internal/sqldb/sqldbtest/withserver $(GO) test ./internal/sqldb ./environment/... ./cmd/stead .

# The environments once more at PostgreSQL 16, 17 and 18, whose servers come from npm. A version takes as long as `make
# server` does: five minutes, on a busy machine fourteen.
versions:
	GO="$(GO)" ./internal/sqldb/sqldbtest/versions.sh $(GO) test -count=1 -timeout 30m ./internal/sqldb ./environment/...

# Unmodified client libraries against a started Stead: installs what they need.
clients: build
	./clients/install.sh
	$(GO) test -count=1 ./clients/...

# No cgo; every platform builds.
cross:
	@for os in linux darwin windows; do for arch in amd64 arm64; do \
	  echo "build $$os/$$arch"; CGO_ENABLED=0 GOOS=$$os GOARCH=$$arch $(GO) build -o /dev/null ./cmd/stead || exit 1; \
	done; done

build:
	CGO_ENABLED=0 $(GO) build -trimpath -o bin/stead ./cmd/stead

# Against bare handlers over the wire; then what only the insides can show: certificates, refresh, verification.
bench: build
	$(GO) run ./bench
	$(GO) run ./bench rows 10000 100000
	$(GO) run ./bench sdk
	$(GO) run ./internal/sqldb/sqldbtest/withserver $(GO) run ./bench server
	STEAD_BENCH_ROWS=100000 $(GO) test ./environment -run '^$$' -bench 'Depths/(name|accountid)' -benchtime 300x -timeout 30m
	$(GO) test ./authority ./authority/internal/login ./internal/oidc -run '^$$' -bench .

# A minute of fuzzing for every parser; the corpus of the tests runs in `make test`.
fuzz:
	@for p in $$($(GO) list ./...); do for f in $$($(GO) test -list '^Fuzz' $$p | grep ^Fuzz); do \
	  echo "$$p $$f"; $(GO) test -run '^$$' -fuzz "^$$f\$$" -fuzztime 60s $$p || exit 1; done; done
