// Formatting and scanning: fmt's verbs, strconv, tables, and numbers read back.
package main

import (
	"bufio"
	"fmt"
	"hash/crc32"
	"os"
	"strconv"
	"strings"
	"text/tabwriter"

	"bench/size"
)

type point struct{ X, Y int }

type shape struct {
	Name   string
	Points []point
	Weight float64
	Meta   map[string]int
}

func (p point) String() string { return fmt.Sprintf("<%d,%d>", p.X, p.Y) }

func main() {
	rounds := size.Pick(290_000, 300)
	hash := crc32.NewIEEE()
	out := bufio.NewWriter(hash)
	var sum float64
	for i := range rounds {
		f := float64(i) / 7
		fmt.Fprintf(out, "%d %5d %-8d|%08x %o %b\n", i, i%1000, i, i*i, i, i%64)
		fmt.Fprintf(out, "%v %.3f %e %g %8.2f\n", f, f, f, f*1e20, -f)
		fmt.Fprintf(out, "%s %q %10s %-10s| %x %t %c %U\n", "text", "quo\"te", "right", "left", "hex", i%2 == 0, 'a'+i%26, 0x4e16)
		if i%8 == 0 {
			s := shape{"tri", []point{{i, 1}, {2, 3}}, f, map[string]int{"b": 2, "a": i}}
			fmt.Fprintf(out, "%v %+v %#v %T\n", s, s.Points, s.Meta, s)
		}
		fmt.Fprintln(out, i, "and", f, point{i, -i}, nil, []string{"x", "y"})
		text := strconv.FormatFloat(f, 'g', -1, 64) + " " + strconv.Quote(strconv.Itoa(i))
		if v, err := strconv.ParseFloat(text[:strings.IndexByte(text, ' ')], 64); err == nil {
			sum += v
		}
		if i%16 == 0 {
			var a, b int
			var word string
			if _, err := fmt.Sscanf(fmt.Sprintf("%d-%d name%d", i, i+1, i), "%d-%d %s", &a, &b, &word); err != nil {
				panic(err)
			}
			sum += float64(a + b + len(word))
		}
	}
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', tabwriter.AlignRight)
	for i := range rounds / 20 {
		fmt.Fprintf(w, "%d\t%s\t%.2f\t\n", i, strings.Repeat("x", i%17), float64(i)/3)
	}
	w.Flush()
	out.Flush()
	fmt.Fprintf(os.Stdout, "%08x %.3f\n", hash.Sum32(), sum)
	size.Done()
}
