// spec: Run-time panics, Integer operators, Handling panics, Integer overflow
// needs: println

package main

func try(name string, f func() int) {
	defer func() {
		if e := recover(); e != nil {
			println(name, "panics:", e.(error).Error())
		}
	}()
	println(name, f())
}

//go:noinline
func zero() int { return 0 }

func div8(a, b int8) int8        { return a / b }
func mod16(a, b int16) int16     { return a % b }
func div32(a, b int32) int32     { return a / b }
func mod32(a, b int32) int32     { return a % b }
func div64(a, b int64) int64     { return a / b }
func mod64(a, b int64) int64     { return a % b }
func divu(a, b uint64) uint64    { return a / b }
func modu8(a, b uint8) uint8     { return a % b }
func divc7(a int) (int, int)     { return a / 7, a % 7 }
func divc8(a int) (int, int)     { return a / 8, a % 8 }
func divcm3(a int) (int, int)    { return a / -3, a % -3 }
func divu10(a uint) (uint, uint) { return a / 10, a % 10 }

func main() {
	try("int/0", func() int { return 5 / zero() })
	try("int%0", func() int { return 5 % zero() })
	try("int8/0", func() int { return int(div8(5, int8(zero()))) })
	try("int16%0", func() int { return int(mod16(5, int16(zero()))) })
	try("uint64/0", func() int { return int(divu(5, uint64(zero()))) })
	try("uint8%0", func() int { return int(modu8(5, uint8(zero()))) })
	try("ok", func() int { return 10 / (zero() + 3) })

	println(div8(-128, -1), mod16(-32768, -1), div32(-1<<31, -1), mod32(-1<<31, -1))
	println(div64(-1<<63, -1), mod64(-1<<63, -1))
	for _, a := range [...]int{0, 1, 6, 7, 8, 9, -1, -6, -7, -8, -9, 1<<63 - 1, -1 << 63} {
		q, r := divc7(a)
		q8, r8 := divc8(a)
		q3, r3 := divcm3(a)
		println(a, q, r, q8, r8, q3, r3)
	}
	for _, a := range [...]uint{0, 9, 10, 11, 1<<64 - 1, 1 << 63} {
		q, r := divu10(a)
		println(a, q, r)
	}
	n := 0
	for i := -3; i <= 3; i++ {
		func() {
			defer func() {
				if recover() != nil {
					n += 100
				}
			}()
			n += 12 / i
		}()
	}
	println("total", n)
}
