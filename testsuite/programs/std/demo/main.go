// spec: Packages, Program initialization and execution, Instantiations, Go statements
// Reads weather reports in JSON, most of them good, on several goroutines and prints a summary.
package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"demo/jsontext"
	"demo/pipeline"
	"demo/report"
)

// generator makes pseudo-random numbers that are the same on every run.
type generator uint64

func (g *generator) next(n int) int {
	*g = *g*6364136223846793005 + 1442695040888963407
	return int(uint64(*g)>>33) % n
}

var stations = []string{"Åbo", "Bergen", "Córdoba", "Dakar", "Essen", "Fukuoka", "Gdańsk", "Ḩalab"}

func document(g *generator, i int) string {
	var b strings.Builder
	fmt.Fprintf(&b, `{"id": %d, "readings": [`, i)
	for k := range 20 + g.next(30) {
		if k > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, `{"station": %q, "value": %.2f, "flags": [true, null, "%d\u00b0"]}`,
			stations[g.next(len(stations))], float64(g.next(6000))/100-20, g.next(360))
	}
	b.WriteString(`], "note": "line one\nline \"two\""}`)
	text := b.String()
	switch i {
	case 17:
		return text[:len(text)/2]
	case 42:
		return strings.Repeat("[", 300)
	case 77:
		return strings.Replace(text, "readings", "reading", 1)
	}
	return text
}

type failure struct {
	id  int
	err error
}

func (f failure) Error() string { return fmt.Sprintf("document %d: %v", f.id, f.err) }
func (f failure) Unwrap() error { return f.err }

func main() {
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()

	g := generator(1)
	type input struct {
		id   int
		text string
	}
	var documents []input
	for i := range 400 {
		documents = append(documents, input{i, document(&g, i)})
	}
	table := report.New()
	sizes, err := pipeline.Map(4, time.Minute, documents, func(in input) (int, error) {
		v, err := jsontext.Parse(in.text)
		if err != nil {
			return 0, failure{in.id, err}
		}
		for _, r := range v.(map[string]jsontext.Value)["readings"].([]jsontext.Value) {
			reading := r.(map[string]jsontext.Value)
			table.Add(reading["station"].(string), reading["value"].(float64))
		}
		return len(jsontext.Append(nil, v, 0)), nil
	})

	var total report.Summary[int]
	for _, n := range sizes {
		if n > 0 {
			total.Add(n)
		}
	}
	fmt.Fprintf(out, "%d documents, %d to %d bytes, %d in all\n\n", total.Count, total.Min, total.Max, total.Sum)
	if err := table.Write(out, 10); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}

	fmt.Fprintln(out)
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, err := range joined.Unwrap() {
			var syntax *jsontext.SyntaxError
			var panicked pipeline.PanicError
			switch {
			case errors.As(err, &syntax):
				fmt.Fprintf(out, "syntax: %v\n", err)
			case errors.Is(err, jsontext.ErrDepth):
				fmt.Fprintf(out, "depth: %v\n", err)
			case errors.As(err, &panicked):
				fmt.Fprintf(out, "panic: %v\n", err)
			default:
				fmt.Fprintf(out, "other: %v\n", err)
			}
		}
	}
	v, _ := jsontext.Parse(`{"b": [1, 2.5, {"x": null}], "a": "é\t\"q\""}`)
	fmt.Fprintf(out, "\n%s\n", jsontext.Append(nil, v, 0))
}
