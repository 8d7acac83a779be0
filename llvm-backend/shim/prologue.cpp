// The prologue check: where a goroutine notices that its stack is short or that it should stop. See polls.cpp for loops.

#include "shim.h"

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

} // namespace ingot
