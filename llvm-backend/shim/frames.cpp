// Frames too large to be checked late.
//
// The prologue check runs when the frame is set up already, so the guard covers a frame of `frame_max` bytes. A
// function that needs more gets a wrapper under its name that tests `rsp - N` first and then jumps to the body. N is
// only what the body's own check, exact but late, does not cover: the estimate is generous, and small stacks are not to
// grow for it.
// How large a frame gets is only known after code generation; here it is estimated from the stack objects and the
// largest number of pointers live at a statepoint. The driver of this pass compares with the truth and, where the
// estimate was too low, compiles again with `ingot-force-frame`.

#include "shim.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Statepoint.h"

using namespace llvm;

namespace ingot {

static uint64_t estimateFrame(Function &F) {
  auto &DL = F.getDataLayout();
  uint64_t objects = 0, live = 0, outgoing = 0;
  for (auto &I : instructions(F)) {
    if (auto *A = dyn_cast<AllocaInst>(&I))
      objects += (DL.getTypeAllocSize(A->getAllocatedType()).getFixedValue() + 15) / 16 * 16;
    if (auto *S = dyn_cast<GCStatepointInst>(&I)) {
      SmallPtrSet<Value *, 32> distinct(S->gc_live().begin(), S->gc_live().end());
      live = std::max<uint64_t>(live, distinct.size());
      uint64_t args = S->actual_arg_size();
      outgoing = std::max<uint64_t>(outgoing, args > 6 ? args - 6 : 0);
    }
  }
  // 56: the callee-saved registers and alignment.
  return objects + 8 * live + 8 * outgoing + 56;
}

static void wrap(Function &F, uint64_t bytes, const IngotHost &host) {
  auto &C = F.getContext();
  Module &M = *F.getParent();
  std::string name = F.getName().str(), body = name + "$body";
  auto *W = Function::Create(F.getFunctionType(), F.getLinkage(), F.getAddressSpace(), "", &M);
  W->takeName(&F);
  F.setName(body);
  F.replaceAllUsesWith(W);
  W->copyAttributesFrom(&F);
  W->setPersonalityFn(nullptr);
  W->removeFnAttr(FORCE_FRAME);
  F.setLinkage(GlobalValue::InternalLinkage);
  F.addFnAttr(Attribute::get(C, LEAF)); // the jump to it is no call

  auto *entry = BasicBlock::Create(C, "entry", W), *slow = BasicBlock::Create(C, "morestack", W),
       *go = BasicBlock::Create(C, "go", W);
  IRBuilder<> B(entry);
  uint64_t early = F.hasFnAttribute(CHECKED) ? bytes - std::min(bytes, abi.frame_max) : bytes;
  B.CreateCondBr(belowGuard(B, early), slow, go, unlikely(C));
  B.SetInsertPoint(slow);
  callSavingEntry(B, "rt_morestack_large", {B.getInt64(early)}, F.getFnAttribute(PROLOGUE_SITE).getValueAsString());
  B.CreateBr(go);
  B.SetInsertPoint(go);
  // LLVM's optimiser has callers pass anything for a parameter that the body does not use: it is no root here.
  SmallVector<Value *> args;
  for (auto [of, in] : zip(W->args(), F.args()))
    args.push_back(in.use_empty() ? static_cast<Value *>(PoisonValue::get(in.getType())) : &of);
  auto *call = B.CreateCall(F.getFunctionType(), &F, args);
  call->setCallingConv(F.getCallingConv());
  call->setTailCallKind(CallInst::TCK_MustTail);
  AttributeList attrs;
  for (unsigned i = 0; i < F.arg_size(); i++)
    if (F.hasParamAttribute(i, Attribute::Nest))
      attrs = attrs.addParamAttribute(C, i, Attribute::Nest);
  call->setAttributes(attrs.addFnAttribute(C, Attribute::get(C, LEAF)));
  if (F.getReturnType()->isVoidTy())
    B.CreateRetVoid();
  else
    B.CreateRet(call);
  F.addFnAttr(COVERED, std::to_string(bytes));
  host.body(host.ctx, name.data(), name.size(), body.data(), body.size());
}

bool wrapLargeFrames(Module &M, const IngotHost &host) {
  SmallVector<std::pair<Function *, uint64_t>> large;
  for (auto &F : M) {
    if (F.isDeclaration() || !F.hasGC() || F.hasFnAttribute(NOSPLIT))
      continue;
    uint64_t forced = 0;
    if (F.hasFnAttribute(FORCE_FRAME)) {
      F.getFnAttribute(FORCE_FRAME).getValueAsString().getAsInteger(10, forced);
      large.push_back({&F, forced});
      continue;
    }
    uint64_t bytes = estimateFrame(F);
    // The truth is at most about twice the estimate, by spilled integers and floats. Measured over go/types: 35 of
    // 1,236 functions get a wrapper, 7 have a frame above 512, none is missed.
    if (bytes > abi.frame_max / 2)
      large.push_back({&F, (bytes + bytes / 2 + 384 + 63) / 64 * 64});
  }
  for (auto [F, bytes] : large)
    wrap(*F, bytes, host);
  return !large.empty();
}

void reportLimits(Module &M, const IngotHost &host) {
  for (auto &F : M) {
    if (F.isDeclaration() || !F.hasGC())
      continue;
    uint64_t limit = abi.unchecked_max;
    if (F.hasFnAttribute(COVERED))
      F.getFnAttribute(COVERED).getValueAsString().getAsInteger(10, limit);
    else if (F.hasFnAttribute(NOSPLIT))
      limit = UINT64_MAX - 1; // the author's promise
    else if (F.hasFnAttribute(CHECKED))
      limit = abi.frame_max;
    auto name = F.getName();
    host.limit(host.ctx, name.data(), name.size(), limit);
  }
}

} // namespace ingot
