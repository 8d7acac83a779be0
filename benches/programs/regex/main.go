// Regular expressions over a log: matching, capturing, replacing, with the engines regexp chooses among.
package main

import (
	"fmt"
	"regexp"
	"strings"

	"bench/size"
)

func log(lines int) string {
	var b strings.Builder
	methods := []string{"GET", "POST", "PUT", "DELETE"}
	for i := range lines {
		fmt.Fprintf(&b, "10.%d.%d.%d - user%d [2026-%02d-%02dT%02d:%02d:%02d] \"%s /api/v%d/items/%d?q=%x HTTP/1.1\" %d %d\n",
			i%7, i%251, i%13, i%50, i%12+1, i%28+1, i%24, i%60, i%59,
			methods[i%4], i%3, i*31, i*i, 200+100*(i%4)+i%5, i*17%5000)
	}
	return b.String()
}

func main() {
	lines := size.Pick(72_000, 200)
	text := log(lines)
	request := regexp.MustCompile(`^(\d+\.\d+\.\d+\.\d+) - (\w+) \[([^\]]+)\] "([A-Z]+) ([^ ?]+)(\?[^ ]*)? [^"]*" (\d{3}) (\d+)$`)
	failed := regexp.MustCompile(`" 5\d\d \d+$`)
	digits := regexp.MustCompile(`[0-9]+`)
	words := regexp.MustCompile(`(?i)(items|users)/([0-9a-f]+)`)
	stamp := regexp.MustCompile(`(\d{4})-(\d{2})-(\d{2})`)

	paths := map[string]int{}
	var bad, numbers, changed int
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if m := request.FindStringSubmatch(line); m != nil {
			paths[m[4]+" "+m[7]]++
		}
		if failed.MatchString(line) {
			bad++
		}
		numbers += len(digits.FindAllStringIndex(line, -1))
		if m := words.FindStringSubmatchIndex(line); m != nil {
			changed += m[5] - m[4]
		}
		changed += len(stamp.ReplaceAllString(line, "$3.$2.$1"))
	}
	fmt.Println(len(paths), paths["GET 200"], bad, numbers, changed)
	size.Done()
}
