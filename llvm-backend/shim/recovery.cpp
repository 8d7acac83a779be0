// What runs after a landing pad takes everything from the frame.
//
// A memory access can fault that no check foresees: of unmapped or protected memory. It unwinds as a call would, but has
// no landing pad of its own; any of the function's serves (rt/runtime/src/unwind), where registers and spill slots are
// as they happened to be at the access. So no value but the addresses of stack objects may be live into a landing pad,
// and these are computed there anew. The emitter keeps in memory what matters after a recovery (emit/func.rs), which
// leaves little to do here: an optimiser that found another value equal to one of there.
//
// A call that unwinds to the pad still has the objects in its stack map, by a use of their addresses that reads nothing.

#include "shim.h"
#include "llvm/IR/CFG.h"
#include "llvm/IR/Dominators.h"
#include "llvm/IR/InlineAsm.h"
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

namespace {
// Addresses of stack objects for what runs after a landing pad.
struct Launderer {
  Function &F;
  const Recovery &recovery;
  DenseSet<const Value *> &laundered;
  DominatorTree tree;
  // For an address of elsewhere, the ones computed anew, by block.
  DenseMap<std::pair<Value *, BasicBlock *>, Value *> anew;

  Launderer(Function &F, const Recovery &recovery, DenseSet<const Value *> &laundered)
      : F(F), recovery(recovery), laundered(laundered), tree(F) {}

  // The first block of the way to `BB` that only a landing pad leads to.
  BasicBlock *top(BasicBlock *BB) {
    auto *node = tree.getNode(BB);
    while (auto *above = node->getIDom()) {
      if (!recovery.contains(above->getBlock()))
        break;
      node = above;
    }
    return node->getBlock();
  }

  Value *address(Value *V, BasicBlock *BB) {
    auto *block = top(BB);
    auto found = anew.find({V, block});
    if (found != anew.end())
      return found->second;
    auto *I = cast<Instruction>(V)->clone();
    Instruction *at = &*block->getFirstInsertionPt();
    if (auto *G = dyn_cast<GetElementPtrInst>(I)) {
      auto *base = cast<Instruction>(address(G->getPointerOperand(), BB));
      G->setOperand(0, base);
      I->insertAfter(base->getIterator());
    } else {
      laundered.insert(I);
      I->insertBefore(at->getIterator());
    }
    anew[{V, block}] = I;
    return I;
  }
};
} // namespace

// A use for the stack maps only.
static void keepAlive(Value *V, Instruction *at) {
  auto &C = at->getContext();
  IRBuilder<> B(at);
  auto *T = FunctionType::get(B.getVoidTy(), {V->getType()}, false);
  auto *call = B.CreateCall(T, InlineAsm::get(T, "", "r", true), {V});
  call->setDoesNotThrow();
  call->addFnAttr(Attribute::get(C, LEAF));
}

void LatePass::launderInRecovery(Function &F) {
  if (!F.hasPersonalityFn())
    return;
  Recovery recovery(F);
  SmallVector<Instruction *> addresses;
  for (auto &I : instructions(F))
    if (!recovery.contains(I.getParent()) && !isa<AllocaInst>(I) && isFixed(&I, stackAddresses))
      addresses.push_back(&I);
  Launderer launderer(F, recovery, stackAddresses);
  for (auto *I : addresses) {
    SmallVector<Use *> uses;
    for (auto &U : I->uses())
      if (recovery.usedIn(U))
        uses.push_back(&U);
    for (auto *U : uses)
      U->set(launderer.address(I, recovery.usedIn(*U)));
  }
  // A call that panics must have the objects in its stack map: what is computed anew is not live there.
  for (auto *I : addresses) {
    if (isa<GetElementPtrInst>(I))
      continue;
    auto used = any_of(launderer.anew, [&](auto &made) { return made.first.first == I; });
    if (!used)
      continue;
    for (auto &BB : F) {
      if (!BB.isEHPad())
        continue;
      bool again = all_of(predecessors(&BB), [&](BasicBlock *from) { return recovery.contains(from); });
      Instruction *at = &*BB.getFirstInsertionPt();
      if (!again)
        keepAlive(I, at);
      else if (auto *made = launderer.anew.lookup({I, launderer.top(&BB)}))
        keepAlive(made, at);
    }
  }
}

} // namespace ingot
