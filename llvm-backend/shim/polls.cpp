// Loop polls: where a goroutine in a loop without calls notices that it should stop.
//
// Every back edge polls, but for two kinds of innermost loops. One that surely ends after few iterations needs none.
// A counted one is strip-mined, since a poll per iteration costs 10 to 17 % in tight loops:
//
//     outer:  bound = n - i > K ? i + K : n
//     inner:  body; i += step; if i != bound goto inner
//             if bound == n goto exit
//             poll; goto outer
//
// Polls come after the vectorizer, which they would stop.

#include "shim.h"
#include "llvm/Analysis/CFG.h"
#include "llvm/Analysis/LoopInfo.h"
#include "llvm/Analysis/ScalarEvolution.h"
#include "llvm/IR/PatternMatch.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"

using namespace llvm;

namespace ingot {

// Iterations an innermost loop may run without a poll: some microseconds.
constexpr unsigned Budget = 4096;

// A loop over the bits of a word: each iteration takes the lowest set bit away, or shifts, and none follows when nothing
// is left.
static bool usesUpWord(Loop *L) {
  using namespace PatternMatch;
  auto *latch = L->getLoopLatch();
  if (!latch)
    return false;
  for (PHINode &phi : L->getHeader()->phis()) {
    if (!phi.getType()->isIntegerTy())
      continue;
    Value *next = phi.getIncomingValueForBlock(latch);
    const APInt *count;
    bool shrinks = match(next, m_c_And(m_Specific(&phi), m_Add(m_Specific(&phi), m_AllOnes()))) ||
                   (match(next, m_LShr(m_Specific(&phi), m_APInt(count))) && !count->isZero());
    if (!shrinks)
      continue;
    SmallVector<BasicBlock *> exiting;
    L->getExitingBlocks(exiting);
    for (auto *block : exiting) {
      auto *branch = dyn_cast<BranchInst>(block->getTerminator());
      if (!branch || !branch->isConditional() || !(block == latch || block == L->getHeader()))
        continue;
      auto *test = dyn_cast<ICmpInst>(branch->getCondition());
      if (!test || !test->isEquality() || !match(test->getOperand(1), m_Zero()))
        continue;
      if (test->getOperand(0) != next && test->getOperand(0) != &phi)
        continue;
      bool zero = test->getPredicate() == ICmpInst::ICMP_EQ;
      if (!L->contains(branch->getSuccessor(zero ? 0 : 1)))
        return true;
    }
  }
  return false;
}

static bool isShort(Loop *L, ScalarEvolution &SE) {
  if (!L->isInnermost())
    return false;
  if (usesUpWord(L))
    return true;
  unsigned trips = SE.getSmallConstantMaxTripCount(L);
  return trips != 0 && trips <= Budget / 4;
}

static void poll(IRBuilder<> &B, Function &F) {
  callSavingEntry(B, "rt_poll", {}, F.getFnAttribute(POLL_SITE).getValueAsString());
}

// What strip-mining needs to know of a loop.
struct Counted {
  BasicBlock *entering, *header, *latch, *exit;
  BranchInst *branch; // the latch's
  ICmpInst *test;     // of `next` and `bound`
  unsigned boundOperand;
  PHINode *index;
  Value *bound;
  int64_t step;
};

// A loop whose latch ends it when an index that takes constant steps reaches an invariant bound.
static bool isCounted(Loop *L, ScalarEvolution &SE, Counted &c) {
  if (!L->isInnermost())
    return false;
  c.header = L->getHeader();
  c.latch = L->getLoopLatch();
  c.entering = L->getLoopPredecessor();
  if (!c.latch || !c.entering || isa<InvokeInst>(c.entering->getTerminator()))
    return false;
  // One edge into the loop: its phis get one value from there.
  if (count(successors(c.entering), c.header) != 1)
    return false;
  c.branch = dyn_cast<BranchInst>(c.latch->getTerminator());
  if (!c.branch || !c.branch->isConditional())
    return false;
  bool exitsIfTrue = c.branch->getSuccessor(1) == c.header;
  c.exit = c.branch->getSuccessor(exitsIfTrue ? 0 : 1);
  if (c.exit == c.header || L->contains(c.exit))
    return false;
  c.test = dyn_cast<ICmpInst>(c.branch->getCondition());
  if (!c.test || !c.test->hasOneUse() || !c.test->getOperand(0)->getType()->isIntegerTy())
    return false;
  for (unsigned k = 0; k < 2; k++) {
    Value *next = c.test->getOperand(k), *base;
    const APInt *step;
    using namespace PatternMatch;
    if (!match(next, m_Add(m_Value(base), m_APInt(step))) || step->getSignificantBits() > 32)
      continue;
    auto *phi = dyn_cast<PHINode>(base);
    Value *bound = c.test->getOperand(1 - k);
    if (!phi || phi->getParent() != c.header || phi->getIncomingValueForBlock(c.latch) != next ||
        !L->isLoopInvariant(bound))
      continue;
    c.index = phi;
    c.bound = bound;
    c.boundOperand = 1 - k;
    c.step = step->getSExtValue();
    // The condition under which the loop goes on, as `next OP bound`.
    auto goOn = c.test->getPredicate();
    if (k == 1)
      goOn = CmpInst::getSwappedPredicate(goOn);
    if (exitsIfTrue)
      goOn = CmpInst::getInversePredicate(goOn);
    bool up = goOn == CmpInst::ICMP_NE || goOn == CmpInst::ICMP_ULT || goOn == CmpInst::ICMP_SLT;
    bool down = goOn == CmpInst::ICMP_NE || goOn == CmpInst::ICMP_UGT || goOn == CmpInst::ICMP_SGT;
    if (c.step == 0 || (c.step > 0 ? !up : !down))
      return false;
    // An index that starts beyond the bound (so that one iteration is all) would look far away from it.
    auto *count = SE.getExitCount(L, c.latch);
    if (isa<SCEVCouldNotCompute>(count))
      return false;
    if (goOn != CmpInst::ICMP_NE) {
      auto *start = phi->getIncomingValueForBlock(c.entering);
      auto before = c.step > 0 ? (CmpInst::isSigned(goOn) ? CmpInst::ICMP_SLT : CmpInst::ICMP_ULT)
                               : (CmpInst::isSigned(goOn) ? CmpInst::ICMP_SGT : CmpInst::ICMP_UGT);
      if (!SE.isLoopEntryGuardedByCond(L, before, SE.getSCEV(start), SE.getSCEV(bound)))
        return false;
    }
    return true;
  }
  return false;
}

// Gives the block that leaves the loop in the latch's place.
static BasicBlock *stripMine(Function &F, Counted &c) {
  auto &C = F.getContext();
  auto *outer = BasicBlock::Create(C, "outer", &F, c.header);
  auto *strip = BasicBlock::Create(C, "strip", &F), *check = BasicBlock::Create(C, "poll", &F),
       *slow = BasicBlock::Create(C, "stop", &F);
  c.entering->getTerminator()->replaceSuccessorWith(c.header, outer);

  // The outer loop carries every value the inner one does.
  Value *index = nullptr;
  for (auto &P : c.header->phis()) {
    auto *O = PHINode::Create(P.getType(), 3, "", outer);
    int k = P.getBasicBlockIndex(c.entering);
    O->addIncoming(P.getIncomingValue(k), c.entering);
    O->addIncoming(P.getIncomingValueForBlock(c.latch), check);
    O->addIncoming(P.getIncomingValueForBlock(c.latch), slow);
    P.setIncomingValue(k, O);
    P.setIncomingBlock(k, outer);
    if (&P == c.index)
      index = O;
  }
  IRBuilder<> B(outer);
  B.SetCurrentDebugLocation(c.branch->getDebugLoc());
  auto *T = index->getType();
  unsigned bits = T->getIntegerBitWidth();
  uint64_t magnitude = uint64_t(Budget) * uint64_t(c.step > 0 ? c.step : -c.step);
  Value *bound;
  if (bits < 64 && magnitude >= (uint64_t(1) << (bits - 1))) {
    bound = c.bound; // the type is too narrow for a long loop
  } else {
    auto *stride = ConstantInt::get(T, magnitude);
    auto *left = c.step > 0 ? B.CreateSub(c.bound, index) : B.CreateSub(index, c.bound);
    auto *part = c.step > 0 ? B.CreateAdd(index, stride) : B.CreateSub(index, stride);
    bound = B.CreateSelect(B.CreateICmpUGT(left, stride), part, c.bound);
  }
  B.CreateBr(c.header);

  c.test->setOperand(c.boundOperand, bound);
  c.branch->replaceSuccessorWith(c.exit, strip);
  c.exit->replacePhiUsesWith(c.latch, strip);
  B.SetInsertPoint(strip);
  B.CreateCondBr(B.CreateICmpEQ(bound, c.bound), c.exit, check);
  B.SetInsertPoint(check);
  B.CreateCondBr(belowGuard(B, 0), slow, outer, unlikely(C));
  B.SetInsertPoint(slow);
  poll(B, F);
  B.CreateBr(outer);
  return strip;
}

void LatePass::insertPolls(Function &F) {
  if (F.hasFnAttribute(NOSPLIT))
    return;
  SmallVector<std::pair<const BasicBlock *, const BasicBlock *>> edges;
  FindFunctionBackedges(F, edges);
  if (edges.empty())
    return;
  // The steps before changed the function.
  FAM.invalidate(F, PreservedAnalyses::none());
  auto &LI = FAM.getResult<LoopAnalysis>(F);
  auto &SE = FAM.getResult<ScalarEvolutionAnalysis>(F);
  // One poll per latch, whatever it jumps back to; irreducible loops have back edges too.
  SmallVector<BasicBlock *> latches;
  SmallVector<Counted> counted;
  SmallPtrSet<BasicBlock *, 16> seen;
  for (auto [from, to] : edges) {
    auto *L = LI.getLoopFor(to);
    Counted c;
    if (L && L->getHeader() == to) {
      if (isShort(L, SE))
        continue;
      if (stripMining && isCounted(L, SE, c)) {
        counted.push_back(c);
        continue;
      }
    }
    if (seen.insert(const_cast<BasicBlock *>(from)).second)
      latches.push_back(const_cast<BasicBlock *>(from));
  }
  // A counted loop's exit can be the header of another loop, or its latch that of an outer loop too: neighbours
  // are looked up anew.
  DenseMap<BasicBlock *, BasicBlock *> leaves;
  for (auto &c : counted) {
    for (auto *P : predecessors(c.header))
      if (P != c.latch)
        c.entering = P;
    c.exit = c.branch->getSuccessor(c.branch->getSuccessor(0) == c.header ? 1 : 0);
    leaves[c.latch] = stripMine(F, c);
  }
  for (auto *latch : latches) {
    if (auto *strip = leaves.lookup(latch))
      latch = strip;
    Instruction *at = latch->getTerminator();
    if (auto *II = dyn_cast<InvokeInst>(at)) {
      // Poll behind the call, where its result is at hand.
      auto *next = SplitEdge(latch, II->getNormalDest());
      at = next->getTerminator();
    }
    IRBuilder<> B(at);
    auto *then = SplitBlockAndInsertIfThen(belowGuard(B, 0), at, false, unlikely(F.getContext()));
    B.SetInsertPoint(then);
    poll(B, F);
  }
  FAM.invalidate(F, PreservedAnalyses::none());
}

} // namespace ingot
