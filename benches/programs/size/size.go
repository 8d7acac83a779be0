// Package size says how much a benchmark is to do, and records its profile in builds that are made for that.
package size

import "os"

// Pick returns small if the program's argument is "small", and full otherwise. The full size is what is measured, the
// small one is for checks that programs work. Every program calls it first.
func Pick(full, small int) int {
	begin()
	if len(os.Args) > 1 && os.Args[1] == "small" {
		return small
	}
	return full
}

// Done is what every program calls last.
func Done() { end() }
