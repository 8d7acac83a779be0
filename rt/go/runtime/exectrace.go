// Execution traces, which are not recorded: package runtime/trace is told so when a program starts one, and what it
// reports otherwise goes nowhere.

package runtime

import _ "unsafe" // for linkname

// StartTrace would start an execution trace.
func StartTrace() error {
	return errorString("execution traces are not recorded by programs built by ingot yet")
}

// StopTrace ends a trace; there is none.
func StopTrace() {}

// ReadTrace waits for trace data, nil at the end.
func ReadTrace() []byte { return nil }

//go:linkname trace_readTrace runtime/trace.runtime_readTrace
func trace_readTrace() []byte { return nil }

//go:linkname traceAdvance
func traceAdvance(stop bool) {}

//go:linkname traceClockNow
func traceClockNow() uint64 { return uint64(rt_nanotime()) }

//go:linkname trace_clockUnitsPerSecond runtime/trace.runtime_traceClockUnitsPerSecond
func trace_clockUnitsPerSecond() uint64 { return 1e9 }

//go:linkname trace_userTaskCreate runtime/trace.userTaskCreate
func trace_userTaskCreate(id, parent uint64, name string) {}

//go:linkname trace_userTaskEnd runtime/trace.userTaskEnd
func trace_userTaskEnd(id uint64) {}

//go:linkname trace_userRegion runtime/trace.userRegion
func trace_userRegion(id, mode uint64, name string) {}

//go:linkname trace_userLog runtime/trace.userLog
func trace_userLog(id uint64, category, message string) {}
