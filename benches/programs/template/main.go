// text/template: a report of nested lists, with functions, conditions and variables.
package main

import (
	"fmt"
	"hash/crc32"
	"strings"
	"text/template"

	"bench/size"
)

const source = `{{define "item"}}{{printf "%-12s" .Name}} {{.Quantity}} x {{money .Price}}{{if .Note}} ({{.Note | upper}}){{end}}
{{end}}Report for {{.Title}}
{{range $i, $s := .Sections}}
{{add $i 1}}. {{$s.Heading}}{{with $s.Owner}} by {{.}}{{else}} unowned{{end}}
{{range $s.Items}}{{template "item" .}}{{end}}total {{money $s.Total}}{{if gt $s.Total 500.0}} large{{else if eq (len $s.Items) 0}} empty{{end}}
{{end}}`

type item struct {
	Name     string
	Quantity int
	Price    float64
	Note     string
}

type section struct {
	Heading, Owner string
	Items          []item
}

// Total is called by the template.
func (s *section) Total() float64 {
	var sum float64
	for _, it := range s.Items {
		sum += float64(it.Quantity) * it.Price
	}
	return sum
}

type report struct {
	Title    string
	Sections []*section
}

func main() {
	rounds := size.Pick(1000, 3)
	t := template.Must(template.New("report").Funcs(template.FuncMap{
		"money": func(v float64) string { return fmt.Sprintf("%.2f EUR", v) },
		"upper": strings.ToUpper,
		"add":   func(a, b int) int { return a + b },
	}).Parse(source))

	r := &report{Title: "the year"}
	for i := range 40 {
		s := &section{Heading: fmt.Sprint("Section ", i)}
		if i%3 == 0 {
			s.Owner = "someone"
		}
		for k := range i % 12 {
			it := item{fmt.Sprint("item", k), k + 1, float64(i*k) + 0.25, ""}
			if k%4 == 1 {
				it.Note = "on sale"
			}
			s.Items = append(s.Items, it)
		}
		r.Sections = append(r.Sections, s)
	}

	var crc uint32
	var b strings.Builder
	for range rounds {
		b.Reset()
		if err := t.Execute(&b, r); err != nil {
			panic(err)
		}
		crc = crc32.Update(crc, crc32.IEEETable, []byte(b.String()))
	}
	fmt.Printf("%d %08x\n", b.Len(), crc)
	size.Done()
}
