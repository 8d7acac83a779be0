# Every target that needs the machine made ready calls `setup`, which is idempotent.
export LLVM_SYS_221_PREFIX ?= /usr/lib/llvm-22
CARGO ?= cargo
INGOT := target/release/ingot
SUITE := target/release/testsuite
CONFORMANCE := target/release/conformance
DIFFERENTIAL := target/release/differential
BENCHES := target/release/bench
TESTS ?= /usr/share/go-1.19/test
MODE ?= dev,release,stress
ROUNDS ?= 20
SEED ?= 1
FUZZ_SECONDS ?= 600
DIFF_N ?= 1000
BENCH ?=
BENCH_ROUNDS ?= 5

.PHONY: setup build demo pgo-demo test smoke suite stress conformance diff large fuzz bench bench-build bench-frontend clean
setup:
	@scripts/setup

build: setup
	$(CARGO) build --release --workspace

# Builds a program of several packages with gc and with Ingot, runs both and compares output, time and size.
demo: build
	@scripts/demo

# Profiles a JSON server built by gc, builds it by Ingot with that profile, and compares what it answers and takes.
pgo-demo: build
	@scripts/pgo-demo

# Under three minutes: a few programs in every mode.
smoke: build
	$(SUITE) --ingot $(INGOT) --mode dev,release,stress --filter core/0

test: build
	$(CARGO) test --workspace
	$(CARGO) test --manifest-path rt/Cargo.toml
	$(SUITE) --ingot $(INGOT) --mode dev,release,stress --rounds 2
	$(CONFORMANCE) --ingot $(INGOT) --mode dev,release,stress --share 16
	$(DIFFERENTIAL) --ingot $(INGOT) --mode dev,release --from 1 --count 300
	$(BENCHES) check --ingot $(INGOT)

# Every program of the suite against gc in dev and release.
suite: build
	$(SUITE) --ingot $(INGOT) --mode dev,release

# Stack moved and heap collected at every safepoint, ROUNDS seeds from SEED on, on 2 to 4 threads, every other in slices.
stress: build
	$(SUITE) --ingot $(INGOT) --mode stress --rounds $(ROUNDS) --seed $(SEED)

# The cases of Go's own test folder, or of the one that TESTS names, against gc. An interrupted run goes on.
conformance: build
	$(CONFORMANCE) --ingot $(INGOT) --tests $(TESTS) --mode $(MODE)

# Programs made from the seeds 1 to DIFF_N, against gc. An interrupted run goes on; --reduce makes one that fails small.
diff: build
	$(DIFFERENTIAL) --ingot $(INGOT) --mode dev,release --count $(DIFF_N)

# Mutated sources of the distribution through lexer, parser and checker.
fuzz: setup
	INGOT_FUZZ_SECONDS=$(FUZZ_SECONDS) INGOT_SEED=$(SEED) $(CARGO) test --release -p ingot-frontend --test distribution -- mutants --nocapture

# The programs of benches/ (or those that BENCH names) built by gc, Ingot and clang: time, memory, ratios, a table and a
# plot under target/bench.
bench: setup
	$(CARGO) build --release -p ingot -p ingot-benches
	$(BENCHES) run $(BENCH) --ingot $(INGOT) --rounds $(BENCH_ROUNDS)

# What building costs: time, memory and size, beside the go command.
bench-build: setup
	$(CARGO) build --release -p ingot -p ingot-benches
	$(BENCHES) build $(BENCH) --ingot $(INGOT)

# Speed of the front end beside that of gc's.
bench-frontend: setup
	$(CARGO) build --release -p ingot
	$(CARGO) bench -p ingot-benches

# What needs gigabytes: a million goroutines, five million frames; and hello's size and start.
large: build
	@scripts/large

clean:
	$(CARGO) clean
