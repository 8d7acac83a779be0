//go:build profile

package size

import (
	"os"
	"runtime/pprof"
)

var out *os.File

// begin starts the profile that $BENCH_PROFILE names.
func begin() {
	file, err := os.Create(os.Getenv("BENCH_PROFILE"))
	if err != nil {
		panic(err)
	}
	if err := pprof.StartCPUProfile(file); err != nil {
		panic(err)
	}
	out = file
}

func end() {
	pprof.StopCPUProfile()
	if err := out.Close(); err != nil {
		panic(err)
	}
}
