# Every target that needs the machine made ready calls `setup`, which is idempotent.
export LLVM_SYS_221_PREFIX ?= /usr/lib/llvm-22
CARGO ?= cargo

.PHONY: setup build demo test smoke clean
setup:
	@scripts/setup

build: setup
	$(CARGO) build --release

test: setup
	$(CARGO) test --workspace

clean:
	$(CARGO) clean
