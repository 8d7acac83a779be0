// What is live over a call of Go code, and the report of it for the check of stack maps.
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

// The name that emission gave a value, however statepoint rewriting has carried it on: names end in '_', and what LLVM
// adds stands behind that. Phis of one value at several statepoints have none.
static StringRef emittedName(const Value *V, DenseSet<const Value *> &seen) {
  if (!seen.insert(V).second)
    return {};
  if (size_t end = V->getName().find('_'); end != StringRef::npos && V->getName().starts_with("v"))
    return V->getName().take_front(end);
  if (auto *R = dyn_cast<GCRelocateInst>(V))
    return emittedName(R->getDerivedPtr(), seen);
  if (auto *P = dyn_cast<PHINode>(V))
    for (auto &U : P->incoming_values())
      if (auto name = emittedName(U, seen); !name.empty())
        return name;
  return {};
}

void reportRelocates(Module &M, const IngotHost &host) {
  for (auto &F : M)
    for (auto &I : instructions(F)) {
      if (auto *S = dyn_cast<GCStatepointInst>(&I))
        host.relocated(host.ctx, S->getID(), nullptr, 0);
      auto *R = dyn_cast<GCRelocateInst>(&I);
      auto *S = R ? dyn_cast<GCStatepointInst>(R->getStatepoint()) : nullptr;
      if (!S)
        continue;
      for (auto *V : {R->getDerivedPtr(), R->getBasePtr()}) {
        DenseSet<const Value *> seen;
        if (auto name = emittedName(V, seen); !name.empty())
          host.relocated(host.ctx, S->getID(), name.data(), name.size());
      }
    }
}

} // namespace ingot
