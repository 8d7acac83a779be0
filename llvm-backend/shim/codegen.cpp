// Code generation, with what the stack maps need of it.
//
// - LocalStackSlotAllocation is off: it keeps frame addresses in registers that no stack map knows (on riscv64 over
//   calls, in callee-saved registers).
// - FrameAddresses recomputes every other frame address at its uses in functions with statepoints, for the same
//   reason: a stack that moved has its frame elsewhere.
// - FrameRecorder tells the sizes of frames; functions without safepoints have no record in the stack maps.

#include "shim.h"
#include "llvm-c/Core.h"
#include "llvm-c/TargetMachine.h"
#include "llvm/CodeGen/MachineFrameInfo.h"
#include "llvm/CodeGen/MachineFunctionPass.h"
#include "llvm/CodeGen/MachineRegisterInfo.h"
#include "llvm/CodeGen/Passes.h"
#include "llvm/CodeGen/TargetInstrInfo.h"
#include "llvm/CodeGen/TargetPassConfig.h"
#include "llvm/CodeGen/TargetRegisterInfo.h"
#include "llvm/CodeGen/TargetSubtargetInfo.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Target/RegisterTargetPassConfigCallback.h"
#include "llvm/Target/TargetMachine.h"
#include <mutex>

using namespace llvm;

// The compilation this thread is in: callbacks of LLVM are global.
static thread_local const IngotHost *currentHost = nullptr;
static thread_local std::string *currentError = nullptr;

namespace {
struct FrameRecorder : MachineFunctionPass {
  static char ID;
  FrameRecorder() : MachineFunctionPass(ID) {}
  bool runOnMachineFunction(MachineFunction &MF) override {
    if (currentHost && MF.getFunction().hasGC()) {
      auto name = MF.getName();
      auto &MFI = MF.getFrameInfo();
      bool variable = MFI.hasVarSizedObjects() || MF.getSubtarget().getRegisterInfo()->hasStackRealignment(MF);
      uint64_t bytes = variable ? UINT64_MAX : MFI.getStackSize();
      currentHost->frame(currentHost->ctx, name.data(), name.size(), bytes);
    }
    return false;
  }
  void getAnalysisUsage(AnalysisUsage &AU) const override {
    AU.setPreservesAll();
    MachineFunctionPass::getAnalysisUsage(AU);
  }
};
char FrameRecorder::ID = 0;
RegisterPass<FrameRecorder> registerFrameRecorder("ingot-frame-recorder", "Record frame sizes");

struct FrameAddresses : MachineFunctionPass {
  static char ID;
  FrameAddresses() : MachineFunctionPass(ID) {}
  void getAnalysisUsage(AnalysisUsage &AU) const override {
    AU.setPreservesCFG();
    MachineFunctionPass::getAnalysisUsage(AU);
  }

  // An instruction that only computes an address in the frame.
  static bool isFrameAddress(const MachineInstr &MI) {
    if (MI.mayLoadOrStore() || MI.isCall() || MI.isInlineAsm() || MI.isPHI() || MI.isPosition())
      return false;
    if (MI.getNumExplicitDefs() != 1 || !MI.getOperand(0).isReg() || !MI.getOperand(0).getReg().isVirtual())
      return false;
    bool frame = false;
    for (auto &Op : MI.uses()) {
      frame |= Op.isFI();
      if (Op.isReg() && Op.getReg().isVirtual())
        return false;
    }
    return frame;
  }

  bool runOnMachineFunction(MachineFunction &MF) override {
    if (!MF.getFunction().hasGC() || !MF.getFrameInfo().hasStackMap() && !hasStatepoint(MF))
      return false;
    auto &MRI = MF.getRegInfo();
    auto *TII = MF.getSubtarget().getInstrInfo();
    auto *TRI = MF.getSubtarget().getRegisterInfo();
    SmallVector<MachineInstr *> addresses;
    for (auto &MBB : MF)
      for (auto &MI : MBB)
        if (isFrameAddress(MI))
          addresses.push_back(&MI);
    bool changed = false;
    for (size_t i = 0; i < addresses.size(); i++) {
      auto *MI = addresses[i];
      Register reg = MI->getOperand(0).getReg();
      // A copy, too, is computed where it is used.
      for (auto &U : make_early_inc_range(MRI.use_nodbg_instructions(reg))) {
        Register to = U.isFullCopy() ? U.getOperand(0).getReg() : Register();
        if (!to.isVirtual() || !MRI.constrainRegClass(to, MRI.getRegClass(reg)))
          continue;
        auto *copy = MF.CloneMachineInstr(MI);
        copy->getOperand(0).setReg(to);
        U.getParent()->insert(U.getIterator(), copy);
        U.eraseFromParent();
        addresses.push_back(copy);
        changed = true;
      }
      SmallVector<MachineInstr *> users;
      for (auto &U : MRI.use_nodbg_instructions(reg))
        if (!is_contained(users, &U))
          users.push_back(&U);
      for (auto *U : users) {
        if (sameRegion(*MI, *U))
          continue;
        MachineBasicBlock *MBB = U->getParent();
        MachineBasicBlock::iterator at = U->getIterator();
        if (U->isPHI()) {
          // At the end of each block the address comes from.
          for (unsigned i = 1; i + 1 < U->getNumOperands(); i += 2)
            if (U->getOperand(i).getReg() == reg) {
              auto *from = U->getOperand(i + 1).getMBB();
              U->getOperand(i).setReg(clone(MF, *MI, *from, from->getFirstTerminator(), TII, TRI));
            }
          // The phi's own value may still cross a statepoint.
          if (currentError && currentError->empty())
            *currentError = "a frame address flows through a phi in " + MF.getName().str();
        } else {
          Register copy = clone(MF, *MI, *MBB, at, TII, TRI);
          for (auto &Op : U->uses())
            if (Op.isReg() && Op.getReg() == reg)
              Op.setReg(copy);
        }
        changed = true;
      }
      if (MRI.use_nodbg_empty(reg)) {
        MRI.markUsesInDebugValueAsUndef(reg);
        MI->eraseFromParent();
      }
    }
    return changed;
  }

  static bool hasStatepoint(MachineFunction &MF) {
    for (auto &MBB : MF)
      for (auto &MI : MBB)
        if (MI.getOpcode() == TargetOpcode::STATEPOINT)
          return true;
    return false;
  }

  // Whether no statepoint lies between an address and its user in one block.
  static bool sameRegion(MachineInstr &MI, MachineInstr &U) {
    if (U.isPHI() || U.getParent() != MI.getParent())
      return false;
    for (MachineBasicBlock::iterator It = std::next(MI.getIterator()), E = MI.getParent()->end(); It != E; ++It) {
      if (&*It == &U)
        return true;
      if (It->getOpcode() == TargetOpcode::STATEPOINT)
        return false;
    }
    return false;
  }

  static Register clone(MachineFunction &MF, MachineInstr &MI, MachineBasicBlock &MBB, MachineBasicBlock::iterator at,
                        const TargetInstrInfo *TII, const TargetRegisterInfo *TRI) {
    auto &MRI = MF.getRegInfo();
    Register reg = MRI.cloneVirtualRegister(MI.getOperand(0).getReg());
    auto *copy = MF.CloneMachineInstr(&MI);
    copy->getOperand(0).setReg(reg);
    MBB.insert(at, copy);
    return reg;
  }
};
char FrameAddresses::ID = 0;
RegisterPass<FrameAddresses> registerFrameAddresses("ingot-frame-addresses", "Recompute frame addresses at their uses");
} // namespace

static void install() {
  static std::once_flag once;
  std::call_once(once, [] {
    // Lives as long as the process.
    new RegisterTargetPassConfigCallback([](TargetMachine &, PassManagerBase &, TargetPassConfig *config) {
      config->disablePass(&LocalStackSlotAllocationID);
      config->insertPass(&PeepholeOptimizerLegacyID, &FrameAddresses::ID);
      config->insertPass(&PrologEpilogCodeInserterID, &FrameRecorder::ID);
    });
  });
}

// Null, or an error message to be freed with LLVMDisposeMessage.
extern "C" char *ingot_codegen(LLVMModuleRef module, LLVMTargetMachineRef target, uint32_t assembly,
                               const IngotHost *host, LLVMMemoryBufferRef *out) {
  install();
  Module &M = *unwrap(module);
  auto &TM = *reinterpret_cast<TargetMachine *>(target);
  // One section per symbol, so that the linker can drop the dead ones.
  TM.Options.FunctionSections = true;
  TM.Options.DataSections = true;
  TM.Options.UniqueSectionNames = false;
  TM.Options.EnableGlobalISel = false; // it fails on statepoints
  SmallVector<char, 0> bytes;
  raw_svector_ostream stream(bytes);
  legacy::PassManager PM;
  auto kind = assembly ? CodeGenFileType::AssemblyFile : CodeGenFileType::ObjectFile;
  if (TM.addPassesToEmitFile(PM, stream, nullptr, kind))
    return LLVMCreateMessage("the target cannot emit this kind of file");
  std::string error;
  currentHost = host;
  currentError = &error;
  PM.run(M);
  currentHost = nullptr;
  currentError = nullptr;
  if (!error.empty())
    return LLVMCreateMessage(("code generation: " + error).c_str());
  *out = wrap(MemoryBuffer::getMemBufferCopy(StringRef(bytes.data(), bytes.size())).release());
  return nullptr;
}
