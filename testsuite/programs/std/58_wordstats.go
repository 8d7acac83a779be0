// spec: Map types, String types, For statements, Function literals

package main

import (
	"bufio"
	"cmp"
	"fmt"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"unicode"
)

const text = `It was the best of times, it was the worst of times, it was the age
of wisdom, it was the age of foolishness, it was the epoch of belief, it was
the epoch of incredulity, it was the season of Light, it was the season of
Darkness, it was the spring of hope, it was the winter of despair.`

type stat struct {
	word  string
	count int
	first int
	lines []int
}

func wrap(words []string, width int) (lines []string) {
	var line strings.Builder
	for _, w := range words {
		if line.Len() > 0 && line.Len()+1+len(w) > width {
			lines = append(lines, line.String())
			line.Reset()
		}
		if line.Len() > 0 {
			line.WriteByte(' ')
		}
		line.WriteString(w)
	}
	return append(lines, line.String())
}

func justify(line string, width int) string {
	words := strings.Fields(line)
	if len(words) < 2 {
		return line
	}
	gaps := len(words) - 1
	spare := width - len(strings.Join(words, ""))
	var b strings.Builder
	for i, w := range words {
		b.WriteString(w)
		if i < gaps {
			n := spare / gaps
			if i < spare%gaps {
				n++
			}
			b.WriteString(strings.Repeat(" ", n))
		}
	}
	return b.String()
}

func counters() (inc func() int, get func() int) {
	n := 0
	inc = func() int { n++; return n }
	get = func() int { return n }
	return
}

func main() {
	stats := map[string]*stat{}
	sc := bufio.NewScanner(strings.NewReader(text))
	inc, get := counters()
	for line := 1; sc.Scan(); line++ {
		for _, w := range strings.FieldsFunc(strings.ToLower(sc.Text()), func(r rune) bool { return !unicode.IsLetter(r) }) {
			at := inc()
			s := stats[w]
			if s == nil {
				s = &stat{word: w, first: at}
				stats[w] = s
			}
			s.count++
			if len(s.lines) == 0 || s.lines[len(s.lines)-1] != line {
				s.lines = append(s.lines, line)
			}
		}
	}
	all := make([]*stat, 0, len(stats))
	for _, s := range stats {
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b *stat) int {
		return cmp.Or(-cmp.Compare(a.count, b.count), cmp.Compare(a.word, b.word))
	})
	tw := tabwriter.NewWriter(os.Stdout, 0, 8, 2, ' ', tabwriter.AlignRight|tabwriter.Debug)
	fmt.Fprintln(tw, "word\tcount\tfirst\tlines\t")
	for _, s := range all[:12] {
		fmt.Fprintf(tw, "%s\t%d\t%d\t%v\t\n", s.word, s.count, s.first, s.lines)
	}
	tw.Flush()
	fmt.Println(get(), len(stats))
	for _, l := range wrap(strings.Fields(text), 34) {
		fmt.Printf("|%-34s|\n", justify(l, 34))
	}
	lengths := [16]int{}
	for w, s := range stats {
		lengths[len(w)] += s.count
	}
	for n, c := range lengths {
		if c > 0 {
			fmt.Printf("%2d %s\n", n, strings.Repeat("*", c))
		}
	}
}
