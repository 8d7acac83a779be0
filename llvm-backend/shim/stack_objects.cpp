// Stack objects: their addresses become opaque collected pointers, their pointer words are cleared at entry, and one
// statepoint of the function lists them for the runtime.

#include "shim.h"
#include "llvm/IR/CycleInfo.h"
#include "llvm/IR/Dominators.h"
#include "llvm/IR/InlineAsm.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/IntrinsicInst.h"

using namespace llvm;

namespace ingot {

// The offsets of the collected pointers of a type.
static void pointerOffsets(Type *T, uint64_t at, const DataLayout &DL, SmallVectorImpl<uint64_t> &out) {
  if (isCollectedPointer(T)) {
    out.push_back(at);
  } else if (auto *S = dyn_cast<StructType>(T)) {
    auto *L = DL.getStructLayout(S);
    for (unsigned i = 0; i < S->getNumElements(); i++)
      pointerOffsets(S->getElementType(i), at + L->getElementOffset(i), DL, out);
  } else if (isa<ArrayType>(T) || isa<FixedVectorType>(T)) {
    if (!holdsCollectedPointer(T))
      return;
    bool array = isa<ArrayType>(T);
    Type *E = array ? T->getArrayElementType() : cast<FixedVectorType>(T)->getElementType();
    uint64_t n = array ? T->getArrayNumElements() : cast<FixedVectorType>(T)->getNumElements();
    uint64_t size = DL.getTypeAllocSize(E);
    for (uint64_t i = 0; i < n; i++)
      pointerOffsets(E, at + i * size, DL, out);
  }
}

namespace {
// Rewrites everything derived from plain addresses of allocas to their laundered collected pointers.
struct Rewriter {
  Function &F;
  Errors &errors;
  const DenseSet<const Value *> &made;  // what launders
  DenseMap<Value *, Value *> laundered; // address space 0 -> GC
  SmallVector<std::pair<PHINode *, PHINode *>> phis;
  SmallVector<Instruction *> dead;

  Value *counterpart(Value *V, Instruction *user) {
    if (auto *found = laundered.lookup(V))
      return found;
    auto *P = PointerType::get(F.getContext(), GC);
    if (isa<PoisonValue>(V))
      return PoisonValue::get(P);
    if (isa<UndefValue>(V))
      return UndefValue::get(P);
    if (isa<ConstantPointerNull>(V))
      return ConstantPointerNull::get(P);
    if (auto *C = dyn_cast<Constant>(V))
      return ConstantExpr::getAddrSpaceCast(C, P);
    if (auto *A = dyn_cast<AddrSpaceCastInst>(V))
      return A->getPointerOperand();
    errors.add("launder stack objects", F, Twine("address mixed with another in: ") + describe(user));
    return PoisonValue::get(P);
  }

  static std::string describe(Instruction *I) {
    std::string s;
    raw_string_ostream os(s);
    I->print(os);
    return s;
  }

  // Gives every user of `old` the collected pointer `now`.
  void users(Value *old, Value *now) {
    laundered[old] = now;
    SmallVector<Use *> uses;
    for (auto &U : old->uses())
      uses.push_back(&U);
    for (auto *U : uses) {
      auto *I = cast<Instruction>(U->getUser());
      if (made.count(I) || laundered.count(I))
        continue;
      IRBuilder<> B(I);
      if (isa<AddrSpaceCastInst>(I)) {
        I->replaceAllUsesWith(now);
        dead.push_back(I);
      } else if (auto *G = dyn_cast<GetElementPtrInst>(I)) {
        SmallVector<Value *> idx(G->indices());
        auto *N = B.CreateGEP(G->getSourceElementType(), now, idx, "", G->getNoWrapFlags());
        users(G, N);
        dead.push_back(G);
      } else if (isa<LoadInst>(I) || (isa<StoreInst>(I) && U->getOperandNo() == StoreInst::getPointerOperandIndex()) ||
                 (isa<AtomicRMWInst>(I) && U->getOperandNo() == AtomicRMWInst::getPointerOperandIndex()) ||
                 (isa<AtomicCmpXchgInst>(I) && U->getOperandNo() == AtomicCmpXchgInst::getPointerOperandIndex())) {
        U->set(now);
      } else if (auto *MS = dyn_cast<MemSetInst>(I)) {
        B.CreateMemSet(now, MS->getValue(), MS->getLength(), MS->getDestAlign(), MS->isVolatile());
        I->eraseFromParent();
      } else if (isa<MemTransferInst>(I)) {
        transfers.push_back(cast<MemTransferInst>(I));
      } else if (auto *P = dyn_cast<PHINode>(I)) {
        auto *N = PHINode::Create(now->getType(), P->getNumIncomingValues(), "", P->getIterator());
        phis.push_back({P, N});
        users(P, N);
        dead.push_back(P);
      } else if (auto *S = dyn_cast<SelectInst>(I)) {
        selects.push_back(S);
        auto *N = SelectInst::Create(S->getCondition(), PoisonValue::get(now->getType()),
                                     PoisonValue::get(now->getType()), "", S->getIterator());
        users(S, N);
        dead.push_back(S);
      } else if (auto *Fr = dyn_cast<FreezeInst>(I)) {
        users(Fr, now);
        dead.push_back(Fr);
      } else if (isa<ICmpInst>(I)) {
        compares.push_back(cast<ICmpInst>(I));
      } else if (isa<PtrToIntInst>(I)) {
        I->replaceAllUsesWith(B.CreatePtrToInt(now, I->getType()));
        dead.push_back(I);
      } else {
        errors.add("launder stack objects", F, "unexpected use of an address: " + describe(I));
      }
    }
  }
  SmallVector<SelectInst *> selects;
  SmallVector<ICmpInst *> compares;
  SmallVector<MemTransferInst *> transfers;

  // A copy of pointer-free memory whose addresses are, one or both, in the frame.
  void transfer(MemTransferInst *T) {
    auto collected = [&](Value *V) { return isCollectedPointer(V->getType()) ? V : counterpart(V, T); };
    Value *to = collected(T->getRawDest()), *from = collected(T->getRawSource());
    IRBuilder<> B(T);
    if (isa<MemMoveInst>(T))
      B.CreateMemMove(to, T->getDestAlign(), from, T->getSourceAlign(), T->getLength(), T->isVolatile());
    else
      B.CreateMemCpy(to, T->getDestAlign(), from, T->getSourceAlign(), T->getLength(), T->isVolatile());
    T->eraseFromParent();
  }

  void finish() {
    for (auto [P, N] : phis)
      for (unsigned i = 0; i < P->getNumIncomingValues(); i++)
        N->addIncoming(counterpart(P->getIncomingValue(i), P), P->getIncomingBlock(i));
    for (auto *S : selects) {
      auto *N = cast<SelectInst>(laundered[S]);
      N->setTrueValue(counterpart(S->getTrueValue(), S));
      N->setFalseValue(counterpart(S->getFalseValue(), S));
    }
    SmallPtrSet<Instruction *, 8> done;
    for (auto *T : transfers)
      if (done.insert(T).second)
        transfer(T);
    for (auto *C : compares) {
      if (!done.insert(C).second)
        continue;
      IRBuilder<> B(C);
      auto *N = B.CreateICmp(C->getPredicate(), counterpart(C->getOperand(0), C), counterpart(C->getOperand(1), C));
      C->replaceAllUsesWith(N);
      dead.push_back(C);
    }
    // Users before what they use; phis may use each other.
    for (auto *I : dead)
      if (!I->use_empty())
        I->replaceAllUsesWith(PoisonValue::get(I->getType()));
    for (auto *I : dead)
      I->eraseFromParent();
  }
};
} // namespace

// Where an instruction is that no use of a value precedes and that runs once: the value is live from there on only.
static Instruction *firstNeed(Instruction &V, DominatorTree &tree, const CycleInfo &cycles) {
  auto blockOf = [](Use &U) {
    auto *P = dyn_cast<PHINode>(U.getUser());
    return P ? P->getIncomingBlock(U) : cast<Instruction>(U.getUser())->getParent();
  };
  BasicBlock *block = nullptr;
  for (auto &U : V.uses())
    if (auto *user = blockOf(U); tree.isReachableFromEntry(user))
      block = block ? tree.findNearestCommonDominator(block, user) : user;
  if (!block)
    return nullptr;
  // What one round of a loop leaves in the object is there in the next one.
  while (cycles.getCycle(block))
    block = tree.getNode(block)->getIDom()->getBlock();
  Instruction *first = block->getTerminator();
  for (auto &U : V.uses()) {
    auto *I = cast<Instruction>(U.getUser());
    if (I->getParent() == block && !isa<PHINode>(I) && I->comesBefore(first))
      first = I;
  }
  return first;
}

static Value *offsetBy(IRBuilder<> &B, Value *P, uint64_t bytes) {
  return bytes ? B.CreateConstGEP1_64(B.getInt8Ty(), P, bytes) : P;
}

void LatePass::launderStackObjects(Function &F) {
  auto &C = F.getContext();
  auto &DL = F.getDataLayout();
  auto *P0 = PointerType::get(C, 0), *P1 = PointerType::get(C, GC);
  SmallVector<AllocaInst *> allocas;
  for (auto &I : instructions(F))
    if (auto *A = dyn_cast<AllocaInst>(&I)) {
      if (!A->isStaticAlloca() || A->getAlign() > 16)
        errors.add("launder stack objects", F, "dynamic or over-aligned alloca");
      allocas.push_back(A);
    }
  if (allocas.empty() || errors.any())
    return;
  // The allocas come first; everything else goes before the first instruction behind them, the objects in order.
  Instruction *at = &*F.getEntryBlock().getFirstNonPHIOrDbgOrAlloca();
  for (auto *A : allocas)
    if (!A->comesBefore(at))
      A->moveBefore(at->getIterator());
  uint64_t cleared = 0;
  Rewriter rewriter{F, errors, stackAddresses};
  SmallVector<std::pair<AllocaInst *, Instruction *>> pairs;
  for (auto *A : allocas) {
    if (A->use_empty()) {
      A->eraseFromParent();
      continue;
    }
    IRBuilder<> B(at);
    auto *T = FunctionType::get(P1, {P0}, false);
    // Opaque, or the code generator would see through it and keep an untracked frame address over a call. Without
    // the leaf attribute statepoint rewriting would wrap the assembly in a statepoint.
    auto *L = B.CreateCall(T, InlineAsm::get(T, "", "=r,0", false), {A}, A->getName() + ".addr");
    L->setMemoryEffects(MemoryEffects::none());
    L->setDoesNotThrow();
    L->addFnAttr(Attribute::get(C, LEAF));
    stackAddresses.insert(L);
    pairs.push_back({A, L});

    SmallVector<uint64_t> offsets;
    pointerOffsets(A->getAllocatedType(), 0, DL, offsets);
    if (offsets.empty())
      continue;
    // An address of its own, so that the object's is not live from here on.
    L = cast<CallInst>(L->clone());
    B.Insert(L, A->getName() + ".clear");
    stackAddresses.insert(L);
    SmallVector<uint32_t> words;
    for (auto o : offsets)
      words.push_back(o / 8);
    uint32_t size = (DL.getTypeAllocSize(A->getAllocatedType()) + 7) / 8;
    objects.push_back({host.layout(host.ctx, size, words.data(), words.size()), A});
    // Cleared word by word, or in bulk where that would be too much code. The stack is not scanned meanwhile.
    if (offsets.size() <= 16) {
      for (auto o : offsets) {
        if (names(F, FAULT_CLEAR, cleared++))
          continue;
        B.CreateAlignedStore(ConstantPointerNull::get(P1), offsetBy(B, L, o), Align(8))
            ->setMetadata(NOWB, MDNode::get(C, {}));
      }
    } else {
      auto clear = F.getParent()->getOrInsertFunction("rt_memclr", B.getVoidTy(), P1, B.getInt64Ty());
      auto *call = B.CreateCall(clear, {offsetBy(B, L, offsets.front()),
                                        B.getInt64(offsets.back() + 8 - offsets.front())});
      call->addFnAttr(Attribute::get(C, LEAF));
      call->setDoesNotThrow();
    }
  }
  for (auto [A, L] : pairs)
    rewriter.users(A, L);
  rewriter.finish();
  // With many objects, all addresses live at all calls before their uses would make statepoints without end.
  if (F.hasPersonalityFn() || errors.any())
    return; // launderInRecovery needs them in every landing pad
  DominatorTree tree(F);
  CycleInfo cycles;
  cycles.compute(F);
  for (auto [A, L] : pairs)
    if (auto *need = firstNeed(*L, tree, cycles))
      L->moveBefore(need->getIterator());
}

// Adds the list of stack objects to a statepoint: the prologue's, or (in a function that has no check) any.
void LatePass::describeStackObjects(Function &F, CallBase *at) {
  if (!at)
    for (auto &I : instructions(F))
      if (isSafepoint(I)) {
        at = cast<CallBase>(&I);
        break;
      }
  // Without a safepoint nobody ever looks at the frame.
  if (at) {
    SmallVector<Value *> list;
    for (auto [layout, A] : objects) {
      list.push_back(ConstantInt::get(Type::getInt64Ty(F.getContext()), layout));
      list.push_back(A);
    }
    OperandBundleDef bundle("deopt", list);
    auto *N = CallBase::addOperandBundle(at, LLVMContext::OB_deopt, bundle, at->getIterator());
    if (auto *CI = dyn_cast<CallInst>(N))
      CI->setTailCallKind(CallInst::TCK_None);
    N->takeName(at);
    at->replaceAllUsesWith(N);
    at->eraseFromParent();
  }
  objects.clear();
}

} // namespace ingot
