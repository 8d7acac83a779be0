// Work on strings: splitting, trimming, mapping, joining, runes, and words counted.
package main

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"bench/size"
)

const text = `Call me Ishmael. Some years ago, never mind how long precisely, having little or no money in my
purse, and nothing particular to interest me on shore, I thought I would sail about a little and see the watery part
of the world. Ça va? Größe, naïveté, Ελλάδα, 世界: all of it is text.`

func slug(s string) string {
	var b strings.Builder
	dash := false
	for _, r := range s {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			if dash && b.Len() > 0 {
				b.WriteByte('-')
			}
			b.WriteRune(unicode.ToLower(r))
			dash = false
		} else {
			dash = true
		}
	}
	return b.String()
}

func reverse(s string) string {
	r := []rune(s)
	for i, j := 0, len(r)-1; i < j; i, j = i+1, j-1 {
		r[i], r[j] = r[j], r[i]
	}
	return string(r)
}

func rot13(r rune) rune {
	switch {
	case 'a' <= r && r <= 'z':
		return 'a' + (r-'a'+13)%26
	case 'A' <= r && r <= 'Z':
		return 'A' + (r-'A'+13)%26
	}
	return r
}

func main() {
	rounds := size.Pick(80_000, 100)
	counts := map[string]int{}
	var sum int
	for i := range rounds {
		s := text + strconv.Itoa(i)
		for _, line := range strings.Split(s, "\n") {
			line = strings.TrimSpace(line)
			for _, word := range strings.Fields(line) {
				counts[strings.Trim(word, ".,:?")]++
			}
			if name, value, ok := strings.Cut(line, ","); ok {
				sum += len(name) - len(value)
			}
		}
		sum += len(slug(s))
		sum += strings.Count(strings.Map(rot13, s), "gur")
		if strings.HasPrefix(reverse(s), "0") {
			sum++
		}
		parts := strings.SplitN(strings.ReplaceAll(s, "little", "small"), " ", 12)
		sum += strings.Index(strings.Join(parts, "_"), "precisely")
		if strings.EqualFold(parts[0], "CALL") && strings.ContainsRune(s, '世') {
			sum++
		}
	}
	fmt.Println(len(counts), counts["little"], counts["world"], sum)
	size.Done()
}
