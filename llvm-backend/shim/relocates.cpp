// What is live over a call of Go code.
//
// Statepoint rewriting keeps a call's arguments alive until it returns. A Go function keeps those it still needs alive
// itself; if the caller did too, what an argument leads to would outlive its last use. A runtime function relies on
// its caller. Only pointers with a relocate get into the stack maps, so dropping unused ones is enough.

#include "shim.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Statepoint.h"
#include "llvm/Transforms/Utils/Local.h"

using namespace llvm;

namespace ingot {

static bool callsRuntime(const GCRelocateInst &R) {
  auto *S = dyn_cast<GCStatepointInst>(R.getStatepoint());
  auto *callee = S ? S->getActualCalledFunction() : nullptr;
  return callee && callee->getName().starts_with("rt_");
}

static bool dropOnce(Function &F) {
  bool changed = false;
  for (auto &BB : F)
    for (auto &phi : make_early_inc_range(BB.phis()))
      if (RecursivelyDeleteDeadPHINode(&phi)) {
        changed = true;
        break; // the next one may be gone too
      }
  for (auto &BB : F)
    for (auto &I : make_early_inc_range(reverse(BB))) {
      if (!I.use_empty())
        continue;
      auto *R = dyn_cast<GCRelocateInst>(&I);
      if (isa<GetElementPtrInst>(I) || (R && !callsRuntime(*R))) {
        I.eraseFromParent();
        changed = true;
      }
    }
  return changed;
}

void dropDeadRelocates(Module &M) {
  for (auto &F : M)
    if (!F.isDeclaration() && F.hasGC())
      while (dropOnce(F)) {
      }
}

} // namespace ingot
