// The late pass: what Go needs of the code that LLVM's optimiser must not see, or must have finished with.
//
// It runs once per function after optimisation and before statepoint rewriting, in this order:
//   1. strip lifetime markers (slots are addressed for the whole function once laundered);
//   2. scalarise: no collected pointer may sit in an aggregate across a safepoint, the stack maps would lose it;
//   3. isolate what runs after a landing pad: it takes everything from stack objects (recovery.cpp);
//   4. launder stack objects: one opaque collected pointer per alloca, so that statepoint rewriting relocates the
//      addresses of stack objects like any pointer (stacks move); clear their pointer words;
//   5. write barriers for every pointer store not proven needless;
//   6. loop polls, after the vectorizer, which they would stop;
//   7. the prologue check; its statepoint carries the list of stack objects;
//   8. split blocks that hold many safepoints: statepoint rewriting is quadratic in them.
// No other pass of the IR runs after statepoint rewriting but the wrapping of large frames (frames.cpp).

#include "shim.h"
#include "llvm/IR/InlineAsm.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/MDBuilder.h"
#include "llvm/IR/Verifier.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace ingot {

Abi abi;

void Errors::add(const char *pass, const Function &F, const Twine &what) {
  if (text.empty())
    text = (Twine("late pass, ") + pass + ": function " + F.getName() + ": " + what).str();
}

bool names(const Function &F, const char *name, uint64_t index) {
  return F.hasFnAttribute(name) && F.getFnAttribute(name).getValueAsString() == std::to_string(index);
}

bool isCollectedPointer(const Type *T) {
  auto *P = dyn_cast<PointerType>(T);
  return P && P->getAddressSpace() == GC;
}

bool holdsCollectedPointer(const Type *T) {
  if (isCollectedPointer(T))
    return true;
  if (auto *S = dyn_cast<StructType>(T))
    return any_of(S->elements(), holdsCollectedPointer);
  if (auto *A = dyn_cast<ArrayType>(T))
    return holdsCollectedPointer(A->getElementType());
  if (auto *V = dyn_cast<VectorType>(T))
    return holdsCollectedPointer(V->getElementType());
  return false;
}

bool isSafepoint(const Instruction &I) {
  auto *CB = dyn_cast<CallBase>(&I);
  return CB && !CB->hasFnAttr(LEAF) && !isa<IntrinsicInst>(CB) && !CB->isInlineAsm();
}

bool hasSafepoint(const Function &F) {
  for (auto &I : instructions(F))
    if (isSafepoint(I))
      return true;
  return false;
}

MDNode *unlikely(LLVMContext &C) { return MDBuilder(C).createBranchWeights(1, 1u << 20); }

void LatePass::stripLifetimes(Function &F) {
  SmallVector<Instruction *> dead;
  for (auto &I : instructions(F))
    if (I.isLifetimeStartOrEnd())
      dead.push_back(&I);
  for (auto *I : dead)
    I->eraseFromParent();
}

// Statepoint rewriting scans a block once per safepoint in it: 107 s on one large block, 0.5 s when split.
void LatePass::splitBlocks(Function &F) {
  constexpr int Limit = 16;
  SmallVector<BasicBlock *> blocks;
  for (auto &BB : F)
    blocks.push_back(&BB);
  for (auto *BB : blocks) {
    int calls = 0;
    for (auto It = BB->begin(); It != BB->end();) {
      Instruction *I = &*It++;
      if (isa<CallInst>(I) && isSafepoint(*I) && ++calls == Limit) {
        // The fields of an aggregate result stay with their call.
        while (isa<ExtractValueInst>(&*It))
          ++It;
        if (It->isTerminator())
          break;
        BB = BB->splitBasicBlock(It, "split");
        It = BB->begin();
        calls = 0;
      }
    }
  }
}

void LatePass::run(Function &F) {
  stackAddresses.clear();
  objects.clear();
  stripLifetimes(F);
  scalarize(F);
  isolateRecovery(F);
  launderStackObjects(F);
  launderInRecovery(F);
  if (errors.any())
    return;
  insertBarriers(F);
  // The check's need is decided before polls add calls: they are rare and run on the guard's slack.
  bool calls = hasSafepoint(F);
  insertPolls(F);
  if (calls || F.hasFnAttribute(FORCE_CHECK))
    insertPrologueCheck(F);
  if (!objects.empty())
    describeStackObjects(F, nullptr);
  splitBlocks(F);
}

} // namespace ingot
