// The prologue check and loop polls: where a goroutine notices that its stack is short or that it should stop.

#include "shim.h"
#include "llvm/Analysis/CFG.h"
#include "llvm/Analysis/LoopInfo.h"
#include "llvm/Analysis/ScalarEvolution.h"
#include "llvm/IR/InlineAsm.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"

using namespace llvm;

namespace ingot {

Value *belowGuard(IRBuilder<> &B, uint64_t below) {
  auto &C = B.getContext();
  auto *I64 = B.getInt64Ty();
  auto *name = MDNode::get(C, {MDString::get(C, "rsp")});
  Value *sp = B.CreateIntrinsic(Intrinsic::read_register, {I64}, {MetadataAsValue::get(C, name)});
  if (below)
    sp = B.CreateSub(sp, B.getInt64(below));
  auto *slot = ConstantExpr::getIntToPtr(B.getInt64(abi.guard_offset), PointerType::get(C, FS));
  // Volatile: another thread poisons it.
  auto *guard = B.CreateAlignedLoad(I64, slot, Align(8), /*isVolatile=*/true);
  return B.CreateICmpULT(sp, guard);
}

CallInst *callSavingEntry(IRBuilder<> &B, const char *symbol, ArrayRef<Value *> args, StringRef site) {
  auto &C = B.getContext();
  SmallVector<Type *> types;
  for (auto *A : args)
    types.push_back(A->getType());
  auto *M = B.GetInsertBlock()->getModule();
  auto callee = M->getOrInsertFunction(symbol, FunctionType::get(B.getVoidTy(), types, false));
  auto *call = B.CreateCall(callee, args);
  // The entries save every general register, so that the fast path need not.
  call->setCallingConv(CallingConv::PreserveMost);
  call->addFnAttr(Attribute::Cold);
  call->addFnAttr(Attribute::NoMerge);
  call->addFnAttr(Attribute::get(C, STATEPOINT_ID, site));
  call->setDoesNotThrow();
  return call;
}

void LatePass::insertPrologueCheck(Function &F) {
  if (F.hasFnAttribute(NOSPLIT))
    return;
  auto &C = F.getContext();
  // The allocas stay in the entry; their laundering comes after the check, so that the addresses are of the stack
  // the check has moved to.
  BasicBlock *entry = &F.getEntryBlock();
  BasicBlock *body = entry->splitBasicBlock(entry->getFirstNonPHIOrDbgOrAlloca(), "body");
  auto *slow = BasicBlock::Create(C, "morestack", &F);
  entry->getTerminator()->eraseFromParent();
  IRBuilder<> B(entry);
  B.CreateCondBr(belowGuard(B, 0), slow, body, unlikely(C));
  B.SetInsertPoint(slow);
  auto *call = callSavingEntry(B, "rt_morestack", {}, F.getFnAttribute(PROLOGUE_SITE).getValueAsString());
  B.CreateBr(body);
  F.addFnAttr(CHECKED);
  if (!objects.empty())
    describeStackObjects(F, call);
}

// Whether a loop surely ends after few and cheap iterations, so that it can do without a poll.
static bool isShort(Loop *L, ScalarEvolution &SE) {
  constexpr unsigned MaxTrips = 1024;
  if (!L->isInnermost())
    return false;
  unsigned trips = SE.getSmallConstantMaxTripCount(L);
  return trips != 0 && trips <= MaxTrips;
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
  SmallPtrSet<BasicBlock *, 16> seen;
  for (auto [from, to] : edges) {
    auto *L = LI.getLoopFor(to);
    if (L && L->getHeader() == to && isShort(L, SE))
      continue;
    if (seen.insert(const_cast<BasicBlock *>(from)).second)
      latches.push_back(const_cast<BasicBlock *>(from));
  }
  for (auto *latch : latches) {
    Instruction *at = latch->getTerminator();
    if (isa<InvokeInst>(at)) {
      // Poll behind the call, where its result is at hand.
      auto *II = cast<InvokeInst>(at);
      auto *next = SplitEdge(latch, II->getNormalDest());
      at = next->getTerminator();
    }
    IRBuilder<> B(at);
    auto *cond = belowGuard(B, 0);
    auto *then = SplitBlockAndInsertIfThen(cond, at, false, unlikely(F.getContext()));
    B.SetInsertPoint(then);
    callSavingEntry(B, "rt_poll", {}, F.getFnAttribute(POLL_SITE).getValueAsString());
  }
  FAM.invalidate(F, PreservedAnalyses::none());
}

} // namespace ingot
