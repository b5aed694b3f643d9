# icvm: the Internet Computer in one small program.   make help
#
# MODE=release   what is shipped: clang, tail-call dispatcher
# MODE=loop      the loop dispatcher (also for other compilers: CXX=g++)
# MODE=count     the same, counting what it runs: for `make frequency` alone
# MODE=sanitize  AddressSanitizer and UndefinedBehaviorSanitizer, loop dispatcher
# ONLY="vm/base vm/binary"   only these folders, for `make unit` while working on one floor

MODE  ?= release
BUILD ?= build/$(MODE)
CXX   := $(if $(filter-out default,$(origin CXX)),$(CXX),$(firstword $(shell command -v clang++-19 clang++-22) g++))
CCACHE := $(shell command -v ccache)
CLANG := $(findstring clang,$(CXX))
X86_64 := $(findstring x86_64,$(shell $(CXX) -dumpmachine 2>/dev/null))
JOBS  ?= $(shell nproc)

STANDARD := -std=c++23 -I. -Wall -Wextra -Werror=return-type -ffp-contract=off -fno-strict-aliasing
STANDARD += -MMD -MP -g1 -ffile-prefix-map=$(CURDIR)=.
RELEASE  := -O2 -DNDEBUG -fno-stack-protector -fcf-protection=none -fomit-frame-pointer -ffunction-sections
FLAGS_release  := $(RELEASE) $(if $(CLANG),,-DICVM_LOOP_DISPATCH)
FLAGS_loop     := $(RELEASE) -DICVM_LOOP_DISPATCH
FLAGS_count    := $(FLAGS_loop) -DICVM_COUNT_DISPATCHES
FLAGS_sanitize := -O1 -DICVM_LOOP_DISPATCH -DICVM_SANITIZE -fsanitize=address,undefined -fno-sanitize-recover=all
LINK_sanitize  := -fsanitize=address,undefined
CXXFLAGS := $(STANDARD) $(FLAGS_$(MODE)) $(EXTRA)
# Linked in where Debian has archives; the allocator is shared (and left out under sanitizers).
LIBRARIES := -Wl,-Bstatic -lboost_program_options -lz -lsecp256k1 -lsodium -lcrypto -Wl,-Bdynamic
comma := ,
LINK := $(LINK_$(MODE)) $(if $(filter sanitize,$(MODE)),,-static-libstdc++ -static-libgcc -Wl,--gc-sections)
# Tables of handlers have thousands of addresses: packed, 0.8 MB less, 0.3 ms less at every start.
LINK += $(if $(filter sanitize,$(MODE)),,$(if $(X86_64),-Wl$(comma)-z$(comma)pack-relative-relocs))
ALLOCATOR := $(if $(filter sanitize,$(MODE)),,-Wl,--no-as-needed -lmimalloc -Wl,--as-needed)

# Handlers of vectors and floats take SSE4.1, which cli/main.cpp asks for; the rest is for any x86-64.
$(BUILD)/objects/vm/exec/handlers_vector% $(BUILD)/objects/vm/exec/handlers_f%: CXXFLAGS += $(if $(X86_64),-march=x86-64-v2)

VM_FOLDERS := $(shell find vm -type d)
FOLDERS  := $(sort $(if $(ONLY),$(ONLY),$(shell find vm replica cli -type d)))
SOURCES  := $(wildcard $(addsuffix /*.cpp,$(FOLDERS)))
TESTS    := $(filter %_test.cpp,$(SOURCES))
FUZZERS  := $(filter %_fuzz.cpp,$(SOURCES))
MAINS    := cli/main.cpp vm/test_main.cpp replica/simulator/main.cpp
SCENARIOS := $(filter-out $(TESTS) $(MAINS),$(filter replica/scenarios/% replica/simulator/%,$(SOURCES)))
LIBRARY  := $(filter-out $(TESTS) $(FUZZERS) $(MAINS) $(SCENARIOS) cli/%,$(SOURCES))
CLI      := $(filter-out $(TESTS) $(MAINS),$(filter cli/%,$(SOURCES)))
objects   = $(patsubst %.cpp,$(BUILD)/objects/%.o,$(1))

# Nothing throws through a handler: without tables for that the program is 0.7 MB smaller.
HANDLERS := $(filter vm/exec/handlers_%,$(LIBRARY))
$(call objects,$(HANDLERS)): CXXFLAGS += $(if $(filter release,$(MODE)),-fno-exceptions -fno-unwind-tables -fno-asynchronous-unwind-tables)

.PHONY: all demo test unit spec-tests arm64 differential metering simulate simulate-hashes bench bench-compare frequency fuzz lint format install clean help
all: $(BUILD)/icvm $(BUILD)/libicvm.a

# Apart from the programs: build/release/bench is one, bench/ has the objects of its own.
# Tests are compiled without optimization: that halves the time of the build.
$(BUILD)/objects/%.o: %.cpp
	@mkdir -p $(@D)
	$(CCACHE) $(CXX) $(CXXFLAGS) $(if $(filter %_test %/test_main replica/scenarios/%,$*),-O0) -c $< -o $@

$(BUILD)/libicvm.a: $(call objects,$(LIBRARY))
	@rm -f $@
	ar rcs $@ $^

$(BUILD)/icvm: $(call objects,cli/main.cpp $(CLI)) $(BUILD)/libicvm.a
	$(CXX) $(LINK) $^ $(LIBRARIES) $(ALLOCATOR) -o $@

$(BUILD)/icvm-test: $(call objects,vm/test_main.cpp $(TESTS) $(SCENARIOS) $(CLI)) $(BUILD)/libicvm.a
	$(CXX) $(LINK) $^ $(LIBRARIES) -o $@

$(BUILD)/spec-tests: $(call objects,$(wildcard spec-tests/*.cpp)) $(BUILD)/libicvm.a
	$(CXX) $(LINK) $^ $(LIBRARIES) -o $@

$(BUILD)/differential: $(call objects,$(wildcard spec-tests/differential/*.cpp)) $(BUILD)/libicvm.a
	$(CXX) $(LINK) $^ $(LIBRARIES) -o $@

$(BUILD)/metering: $(call objects,$(wildcard spec-tests/metering/*.cpp) $(filter-out %/main.cpp %/observation.cpp,$(wildcard spec-tests/differential/*.cpp))) $(BUILD)/libicvm.a
	$(CXX) $(LINK) $^ $(LIBRARIES) -o $@

$(BUILD)/seeds: $(call objects,spec-tests/seeds/main.cpp) $(BUILD)/libicvm.a
	$(CXX) $(LINK) $^ $(LIBRARIES) -o $@

$(BUILD)/simulator: $(call objects,$(filter-out %_test.cpp,$(wildcard replica/simulator/*.cpp))) $(BUILD)/libicvm.a
	$(CXX) $(LINK) $^ $(LIBRARIES) $(ALLOCATOR) -o $@

$(BUILD)/bench: $(call objects,$(wildcard bench/*.cpp)) $(BUILD)/libicvm.a
	$(CXX) $(LINK) $^ $(LIBRARIES) $(ALLOCATOR) -lbenchmark -lpthread -o $@

$(BUILD)/compare: $(call objects,$(wildcard bench/compare/*.cpp) bench/programs.cpp bench/module_file.cpp) $(BUILD)/libicvm.a
	$(CXX) $(LINK) $^ $(LIBRARIES) -o $@

$(BUILD)/frequency: $(call objects,$(wildcard bench/frequency/*.cpp) bench/programs.cpp bench/module_file.cpp) $(BUILD)/libicvm.a
	$(CXX) $(LINK) $^ $(LIBRARIES) -o $@

$(BUILD)/embed: $(call objects,$(wildcard docs/examples/embed/*.cpp)) $(BUILD)/libicvm.a
	$(CXX) $(LINK) $^ $(LIBRARIES) -o $@

unit: $(BUILD)/icvm-test   ## the unit tests alone
	$(BUILD)/icvm-test

demo:                      ## the tutorial: a Motoko counter is upgraded and keeps its value
	@.ci/packages build
	@$(MAKE) --no-print-directory -s -j$(JOBS) $(BUILD)/icvm
	@docs/examples/counter/demo $(BUILD)/icvm

test:                      ## everything; ends with "N passed, N failed"
	@.ci/packages test
	@.ci/test

spec-tests:                ## the official WebAssembly suite (SUITE=path)
	@.ci/packages test
	@$(MAKE) --no-print-directory -s -j$(JOBS) $(BUILD)/icvm
	@SUITE="$(SUITE)" spec-tests/run $(BUILD)/icvm wast

arm64:                     ## the VM for arm64: compiled here, the official suite run by qemu (SUITE=path)
	@.ci/packages arm64
	@$(MAKE) --no-print-directory -s -j$(JOBS) CXX=aarch64-linux-gnu-g++-12 BUILD=build/arm64 LINK=-static \
	    LIBRARIES= EXTRA="-idirafter /usr/include" ONLY="$(VM_FOLDERS)" build/arm64/spec-tests
	@SUITE="$(SUITE)" spec-tests/run spec-tests/apart qemu-aarch64-static build/arm64/spec-tests

differential:              ## random modules, on both dispatchers and V8 (COUNT, SEED, NODE=path)
	@.ci/packages test
	@$(MAKE) --no-print-directory -s -j$(JOBS) MODE=release build/release/differential
	@$(MAKE) --no-print-directory -s -j$(JOBS) MODE=loop ONLY="$(VM_FOLDERS)" build/loop/differential
	@spec-tests/differential/run build/release/differential build/loop/differential $(or $(COUNT),1000) $(or $(SEED),1)

metering:                  ## the instruction counter against mainnet's code in random modules (COUNT, SEED)
	@.ci/packages test
	@$(MAKE) --no-print-directory -s -j$(JOBS) $(BUILD)/metering
	@spec-tests/metering/run $(BUILD)/metering $(or $(COUNT),10000) $(or $(SEED),1)

simulate:                  ## random canisters and messages, looked at after each round (ROUNDS, SEED)
	@.ci/packages test
	@$(MAKE) --no-print-directory -s -j$(JOBS) $(BUILD)/simulator
	@$(BUILD)/simulator --rounds $(or $(ROUNDS),100000) --seed $(or $(SEED),1)

simulate-hashes:           ## the same states with both dispatchers and both compilers (ROUNDS, SEED)
	@.ci/packages test
	@$(MAKE) --no-print-directory -s -j$(JOBS) MODE=release build/release/simulator
	@$(MAKE) --no-print-directory -s -j$(JOBS) MODE=loop build/loop/simulator
	@$(MAKE) --no-print-directory -s -j$(JOBS) MODE=loop BUILD=build/gcc CXX=g++ build/gcc/simulator
	@replica/simulator/compare $(or $(ROUNDS),4000) $(or $(SEED),1) build/release/simulator build/loop/simulator \
	    build/gcc/simulator

bench:                     ## measurements: see bench/README.md
	@.ci/packages test
	@$(MAKE) --no-print-directory -j$(JOBS) $(BUILD)/bench $(BUILD)/icvm
	@bench/keep $(BUILD)/bench $(BENCH)

bench-compare:             ## beside other engines (ENGINES=folder, ROUNDS=9, NAMES="fib …")
	@.ci/packages test
	@$(MAKE) --no-print-directory -s -j$(JOBS) $(BUILD)/compare
	@bench/programs/build natives $(BUILD)/natives
	@ENGINES="$(ENGINES)" ROUNDS="$(ROUNDS)" NATIVES=$(BUILD)/natives OUTPUT=$(if $(NAMES),,bench) $(BUILD)/compare $(NAMES)

frequency:                 ## which internal instructions run most, alone and together
	@.ci/packages test
	@$(MAKE) --no-print-directory -s -j$(JOBS) MODE=count build/count/frequency
	@build/count/frequency

bench-metering:            ## what counting instructions costs (NAMES="fib …", ROUNDS=9)
	@.ci/packages test
	@$(MAKE) --no-print-directory -s -j$(JOBS) $(BUILD)/bench $(BUILD)/icvm
	@$(MAKE) --no-print-directory -s -j$(JOBS) BUILD=$(BUILD)-unmetered EXTRA="$(EXTRA) -DICVM_UNMETERED" \
	    $(BUILD)-unmetered/bench $(BUILD)-unmetered/icvm
	@bench/metering_cost $(BUILD) $(BUILD)-unmetered $(NAMES)

bench-instructions:        ## machine instructions of a few programs, and of a call (needs valgrind)
	@.ci/packages build
	@$(MAKE) --no-print-directory -s -j$(JOBS) $(BUILD)/icvm
	@BUILD=$(BUILD) bench/instructions $(NAMES)

fuzz:                      ## every fuzzer for SECONDS (60), JOBS at once; NAMES="wat …": only those
	@JOBS="$(JOBS)" .ci/fuzz $(or $(SECONDS),60) $(NAMES)

lint:                      ## floors, names, lengths, format
	@.ci/floors
	@.ci/tidy

format:
	@git ls-files '*.cpp' '*.hpp' | xargs clang-format-19 -i

PREFIX ?= /usr/local
install: all
	install -D -s $(BUILD)/icvm $(DESTDIR)$(PREFIX)/bin/icvm

clean:
	rm -rf build

help:
	@grep -E '^[a-z0-9-]+:.*##' Makefile | sed -E 's/:[^#]*##/\t/' | expand -t 14

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
