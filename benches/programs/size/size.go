// Package size says how much a benchmark is to do.
package size

import "os"

// Pick returns small if the program's argument is "small", and full otherwise. The full size is what is measured, the
// small one is for checks that programs work.
func Pick(full, small int) int {
	if len(os.Args) > 1 && os.Args[1] == "small" {
		return small
	}
	return full
}
