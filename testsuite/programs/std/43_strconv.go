// spec: Numeric types, Integer literals, Floating-point literals, Conversions between numeric types, Constant expressions

package main

import (
	"fmt"
	"math"
	"strconv"
)

func main() {
	for _, s := range []string{"0", "-0", "42", "+7", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "0x1f", "0b101", "0o17", "1_000", "", "x", "1x"} {
		a, err := strconv.Atoi(s)
		b, err2 := strconv.ParseInt(s, 0, 64)
		fmt.Println(a, err, b, err2)
	}
	for _, base := range []int{2, 8, 10, 16, 36} {
		fmt.Println(strconv.FormatInt(-1234567890123, base), strconv.FormatUint(math.MaxUint64, base))
	}
	for _, bits := range []int{8, 16, 32} {
		fmt.Println(strconv.ParseInt("40000", 10, bits))
		fmt.Println(strconv.ParseUint("300", 10, bits))
	}
	floats := []float64{0, 1, -1, 0.1, 1.0 / 3, 1e21, 1e20, 123456789, 5e-324, 2.2250738585072014e-308, math.MaxFloat64, 100, 1e-5, 0.000123, math.Pi, 4.35, 2.675, 1e23, 9007199254740993}
	for _, f := range floats {
		fmt.Println(strconv.FormatFloat(f, 'g', -1, 64), strconv.FormatFloat(f, 'e', -1, 64), strconv.FormatFloat(f, 'e', 5, 64), strconv.FormatFloat(f, 'g', 3, 32), strconv.FormatFloat(f, 'x', -1, 64))
		if f < 1e15 {
			fmt.Println(strconv.FormatFloat(f, 'f', -1, 64), strconv.FormatFloat(f, 'f', 2, 64), strconv.FormatFloat(f, 'f', 0, 64))
		}
		s := strconv.FormatFloat(f, 'g', -1, 64)
		if back, err := strconv.ParseFloat(s, 64); back != f || err != nil {
			fmt.Println("round trip failed:", s, back, err)
		}
	}
	for _, s := range []string{"inf", "-Infinity", "nan", "1e400", "-1e-400", "0x1p-2", "1.5e", ".5", "5.", "1e5", "0.3000000000000000444", "179769313486231580793728971405303415079934132710037826936173778980444968292764750946649017977587207096330286416692887910946555547851940402630657488671505820681908902000708383676273854845817711531764475730270069855571366959622842914819860834936475292719074168444365510704342711559699508093042880"} {
		f, err := strconv.ParseFloat(s, 64)
		g, err2 := strconv.ParseFloat(s, 32)
		fmt.Println(f, err, g, err2)
	}
	fmt.Println(strconv.Quote("héllo\t\x00\u2028\U0001f600"), strconv.QuoteToASCII("héllo"), strconv.QuoteRune('☺'), strconv.AppendQuote(nil, "x"))
	for _, s := range []string{`"a\tb"`, "`raw`", `'x'`, `"bad`, `"\u00e9"`, `"\xff"`} {
		fmt.Println(strconv.Unquote(s))
	}
	fmt.Println(strconv.ParseBool("true"))
	fmt.Println(strconv.ParseBool("maybe"))
	fmt.Println(strconv.ParseComplex("1+2i", 128))
	var i8 int8 = -128
	var u16 uint16 = 65535
	f := 3.99
	fmt.Println(-i8, i8-1, u16+1, int(f), int(-f), uint8(int(300)&0xff), float32(0.1), int64(float32(16777217)), uint32(1<<31))
	fmt.Println(math.MaxUint64>>1 == math.MaxInt64, 1<<100>>98, 07_7, 0x_ff, 1e3, 0x1p4, 'a'+1, 1i*1i)
}
