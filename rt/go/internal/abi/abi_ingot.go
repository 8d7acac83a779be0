package abi

// Reflection sees calls as frames in memory: arguments and results one after the other. What calls through reflection
// is translated to and from the compiler's own convention where it happens.
const (
	IntArgRegs            = 0
	FloatArgRegs          = 0
	EffectiveFloatRegSize = 0
)
