// Parses and checks packages with the distribution's own go/parser and go/types, on one core, and prints the medians of
// the processor time.
//
// Standard input has a line per package, dependencies first: import path, folder, files, import map (written=path), tabs
// between them and spaces within.
package main

import (
	"bufio"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"
)

const rounds = 5

type listed struct {
	path      string
	names     []string
	texts     [][]byte
	importMap map[string]string
}

type importer struct {
	known map[string]*types.Package
	names map[string]string
}

func (i importer) Import(path string) (*types.Package, error) {
	if path == "unsafe" {
		return types.Unsafe, nil
	}
	if real, ok := i.names[path]; ok {
		path = real
	}
	return i.known[path], nil
}

func read() (packages []listed, bytes int) {
	scanner := bufio.NewScanner(os.Stdin)
	scanner.Buffer(nil, 1<<20)
	for scanner.Scan() {
		parts := strings.Split(scanner.Text(), "\t")
		p := listed{path: parts[0], importMap: map[string]string{}}
		for _, name := range strings.Fields(parts[2]) {
			text, err := os.ReadFile(filepath.Join(parts[1], name))
			if err != nil {
				panic(err)
			}
			bytes += len(text)
			p.names = append(p.names, name)
			p.texts = append(p.texts, text)
		}
		for _, pair := range strings.Fields(parts[3]) {
			written, path, _ := strings.Cut(pair, "=")
			p.importMap[written] = path
		}
		packages = append(packages, p)
	}
	return packages, bytes
}

func parse(fset *token.FileSet, p listed) (files []*ast.File) {
	for i, name := range p.names {
		file, err := parser.ParseFile(fset, name, p.texts[i], parser.SkipObjectResolution)
		if err != nil {
			panic(err)
		}
		files = append(files, file)
	}
	return files
}

// What the process has taken, its collector included.
func processorTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func median(run func()) time.Duration {
	var times []time.Duration
	for range rounds {
		runtime.GC()
		start := processorTime()
		run()
		times = append(times, processorTime()-start)
	}
	slices.Sort(times)
	return times[rounds/2]
}

func main() {
	runtime.GOMAXPROCS(1)
	packages, bytes := read()
	parsing := median(func() {
		fset := token.NewFileSet()
		for _, p := range packages {
			parse(fset, p)
		}
	})
	checking := median(func() {
		fset := token.NewFileSet()
		known := map[string]*types.Package{}
		for _, p := range packages {
			files := parse(fset, p)
			info := &types.Info{
				Types:      map[ast.Expr]types.TypeAndValue{},
				Defs:       map[*ast.Ident]types.Object{},
				Uses:       map[*ast.Ident]types.Object{},
				Selections: map[*ast.SelectorExpr]*types.Selection{},
				Instances:  map[*ast.Ident]types.Instance{},
			}
			config := types.Config{
				Importer: importer{known, p.importMap},
				Sizes:    types.SizesFor("gc", "amd64"),
				Error:    func(error) {},
			}
			known[p.path], _ = config.Check(p.path, fset, files, info)
		}
	})
	fmt.Println(bytes, parsing.Nanoseconds(), checking.Nanoseconds())
}
