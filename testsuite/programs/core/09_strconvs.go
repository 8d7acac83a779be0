// spec: Conversions to and from a string type, Conversions, Rune literals
// needs: println

package main

type MyBytes []byte
type MyRunes []rune
type MyString string
type MyByte byte
type MyRune rune

func dump(b []byte) {
	print(len(b), ":")
	for _, c := range b {
		print(" ", c)
	}
	println()
}

func dumpr(b []rune) {
	print(len(b), ":")
	for _, c := range b {
		print(" ", c)
	}
	println()
}

func main() {
	// integers
	println(string(rune(65)), string(rune(0x65e5)), string(rune(0x1F600)))
	dump([]byte(string(rune(-1))))
	dump([]byte(string(rune(0xd800))))
	dump([]byte(string(rune(0x110000))))
	dump([]byte(string(rune(0))))
	for _, r := range []rune{0x7f, 0x80, 0x7ff, 0x800, 0xffff, 0x10000, 0x10ffff} {
		dump([]byte(string(r)))
	}
	println(MyString(rune('ø')), string(MyRune('x')), string(byte(233)))

	// bytes
	s := "héllo"
	b := []byte(s)
	dump(b)
	b[0] = 'J'
	println(s, string(b))
	println(string([]byte{}) == "", string([]byte(nil)) == "")
	println(string([]byte{'h', 'e', 'l', 'l', '\xc3', '\xb8'}))
	println(string(MyBytes{'a', 'b'}), string([]MyByte{'m', 'b'}))
	mb := MyBytes("xyz")
	println(len(mb), mb[2], MyString(mb))

	// runes
	r := []rune(s)
	dumpr(r)
	r[1] = 'É'
	println(string(r))
	dumpr([]rune("a\xffb\xc3"))
	dump([]byte(string([]rune{0x65, -1, 0xdfff, 0x20ac})))
	println(string(MyRunes{0x767d, 0x9d6c}), string([]MyRune{'α', 'β'}))
	mr := MyRunes(MyString("白鵬翔"))
	dumpr(mr)
	println(string([]rune{}) == "")

	// a string converted from bytes is a copy
	buf := []byte("mutable")
	str := string(buf)
	buf[0] = 'M'
	println(str, string(buf))

	// comparisons and map lookups through temporary conversions
	if string(buf) == "Mutable" {
		println("equal")
	}
	m := map[string]int{"Mutable": 3}
	println(m[string(buf)])
	total := 0
	for _, c := range []byte("abc") {
		total += int(c)
	}
	println(total)

	// append a string to bytes
	buf = append(buf[:3], "abc"...)
	println(string(buf))
	n := copy(buf[1:], "ZZZZZZZZZZZZ")
	println(n, string(buf))

	// round trips
	all := ""
	for r := rune(0); r < 0x110000; r += 0x3fd {
		all += string(r)
	}
	println(len(all), len([]rune(all)), string([]rune(all)) == all)
	h := uint32(0)
	for i, r := range all {
		h = h*31 + uint32(i) + uint32(r)
	}
	println(h)
}
