// The IR pipeline: optimisation, late pass, statepoint rewriting, wrapping of large frames.

#include "shim.h"
#include "llvm-c/Core.h"
#include "llvm/Analysis/AliasAnalysis.h"
#include "llvm/Analysis/CGSCCPassManager.h"
#include "llvm/Analysis/LoopAnalysisManager.h"
#include "llvm/IR/Verifier.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/Transforms/Scalar/RewriteStatepointsForGC.h"

using namespace llvm;

static char *message(const std::string &s) { return LLVMCreateMessage(s.c_str()); }

static bool broken(Module &M, const char *after, std::string &out) {
  std::string why;
  raw_string_ostream os(why);
  if (!verifyModule(M, &os))
    return false;
  out = std::string("invalid IR after ") + after + ": " + why;
  return true;
}

// Everything ends in one static executable: no symbol needs the GOT or PLT.
static void makeLocal(Module &M) {
  for (auto &G : M.global_values())
    if (!G.getName().starts_with("llvm."))
      G.setDSOLocal(true);
}

extern "C" void ingot_abi(uint64_t guard_offset, uint64_t frame_max) {
  ingot::abi.guard_offset = guard_offset;
  ingot::abi.frame_max = frame_max;
}

// Null, or an error message to be freed with LLVMDisposeMessage.
extern "C" char *ingot_optimize(LLVMModuleRef module, LLVMTargetMachineRef target, const IngotPipeline *options,
                                const IngotHost *host) {
  Module &M = *unwrap(module);
  auto *TM = reinterpret_cast<TargetMachine *>(target);
  std::string why;
  makeLocal(M);
  if (options->verify && broken(M, "emission", why))
    return message(why);

  PipelineTuningOptions tuning;
  tuning.MergeFunctions = false; // stack maps are keyed by address: one function, one address
  PassBuilder PB(TM, tuning);
  LoopAnalysisManager LAM;
  FunctionAnalysisManager FAM;
  CGSCCAnalysisManager CGAM;
  ModuleAnalysisManager MAM;
  PB.registerModuleAnalyses(MAM);
  PB.registerCGSCCAnalyses(CGAM);
  PB.registerFunctionAnalyses(FAM);
  PB.registerLoopAnalyses(LAM);
  PB.crossRegisterProxies(LAM, FAM, CGAM, MAM);

  ModulePassManager optimize;
  if (options->optimize == 2) {
    optimize = PB.buildPerModuleDefaultPipeline(OptimizationLevel::O2);
  } else if (!options->optimize) {
    // As it was emitted.
  } else if (auto E = PB.parsePassPipeline(optimize, "function(sroa,simplifycfg)")) {
    return message(toString(std::move(E)));
  }
  optimize.run(M, MAM);
  if (options->verify && broken(M, "optimisation", why))
    return message(why);
  if (!options->late)
    return nullptr;

  ingot::Errors errors;
  ingot::LatePass late{*host, errors, FAM, options->optimize == 2};
  for (auto &F : M) {
    if (F.isDeclaration() || !F.hasGC())
      continue;
    late.run(F);
    if (errors.any())
      return message(errors.text);
  }
  MAM.clear();
  FAM.clear();
  if (options->verify && broken(M, "the late pass", why))
    return message(why);

  {
    ModulePassManager rewrite;
    rewrite.addPass(RewriteStatepointsForGC());
    rewrite.run(M, MAM);
  }
  ingot::dropDeadRelocates(M);
  if (ingot::wrapLargeFrames(M, *host)) {
    MAM.clear();
    FAM.clear();
    ModulePassManager rewrite;
    rewrite.addPass(RewriteStatepointsForGC());
    rewrite.run(M, MAM);
  }
  if (options->verify && broken(M, "statepoint rewriting", why))
    return message(why);
  if (options->maps)
    ingot::reportRelocates(M, *host);
  makeLocal(M); // the passes have declared more
  ingot::reportLimits(M, *host);
  return nullptr;
}
