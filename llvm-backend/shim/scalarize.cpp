// No collected pointer in an aggregate across a safepoint: the stack maps would silently lose it.
//
// The emitter makes aggregates only as call results (taken apart at once) and for returns. LLVM makes more of them:
// InstCombine sinks an extractvalue past another call, SimplifyCFG makes phis of aggregates. Here every aggregate
// with collected pointers is taken apart into its fields, directly after the call (or at the invoke's normal
// destination), and put together again only right before the return that wants it.

#include "shim.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/ValueHandle.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"

using namespace llvm;

namespace ingot {

namespace {
struct Scalarizer {
  Function &F;
  Errors &errors;
  // Handles follow a field that is itself an extract to be replaced.
  DenseMap<Value *, SmallVector<WeakTrackingVH, 4>> cache;

  // What makes aggregates of its own accord.
  static bool isSource(const Value *V) { return isa<CallBase>(V) || isa<AtomicCmpXchgInst>(V); }

  static bool wants(Type *T) { return T->isAggregateType() && holdsCollectedPointer(T); }

  unsigned count(Type *T) { return isa<StructType>(T) ? T->getStructNumElements() : T->getArrayNumElements(); }
  Type *fieldType(Type *T, unsigned i) {
    return isa<StructType>(T) ? T->getStructElementType(i) : T->getArrayElementType();
  }

  // A block of its own on the way of a call that returns. LLVM's SplitEdge does not expect critical edges of invokes.
  BasicBlock *splitNormalEdge(InvokeInst *II) {
    BasicBlock *dest = II->getNormalDest();
    BasicBlock *between = BasicBlock::Create(F.getContext(), "", &F, dest);
    IRBuilder<>(between).CreateBr(dest);
    II->setNormalDest(between);
    dest->replacePhiUsesWith(II->getParent(), between);
    return between;
  }

  SmallVector<Value *, 4> fields(Value *V) {
    auto found = cache.find(V);
    if (found != cache.end())
      return SmallVector<Value *, 4>(found->second.begin(), found->second.end());
    unsigned n = count(V->getType());
    SmallVector<Value *, 4> out;
    if (auto *C = dyn_cast<Constant>(V)) {
      for (unsigned i = 0; i < n; i++)
        out.push_back(C->getAggregateElement(i));
    } else if (isSource(V)) {
      auto *CB = cast<Instruction>(V);
      Instruction *at;
      if (auto *II = dyn_cast<InvokeInst>(CB)) {
        BasicBlock *dest = II->getNormalDest();
        if (!dest->getUniquePredecessor() || isa<PHINode>(dest->begin()))
          dest = splitNormalEdge(II);
        at = &*dest->getFirstInsertionPt();
      } else {
        at = CB->getNextNode();
      }
      IRBuilder<> B(at);
      B.SetCurrentDebugLocation(CB->getDebugLoc());
      for (unsigned i = 0; i < n; i++)
        out.push_back(B.Insert(ExtractValueInst::Create(CB, i)));
      for (auto *X : out)
        made.insert(X);
    } else if (auto *IV = dyn_cast<InsertValueInst>(V)) {
      if (IV->getNumIndices() != 1) {
        errors.add("scalarise", F, "nested aggregate");
        return undefs(V->getType());
      }
      out = fields(IV->getAggregateOperand());
      out[IV->getIndices()[0]] = IV->getInsertedValueOperand();
    } else if (auto *P = dyn_cast<PHINode>(V)) {
      SmallVector<PHINode *, 4> parts;
      for (unsigned i = 0; i < n; i++) {
        parts.push_back(PHINode::Create(fieldType(V->getType(), i), P->getNumIncomingValues(), "", P->getIterator()));
        out.push_back(parts.back());
      }
      cache[V].assign(out.begin(), out.end()); // before the operands: phis can be in a cycle
      for (unsigned k = 0; k < P->getNumIncomingValues(); k++) {
        auto in = fields(P->getIncomingValue(k));
        for (unsigned i = 0; i < n; i++)
          parts[i]->addIncoming(in[i], P->getIncomingBlock(k));
      }
      return out;
    } else if (auto *S = dyn_cast<SelectInst>(V)) {
      auto a = fields(S->getTrueValue()), b = fields(S->getFalseValue());
      IRBuilder<> B(S);
      for (unsigned i = 0; i < n; i++)
        out.push_back(B.CreateSelect(S->getCondition(), a[i], b[i]));
    } else if (auto *Z = dyn_cast<FreezeInst>(V)) {
      auto a = fields(Z->getOperand(0));
      IRBuilder<> B(Z);
      for (unsigned i = 0; i < n; i++)
        out.push_back(B.CreateFreeze(a[i]));
    } else {
      errors.add("scalarise", F, "unexpected source of an aggregate with pointers");
      return undefs(V->getType());
    }
    cache[V].assign(out.begin(), out.end());
    return out;
  }
  DenseSet<Value *> made;

  SmallVector<Value *, 4> undefs(Type *T) {
    SmallVector<Value *, 4> out;
    for (unsigned i = 0; i < count(T); i++)
      out.push_back(PoisonValue::get(fieldType(T, i)));
    return out;
  }

  void run() {
    SmallVector<ExtractValueInst *> extracts;
    SmallVector<ReturnInst *> returns;
    SmallVector<Instruction *> aggregates;
    for (auto &I : instructions(F)) {
      if (auto *X = dyn_cast<ExtractValueInst>(&I))
        if (wants(X->getAggregateOperand()->getType()))
          extracts.push_back(X);
      if (auto *R = dyn_cast<ReturnInst>(&I))
        if (R->getReturnValue() && wants(R->getReturnValue()->getType()))
          returns.push_back(R);
      if (wants(I.getType()) && !isSource(&I))
        aggregates.push_back(&I);
    }
    for (auto *X : extracts) {
      if (X->getNumIndices() != 1) {
        errors.add("scalarise", F, "nested aggregate");
        return;
      }
      Value *field = fields(X->getAggregateOperand())[X->getIndices()[0]];
      if (!field->hasName())
        field->takeName(X);
      X->replaceAllUsesWith(field);
      X->eraseFromParent();
    }
    for (auto *R : returns) {
      auto *T = R->getReturnValue()->getType();
      if (isa<Constant>(R->getReturnValue()))
        continue;
      auto parts = fields(R->getReturnValue());
      IRBuilder<> B(R);
      Value *whole = PoisonValue::get(T);
      for (unsigned i = 0; i < parts.size(); i++)
        whole = B.CreateInsertValue(whole, parts[i], i);
      R->setOperand(0, whole);
    }
    // What is left of the old aggregates is dead.
    for (auto *I : aggregates)
      I->replaceAllUsesWith(PoisonValue::get(I->getType()));
    for (auto *I : aggregates)
      I->eraseFromParent();
    // Fields nobody wants need not be taken.
    for (auto *V : made)
      if (V->use_empty())
        cast<Instruction>(V)->eraseFromParent();
  }
};
} // namespace

// Asserts that no aggregate with pointers is left but for calls' results, taken apart at once, and returns.
static void check(Function &F, Errors &errors) {
  for (auto &I : instructions(F)) {
    if (!Scalarizer::wants(I.getType()))
      continue;
    if (Scalarizer::isSource(&I)) {
      for (auto *U : I.users())
        if (!isa<ExtractValueInst>(U))
          errors.add("scalarise", F, "a call's result is kept as an aggregate");
    } else if (!isa<InsertValueInst>(I)) {
      errors.add("scalarise", F, "an aggregate with pointers is left");
    } else {
      for (auto *U : I.users())
        if (!isa<InsertValueInst>(U) && !isa<ReturnInst>(U))
          errors.add("scalarise", F, "an aggregate with pointers is left");
    }
  }
}

void LatePass::scalarize(Function &F) {
  Scalarizer{F, errors}.run();
  check(F, errors);
}

} // namespace ingot
