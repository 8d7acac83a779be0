// Write barriers: before a store of a collected pointer, the flag is tested and, while the collector marks, old and
// new value are recorded. Every pointer store gets one unless it goes to a stack object of this function or carries
// the `ingot.nowb` mark, so that metadata LLVM dropped only costs time.
//
// Flag test, record and store lie in one region without a safepoint, so that the collector cannot change its phase
// between them. Stores that follow each other closely share one test.

#include "shim.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"

using namespace llvm;

namespace ingot {

namespace {
struct PointerStore {
  Instruction *inst;
  Value *slot;
  Value *value;
};
} // namespace

// The store of a collected pointer that an instruction makes, if any.
static bool asPointerStore(Instruction &I, PointerStore &out) {
  Value *slot = nullptr, *value = nullptr;
  if (auto *S = dyn_cast<StoreInst>(&I)) {
    slot = S->getPointerOperand();
    value = S->getValueOperand();
  } else if (auto *X = dyn_cast<AtomicRMWInst>(&I)) {
    slot = X->getPointerOperand();
    value = X->getValOperand();
  } else if (auto *X = dyn_cast<AtomicCmpXchgInst>(&I)) {
    slot = X->getPointerOperand();
    value = X->getNewValOperand();
  } else {
    return false;
  }
  if (!holdsCollectedPointer(value->getType()) || !isCollectedPointer(slot->getType()))
    return false;
  out = {&I, slot, value};
  return true;
}

static const Value *underlying(const Value *V) {
  while (auto *G = dyn_cast<GEPOperator>(V))
    V = G->getPointerOperand();
  return V;
}

// Splits stores of vectors of pointers (the vectorizers make them) into stores of their lanes.
static void splitVectorStore(StoreInst *S) {
  auto *T = cast<FixedVectorType>(S->getValueOperand()->getType());
  IRBuilder<> B(S);
  for (unsigned i = 0; i < T->getNumElements(); i++) {
    auto *lane = B.CreateExtractElement(S->getValueOperand(), i);
    auto *N = B.CreateAlignedStore(lane, B.CreateConstGEP1_64(B.getInt8Ty(), S->getPointerOperand(), 8 * i), Align(8));
    N->setVolatile(S->isVolatile());
  }
  S->eraseFromParent();
}

// Whether V is, or by moving address arithmetic can be, computed before `at` in at's block.
static bool hoistTo(Value *V, Instruction *at, int depth = 3) {
  auto *I = dyn_cast<Instruction>(V);
  if (!I || I->getParent() != at->getParent() || I->comesBefore(at))
    return true;
  auto *G = dyn_cast<GetElementPtrInst>(I);
  if (!G || depth == 0)
    return false;
  for (auto &Op : G->operands())
    if (!hoistTo(Op, at, depth - 1))
      return false;
  G->moveBefore(at->getIterator());
  return true;
}

void LatePass::insertBarriers(Function &F) {
  SmallVector<StoreInst *> vectors;
  for (auto &I : instructions(F)) {
    PointerStore store;
    if (asPointerStore(I, store) && isa<VectorType>(store.value->getType()) && !I.getMetadata(NOWB) &&
        !stackAddresses.count(underlying(store.slot)))
      vectors.push_back(cast<StoreInst>(&I));
  }
  for (auto *S : vectors)
    splitVectorStore(S);

  // Groups of stores, each to be tested for before its first.
  SmallVector<SmallVector<PointerStore, 4>> groups;
  uint64_t count = 0;
  for (auto &BB : F) {
    bool open = false;
    for (auto It = BB.begin(); It != BB.end(); ++It) {
      Instruction &I = *It;
      PointerStore store;
      bool needs = asPointerStore(I, store) && !I.getMetadata(NOWB) && !stackAddresses.count(underlying(store.slot));
      if (needs && names(F, FAULT_BARRIER, count++))
        continue;
      if (needs) {
        if (!store.value->getType()->isPointerTy())
          errors.add("write barriers", F, "store of an aggregate with pointers");
        if (open && isa<StoreInst>(I)) {
          Instruction *leader = groups.back().front().inst;
          if (hoistTo(store.slot, leader) && hoistTo(store.value, leader)) {
            groups.back().push_back(store);
            continue;
          }
        }
        groups.push_back({store});
        open = isa<StoreInst>(I);
      } else if (isa<CallBase>(I) || I.isAtomic()) {
        open = false;
      }
    }
  }
  if (groups.empty())
    return;

  auto &C = F.getContext();
  auto *M = F.getParent();
  auto *I32 = Type::getInt32Ty(C);
  auto *P1 = PointerType::get(C, GC);
  auto *flag = M->getOrInsertGlobal("rt_write_barrier_on", I32);
  auto record = M->getOrInsertFunction("rt_write_barrier", Type::getVoidTy(C), P1, P1);
  for (auto &group : groups) {
    Instruction *first = group.front().inst;
    IRBuilder<> B(first);
    // Volatile: polls, inserted later, are where it changes.
    auto *on = B.CreateAlignedLoad(I32, flag, Align(4), /*isVolatile=*/true);
    auto *cond = B.CreateICmpNE(on, B.getInt32(0));
    auto *then = SplitBlockAndInsertIfThen(cond, first, false, unlikely(C));
    B.SetInsertPoint(then);
    for (auto &store : group) {
      auto *call = B.CreateCall(record, {store.slot, store.value});
      call->addFnAttr(Attribute::get(C, LEAF));
      call->addFnAttr(Attribute::Cold);
      call->setDoesNotThrow();
    }
  }
}

} // namespace ingot
