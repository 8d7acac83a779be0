// spec: String types, String literals, Index expressions, Simple slice expressions, String concatenation, Comparison operators, Length and capacity, For statements with range clause
// needs: println

package main

func try(name string, f func()) {
	defer func() {
		if e := recover(); e != nil {
			println(name, "->", e.(error).Error())
		}
	}()
	f()
	println(name, "fine")
}

func runes(s string) {
	print("[")
	for i, r := range s {
		print(" ", i, ":", r)
	}
	println(" ]", len(s))
}

func bytes(s string) {
	for i := 0; i < len(s); i++ {
		print(s[i], " ")
	}
	println()
}

func reverse(s string) string {
	out := ""
	for _, r := range s {
		out = string(r) + out
	}
	return out
}

func index(s, sub string) int {
	for i := 0; i+len(sub) <= len(s); i++ {
		if s[i:i+len(sub)] == sub {
			return i
		}
	}
	return -1
}

func itoa(n int) string {
	if n == 0 {
		return "0"
	}
	neg := n < 0
	s := ""
	for n != 0 {
		d := n % 10
		if d < 0 {
			d = -d
		}
		s = string(rune('0'+d)) + s
		n /= 10
	}
	if neg {
		s = "-" + s
	}
	return s
}

func main() {
	s := "hello, 世界"
	println(s, len(s))
	println(s[0], s[7], s[len(s)-1])
	println(s[:5], s[7:], s[3:4], s[:], s[len(s):] == "")
	runes(s)
	bytes("aé€😀")
	runes("aé€😀")

	// malformed UTF-8
	runes("a\xffb")
	runes("\xc3")
	runes("\xc3\x28")
	runes("\xe2\x82")
	runes("\xe2\x28\xa1")
	runes("\xf0\x9f\x98")
	runes("\xed\xa0\x80")
	runes("\xc0\x80")
	runes("\xf4\x90\x80\x80")
	runes("\xf8\x88\x80\x80\x80")
	runes("ok\x80\x80ok")
	runes("")

	// literals
	println("tab\there", "quote\"", "bell", len("\a\b\f\v\r"), "\u65e5\U00008a9e\x41\101")
	raw := `raw \n "string"
second line	tab`
	println(raw, len(raw))
	println(len(`a\`), "\xe6\x97\xa5" == "日")

	// concatenation
	t := ""
	for i := 0; i < 5; i++ {
		t += itoa(i*i*1000-3000) + ";"
	}
	println(t)
	println("a"+"b"+t[:2]+"c"+"d"+s[:1]+"e", ""+""+t[:0] == "")
	println(reverse(s), reverse("été"))
	println(index(s, "世"), index(s, "xyz"), index(s, ""))

	// comparison
	words := []string{"", "a", "ab", "abc", "b", "B", "é", "a\x00", "a\x00b"}
	for _, a := range words {
		for _, b := range words {
			n := 0
			if a < b {
				n += 1
			}
			if a <= b {
				n += 2
			}
			if a == b {
				n += 4
			}
			if a >= b {
				n += 8
			}
			if a > b {
				n += 16
			}
			if a != b {
				n += 32
			}
			print(n, " ")
		}
		println()
	}

	// bounds
	i, j := 20, 3
	try("index", func() { _ = s[i] })
	try("index -1", func() { _ = s[j-4] })
	try("slice hi", func() { _ = s[:i] })
	try("slice lo", func() { _ = s[i:] })
	try("slice lo>hi", func() { _ = s[j+2 : j] })
	try("slice neg", func() { _ = s[j-4:] })
	try("ok", func() { _ = s[j:len(s)] })
	println(len(s[13:]), s[i-20:j])
}
