// What runs after a landing pad takes everything from the frame.
//
// A memory access can fault that no check foresees: of unmapped or protected memory. It unwinds as a call would, but has
// no landing pad of its own; any of the function's serves (rt/runtime/src/unwind), where registers and spill slots are
// as they happened to be at the access. So no value but the addresses of stack objects may be live into a landing pad,
// and these are computed there anew. The emitter keeps in memory what matters after a recovery (emit/func.rs), which
// leaves little to do here: an optimiser that found another value equal to one of there.

#include "shim.h"
#include "llvm/IR/CFG.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/Transforms/Utils/Local.h"

using namespace llvm;

namespace ingot {

namespace {
// The blocks that are reached through a landing pad only.
struct Recovery {
  SmallPtrSet<BasicBlock *, 16> others;

  explicit Recovery(Function &F) {
    SmallVector<BasicBlock *> open{&F.getEntryBlock()};
    while (!open.empty()) {
      auto *BB = open.pop_back_val();
      if (others.insert(BB).second)
        for (auto *S : successors(BB))
          if (!S->isEHPad())
            open.push_back(S);
    }
  }

  bool contains(BasicBlock *BB) const { return !others.contains(BB); }

  // Where a use reads its value, null if elsewhere.
  BasicBlock *usedIn(Use &U) const {
    auto *I = dyn_cast<Instruction>(U.getUser());
    if (!I)
      return nullptr;
    auto *P = dyn_cast<PHINode>(I);
    BasicBlock *BB = P ? P->getIncomingBlock(U) : I->getParent();
    return contains(BB) ? BB : nullptr;
  }
};
} // namespace

// An address in the frame that can be computed anywhere: a stack object's and what is at a fixed distance.
static bool isFixed(Value *V, const DenseSet<const Value *> &laundered) {
  if (isa<AllocaInst>(V) || laundered.contains(V))
    return true;
  if (auto *C = dyn_cast<AddrSpaceCastInst>(V))
    return isFixed(C->getPointerOperand(), laundered);
  auto *G = dyn_cast<GetElementPtrInst>(V);
  return G && G->hasAllConstantIndices() && isFixed(G->getPointerOperand(), laundered);
}

void LatePass::isolateRecovery(Function &F) {
  if (!F.hasPersonalityFn())
    return;
  for (auto &BB : F)
    if (BB.isEHPad())
      for (auto &P : make_early_inc_range(BB.phis()))
        DemotePHIToStack(&P);
  Recovery recovery(F);
  auto crosses = [&](Value &V) {
    return !isFixed(&V, stackAddresses) && any_of(V.uses(), [&](Use &U) { return recovery.usedIn(U); });
  };
  SmallVector<Instruction *> values;
  for (auto &I : instructions(F))
    if (!recovery.contains(I.getParent()) && crosses(I))
      values.push_back(&I);
  for (auto &A : F.args())
    if (crosses(A)) {
      auto at = F.getEntryBlock().getFirstNonPHIOrDbgOrAlloca();
      auto *copy = new FreezeInst(&A, A.getName() + ".kept", at);
      A.replaceUsesWithIf(copy, [&](Use &U) { return recovery.usedIn(U); });
      values.push_back(copy);
    }
  for (auto *I : values)
    DemoteRegToStack(*I, /*VolatileLoads=*/true);
}

// The address as it is in `BB`, computed before `at`.
static Value *addressIn(Value *V, Instruction *at, DenseSet<const Value *> &laundered) {
  auto *I = cast<Instruction>(V)->clone();
  if (auto *G = dyn_cast<GetElementPtrInst>(I))
    G->setOperand(0, addressIn(G->getPointerOperand(), at, laundered));
  else
    laundered.insert(I);
  I->insertBefore(at->getIterator());
  return I;
}

void LatePass::launderInRecovery(Function &F) {
  if (!F.hasPersonalityFn())
    return;
  Recovery recovery(F);
  SmallVector<Instruction *> addresses;
  for (auto &I : instructions(F))
    if (!recovery.contains(I.getParent()) && !isa<AllocaInst>(I) && isFixed(&I, stackAddresses))
      addresses.push_back(&I);
  for (auto *I : addresses) {
    DenseMap<BasicBlock *, Value *> anew;
    for (auto &U : make_early_inc_range(I->uses()))
      if (auto *BB = recovery.usedIn(U)) {
        auto *&address = anew[BB];
        if (!address)
          address = addressIn(I, &*BB->getFirstInsertionPt(), stackAddresses);
        U.set(address);
      }
  }
}

} // namespace ingot
