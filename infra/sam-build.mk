# How does `sam build` get a function's binary? It runs build-<logical id> for each function; cargo has built them all before.
# RunSimulationLargeFunction → run-simulation: a logical id is the folder's name in PascalCase, perhaps a size, and Function.

binaries := $(dir $(abspath $(lastword $(MAKEFILE_LIST))))../target/lambda

build-%:
	name=$$(echo '$*' | sed -E 's/(Small|Medium|Large)?Function$$//; s/([a-z])([A-Z])/\1-\2/g' | tr A-Z a-z) && \
	cp "$(binaries)/$$name/bootstrap" "$(ARTIFACTS_DIR)/bootstrap"
