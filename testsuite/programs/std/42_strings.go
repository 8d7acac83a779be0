// spec: String literals, Conversions to and from a string type, Index expressions, Slice expressions, For statements with range clause

package main

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

func rot13(r rune) rune {
	switch {
	case 'a' <= r && r <= 'z':
		return 'a' + (r-'a'+13)%26
	case 'A' <= r && r <= 'Z':
		return 'A' + (r-'A'+13)%26
	case r == '!':
		return -1
	}
	return r
}

func main() {
	s := "the quick brown fox jumps over the lazy dog"
	fmt.Println(strings.Fields(s), strings.Count(s, "o"), strings.Index(s, "fox"), strings.LastIndex(s, "the"))
	fmt.Printf("%q\n", strings.Split("a,b,,c", ","))
	fmt.Printf("%q\n", strings.SplitN("a,b,,c", ",", 2))
	fmt.Printf("%q\n", strings.SplitAfter("a,b,c", ","))
	fmt.Printf("%q\n", strings.FieldsFunc("a1b22c", unicode.IsDigit))
	fmt.Println(strings.Join([]string{"x", "y", "z"}, "--"), strings.Replace(s, "o", "0", 2), strings.ReplaceAll("aaa", "a", "bb"))
	fmt.Println(strings.Title("hello wOrld"), strings.ToTitle("ǆ"), strings.ToLower("ÀÉÎ"), strings.EqualFold("Straße", "STRAßE"))
	fmt.Printf("%q %q %q %q\n", strings.Trim("xxhixx", "x"), strings.TrimLeft("  a ", " "), strings.TrimSpace("\t\n a b \r\n"), strings.TrimFunc("12ab34", unicode.IsDigit))
	fmt.Println(strings.Map(rot13, "Hello, World!"))
	before, after, found := strings.Cut("key=value=x", "=")
	fmt.Println(before, after, found)
	fmt.Println(strings.CutPrefix("prefix-body", "prefix-"))
	fmt.Println(strings.HasPrefix(s, "the"), strings.HasSuffix(s, "cat"), strings.Contains(s, "lazy"), strings.ContainsAny(s, "xyz"), strings.ContainsRune(s, 'q'))
	for i := range 70 {
		hay := strings.Repeat("ab", i) + "needle" + strings.Repeat("ba", i)
		if strings.Index(hay, "needle") != 2*i || strings.LastIndex(hay, "needle") != 2*i || bytes.Index([]byte(hay), []byte("dle")) != 2*i+3 {
			fmt.Println("search failed at", i)
		}
		if strings.IndexByte(hay, 'n') != 2*i || bytes.Count([]byte(hay), []byte("a")) != 2*i || strings.Compare(hay, hay+"x") != -1 {
			fmt.Println("byte search failed at", i)
		}
	}
	var b strings.Builder
	for i := 3; i >= 1; i-- {
		fmt.Fprintf(&b, "%d...", i)
	}
	b.WriteRune('é')
	b.WriteByte('!')
	fmt.Println(b.String(), b.Len())
	r := strings.NewReplacer("<", "&lt;", ">", "&gt;", "&", "&amp;")
	fmt.Println(r.Replace("<a & b>"))
	fmt.Println(strings.NewReplacer("aaa", "3", "aa", "2", "a", "1").Replace("aaaaaa a aa"))
	bad := "a\xffb\xe4\xb8z"
	for i, c := range bad {
		fmt.Print(i, ":", c, " ")
	}
	fmt.Println(utf8.ValidString(bad), utf8.RuneCountInString(bad), []rune(bad), []byte(string([]rune(bad))))
	fmt.Printf("%q %+q\n", strings.ToValidUTF8(bad, "?"), "日本")
	var buf bytes.Buffer
	buf.WriteString("line one\nline two\nrest")
	for {
		line, err := buf.ReadString('\n')
		fmt.Printf("%q %v\n", line, err)
		if err != nil {
			break
		}
	}
	for part := range strings.SplitSeq("x/y/z", "/") {
		fmt.Print(part, " ")
	}
	for line := range strings.Lines("one\ntwo\nthree") {
		fmt.Printf("%q ", line)
	}
	fmt.Println()
	fmt.Println(unicode.IsUpper('Ä'), unicode.IsLetter('中'), unicode.Is(unicode.Cyrillic, 'Ж'), string(unicode.ToLower('Σ')), unicode.IsSpace('\u00a0'))
}
