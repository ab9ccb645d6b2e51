# What can be done here. Every target is one plain command; none needs anything started by hand.

tools := target/tools
lint := infra/lint
engine := target/engine-venv

.PHONY: run journey admin kill9 restore-drill check-table check test simulate coverage test-neon bench bench-engine check-engine fuzz-engine golden lint-template lint-openapi build deploy python

# the whole hub on this machine, at http://127.0.0.1:8080; PORT= moves it, STATE_DIR= keeps its data elsewhere than .local
run: python
	cargo build --workspace --bins
	@"$${CARGO_TARGET_DIR:-target}/debug/local-cloud"

# the main job against the running hub, as new users would do it; KILL=1 kills processes under it
journey:
	@cargo build --quiet --workspace --bins
	@"$${CARGO_TARGET_DIR:-target}/debug/journey"

# gives who has proved the address EMAIL= the role ADMIN: in the running hub of this machine, or, with TABLE=, USER_POOL_ID=, AWS_REGION
# and credentials in the environment, in a deployed one
admin:
	@test -n "$(EMAIL)" || { echo "error: say whom: make admin EMAIL=ada@example.com"; exit 1; }
	@test -n "$(TABLE)" -o -f "$${STATE_DIR:-.local}/operator.env" || \
		{ echo "error: start the hub with make run, or name a deployed one's TABLE= and USER_POOL_ID= (outputs TableName and UserPoolId)"; exit 1; }
	@set -a; test -n "$(TABLE)" || . "$$(realpath "$${STATE_DIR:-.local}")/operator.env"; EMAIL="$(EMAIL)"; set +a; \
		cargo run --quiet --package admin

# kills processes under jobs, 200 rounds on a stack of its own, and checks that nothing is lost or paid twice; SEED=, ROUNDS=, STATE_DIR=
kill9: python
	@cargo build --quiet --workspace --bins
	@"$${CARGO_TARGET_DIR:-target}/debug/kill9"

# exports the table of a stack of its own with jobs in flight, restores it into a new one and goes on with that; JOBS=, SEED=, STATE_DIR=
restore-drill: python
	@cargo build --quiet --workspace --bins
	@"$${CARGO_TARGET_DIR:-target}/debug/restore-drill"

# what the table TABLE= holds, and whether its jobs are whole; AWS_REGION and credentials come from the environment
check-table:
	@cargo run --quiet --package drills --bin check-table

check: lint-template lint-openapi
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings

# every test; BASE_URL= tests a running hub in place of one deployed on this machine
test: python
	cargo build --workspace --bins
	@test -e .local/venv/installed.txt || echo "The first run installs Python packages while it tests: about a minute more."
	cargo test --workspace --no-fail-fast
	cargo test --workspace --no-fail-fast --features simulate/guards-off --test unguarded

# the job path under everything that can go wrong, in virtual time; SEED= of the first world, JOBS= at least, each fault FAULTS= times
simulate:
	cargo run --profile simulate --package simulate

# the tests, and how much of shared/ they run: at least 90 % of the lines, and every error; builds all of it anew in target/coverage
coverage: python
	cargo install --quiet --locked --root $(tools) cargo-llvm-cov@0.9.1
	PATH="$(abspath $(tools))/bin:$$PATH" python3 infra/coverage.py

# the kernels' tests as an aarch64 program under emulation; on Debian, and installs the emulator and cross linker where they lack
test-neon:
	infra/neon.sh

# what the functions' release binaries cost and the hub bears; BENCH=all measures every function, BENCH=costs or BENCH=load one half
bench: python
	cargo build --release --workspace --bins
	@ulimit -n 4096 2>/dev/null; "$${CARGO_TARGET_DIR:-target}/release/bench"

# what running a program costs the quantum engine, beside the simulators people use, as Markdown; QUICK=1 is a short look
bench-engine: $(engine)/installed
	cargo build --release --package engine-bench
	@$(engine)/bin/python infra/bench-engine/bench.py

# whether the quantum engine gives the answers that other simulators give; SEED= of the random programs, PROGRAMS= of each kind
check-engine: $(engine)/installed
	cargo build --release --package quantum --bin quantum
	@$(engine)/bin/python infra/bench-engine/check.py

# random and broken programs through the quantum engine's front end, for SECONDS= seconds; a failure is shown and kept as a seed
fuzz-engine:
	cargo test --release --package openqasm --test front_end --no-run
	@end=$$(( $$(date +%s) + $${SECONDS:-60} )); while [ $$(date +%s) -lt $$end ]; do \
		PROPTEST_CASES=5000 cargo test --quiet --release --package openqasm --test front_end fuzz || exit 1; done

# rewrites what is generated from the code and committed: infra/openapi.json and tests/golden/table.txt
golden:
	GOLDEN=write cargo test --package tests -- contract::openapi contract::key_chart

# the raw template, then what SAM makes of it: the raw one hides permissions and queue mistakes
lint-template: $(tools)/lint
	$(tools)/bin/cfn-lint infra/braket-region.yaml
	SAM_CLI_TELEMETRY=0 $(tools)/bin/sam validate --lint --region us-west-2 --template template.yaml
	$(tools)/bin/python infra/translate.py template.yaml > target/template.json
	$(tools)/bin/cfn-lint target/template.json

# the API's description against OpenAPI's own rules and OWASP's; a warning fails too
lint-openapi: $(lint)/node_modules/.package-lock.json
	$(lint)/node_modules/.bin/spectral lint --ruleset $(lint)/.spectral.yaml --fail-severity=warn infra/openapi.json
	REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true \
		$(lint)/node_modules/.bin/redocly lint --config $(lint)/redocly.yaml infra/openapi.json

$(lint)/node_modules/.package-lock.json: $(lint)/package-lock.json
	@command -v npm >/dev/null || { echo "error: Node.js 20 or newer with npm is needed (on Debian: apt install nodejs npm)"; exit 1; }
	npm ci --prefix $(lint) --ignore-scripts --no-audit --no-fund --loglevel=error
	touch $@

python:
	@python3 -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
		{ echo "error: Python 3.11 or newer with its venv module is needed (on Debian: apt install python3-venv)"; exit 1; }

# every function's binary for AWS, into target/lambda: arm64, and x86_64 for the simulator
build: $(tools)/build
	PATH="$(abspath $(tools))/bin:$$PATH" cargo lambda build --release --arm64 --workspace --bins \
		--exclude run-simulation --exclude admin --exclude bench --exclude local-cloud --exclude local-braket --exclude journey --exclude drills --exclude engine-bench --exclude simulate --exclude tests
	PATH="$(abspath $(tools))/bin:$$PATH" cargo lambda build --release --x86-64 --package run-simulation --bins

deploy: build $(tools)/lint
	$(tools)/bin/python infra/deploy.py $(STAGE)

$(engine)/installed: infra/bench-engine/requirements.txt
	python3 -m venv $(engine)
	$(engine)/bin/pip install --quiet --requirement $<
	touch $@

$(tools)/lint: infra/requirements.txt
	python3 -m venv $(tools)
	$(tools)/bin/pip install --quiet --requirement $<
	touch $@

$(tools)/build: infra/requirements-build.txt
	python3 -m venv $(tools)
	$(tools)/bin/pip install --quiet --requirement $<
	rustup target add aarch64-unknown-linux-gnu x86_64-unknown-linux-gnu
	touch $@
