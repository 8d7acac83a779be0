// Coverage counters, which only -cover makes.

package runtime

import (
	"internal/coverage/rtcov"
	_ "unsafe" // for linkname
)

//go:linkname coverage_counters internal/coverage/cfile.getCovCounterList
func coverage_counters() []rtcov.CovCounterBlob { return nil }
