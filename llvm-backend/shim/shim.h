// What the parts of the shim share. See late.cpp for the order of the late pass and why each step exists.
#pragma once

#include "llvm-c/TargetMachine.h"
#include "llvm-c/Types.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InstrTypes.h"
#include "llvm/IR/Module.h"
#include "llvm/Passes/PassBuilder.h"
#include <cstdint>
#include <string>

// Calls back into Rust. `ctx` is theirs. Mirrored by `Host` in src/shim.rs.
struct IngotHost {
  void *ctx;
  // The constant that names a stack object's layout in a deopt bundle.
  uint64_t (*layout)(void *ctx, uint32_t words, const uint32_t *ptr_words, size_t count);
  // Function `name` got a wrapper; its code now stands under the symbol `body`.
  void (*body)(void *ctx, const char *name, size_t name_len, const char *body, size_t body_len);
  // The largest frame (bytes, without the return address) the check of a function covers.
  void (*limit)(void *ctx, const char *name, size_t name_len, uint64_t bytes);
  // A function's stack frame after code generation, without the return address.
  void (*frame)(void *ctx, const char *name, size_t name_len, uint64_t bytes);
  // The statepoint `id` is there, and relocates a value, by the name its emission gave it, unless that is null.
  void (*relocated)(void *ctx, uint64_t id, const char *name, size_t name_len);
};

// Mirrored by `Pipeline` in src/shim.rs.
struct IngotPipeline {
  uint32_t optimize; // 0: nothing; 1: sroa,simplifycfg; 2: O2
  uint32_t verify;   // verify after every step
  uint32_t late;     // stop after the optimisation pipeline when 0
  uint32_t maps;     // tell the host what statepoints relocate
};

namespace ingot {

// The address space of collected pointers, and of memory relative to FS.
constexpr unsigned GC = 1;
constexpr unsigned FS = 257;

// Attributes the emitter and the late pass agree on.
constexpr const char *LEAF = "gc-leaf-function";
constexpr const char *STATEPOINT_ID = "statepoint-id";
constexpr const char *NOSPLIT = "ingot-nosplit";             // no check, no polls
constexpr const char *PROLOGUE_SITE = "ingot-prologue-site"; // statepoint id of the prologue check
constexpr const char *POLL_SITE = "ingot-poll-site";         // statepoint id of loop polls
constexpr const char *CHECKED = "ingot-checked";             // set on functions that got a prologue check
constexpr const char *FORCE_CHECK = "ingot-force-check";     // a prologue check even without calls
constexpr const char *FORCE_FRAME = "ingot-force-frame";     // bytes the wrapper must test for
constexpr const char *COVERED = "ingot-covered";             // bytes the wrapper of this body tests for
constexpr const char *FAULT_BARRIER = "ingot-fault-barrier"; // the store to leave without a barrier
constexpr const char *FAULT_CLEAR = "ingot-fault-clear";     // the pointer word to leave as it was
constexpr const char *NOWB = "ingot.nowb";                   // metadata of stores that need no barrier

// From ingot_abi, handed over as module-independent constants by src/shim.rs at start-up.
struct Abi {
  uint64_t guard_offset;
  uint64_t frame_max; // FRAME_MAX_CHECKED_LATE
  // Largest frame of a function without a check: a share of the guard that leaves room for the leaf functions of
  // the runtime it may call.
  uint64_t unchecked_max = 192;
};
extern Abi abi;

// An error names the pass and the function; the first one stays.
struct Errors {
  std::string text;
  void add(const char *pass, const llvm::Function &F, const llvm::Twine &what);
  bool any() const { return !text.empty(); }
};

struct LatePass {
  const IngotHost &host;
  Errors &errors;
  llvm::FunctionAnalysisManager &FAM;
  bool stripMining; // of counted loops, for their polls

  void run(llvm::Function &F);

  // The laundered addresses of the function's stack objects.
  llvm::DenseSet<const llvm::Value *> stackAddresses;
  // Those that hold pointers: (layout constant, alloca).
  llvm::SmallVector<std::pair<uint64_t, llvm::AllocaInst *>, 4> objects;

  void stripLifetimes(llvm::Function &F);
  void scalarize(llvm::Function &F);
  void isolateRecovery(llvm::Function &F);
  void launderStackObjects(llvm::Function &F);
  void launderInRecovery(llvm::Function &F);
  void insertBarriers(llvm::Function &F);
  void insertPolls(llvm::Function &F);
  void insertPrologueCheck(llvm::Function &F);
  void describeStackObjects(llvm::Function &F, llvm::CallBase *at);
  void splitBlocks(llvm::Function &F);
};

bool isCollectedPointer(const llvm::Type *T);
// Whether a first-class aggregate or vector type holds collected pointers.
bool holdsCollectedPointer(const llvm::Type *T);
// Whether attribute `name` of F says `index`.
bool names(const llvm::Function &F, const char *name, uint64_t index);
// A call that becomes a statepoint.
bool isSafepoint(const llvm::Instruction &I);
bool hasSafepoint(const llvm::Function &F);
llvm::MDNode *unlikely(llvm::LLVMContext &C);
// `rsp - below < guard`, an i1.
llvm::Value *belowGuard(llvm::IRBuilder<> &B, uint64_t below);
// A call of one of the runtime's assembly entries that save every general register.
llvm::CallInst *callSavingEntry(llvm::IRBuilder<> &B, const char *symbol, llvm::ArrayRef<llvm::Value *> args,
                                llvm::StringRef site);

// After statepoint rewriting: arguments of Go calls need not outlive the call.
void dropDeadRelocates(llvm::Module &M);

// Tells the host what every statepoint relocates.
void reportRelocates(llvm::Module &M, const IngotHost &host);

// Tells the host every function's limit; wrappers have been made.
void reportLimits(llvm::Module &M, const IngotHost &host);

// After statepoint rewriting: gives functions whose frame will be too large to be checked late a wrapper that
// checks before. True if it made any, which then need statepoint rewriting themselves.
bool wrapLargeFrames(llvm::Module &M, const IngotHost &host);

} // namespace ingot
