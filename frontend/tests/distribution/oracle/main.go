// Command oracle prints what go/types finds out about packages, one fact a
// line, for comparison with Ingot's checker (see tests/types_oracle.rs).
//
// It reads lines of tab-separated fields from standard input: import path,
// directory, files (separated by spaces), import map (k=v, separated by
// spaces), "dump" or "load". Packages come after what they import.
package main

import (
	"bufio"
	"fmt"
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"sort"
	"strings"
)

type importer struct {
	known map[string]*types.Package
	names map[string]string
}

func (imp importer) Import(path string) (*types.Package, error) {
	if path == "unsafe" {
		return types.Unsafe, nil
	}
	if mapped, ok := imp.names[path]; ok {
		path = mapped
	}
	if pkg := imp.known[path]; pkg != nil {
		return pkg, nil
	}
	return nil, fmt.Errorf("package %s is not loaded", path)
}

func main() {
	out := bufio.NewWriterSize(os.Stdout, 1<<20)
	defer out.Flush()
	known := map[string]*types.Package{}
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(make([]byte, 1<<20), 1<<24)
	for lines.Scan() {
		fields := strings.Split(lines.Text(), "\t")
		names := map[string]string{}
		for _, pair := range strings.Fields(fields[3]) {
			k, v, _ := strings.Cut(pair, "=")
			names[k] = v
		}
		fset := token.NewFileSet()
		var files []*ast.File
		for _, name := range strings.Fields(fields[2]) {
			file, err := parser.ParseFile(fset, filepath.Join(fields[1], name), nil, parser.SkipObjectResolution)
			if err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
			files = append(files, file)
		}
		dump := fields[4] == "dump"
		info := &types.Info{
			Types:      map[ast.Expr]types.TypeAndValue{},
			Defs:       map[*ast.Ident]types.Object{},
			Uses:       map[*ast.Ident]types.Object{},
			Selections: map[*ast.SelectorExpr]*types.Selection{},
			Instances:  map[*ast.Ident]types.Instance{},
		}
		conf := types.Config{
			Importer:         importer{known, names},
			GoVersion:        "go1.26",
			FakeImportC:      true,
			IgnoreFuncBodies: !dump,
			Sizes:            types.SizesFor("gc", "amd64"),
			Error:            func(err error) { fmt.Fprintln(os.Stderr, err) },
		}
		pkg, _ := conf.Check(fields[0], fset, files, info)
		known[fields[0]] = pkg
		if dump {
			fmt.Fprintf(out, "package\t%s\n", fields[0])
			print(out, fset, files, pkg, info)
		}
	}
}

func print(out *bufio.Writer, fset *token.FileSet, files []*ast.File, pkg *types.Package, info *types.Info) {
	place := func(pos, end token.Pos) string {
		p := fset.PositionFor(pos, false)
		return fmt.Sprintf("%s\t%d-%d", filepath.Base(p.Filename), p.Offset, p.Offset+int(end-pos))
	}
	var facts []string
	add := func(kind string, pos, end token.Pos, format string, args ...any) {
		facts = append(facts, kind+"\t"+place(pos, end)+"\t"+fmt.Sprintf(format, args...))
	}
	object := func(obj types.Object) string {
		if obj.Pkg() == nil {
			return "predeclared " + obj.Name()
		}
		if obj.Pkg() != pkg {
			return obj.Pkg().Path() + "." + obj.Name()
		}
		p := fset.PositionFor(obj.Pos(), false)
		return fmt.Sprintf("%s:%d", filepath.Base(p.Filename), p.Offset)
	}
	// Only what is written: go/types makes up expressions for x++ and for
	// constraints, and Ingot has no entries for the types of function
	// literals and methods, and for receivers.
	written := map[ast.Node]bool{}
	receivers := map[ast.Node]bool{}
	for _, file := range files {
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncLit:
				written[n.Type] = false
			case *ast.InterfaceType:
				for _, m := range n.Methods.List {
					if _, ok := m.Type.(*ast.FuncType); ok {
						written[m.Type] = false
					}
				}
			case *ast.IndexExpr:
				// go/types is not of one mind about the types of f and
				// f[A] in f[A](x); the instance tells enough.
				id, _ := n.X.(*ast.Ident)
				if sel, ok := n.X.(*ast.SelectorExpr); ok {
					id = sel.Sel
				}
				if id != nil && info.Instances[id].TypeArgs.Len() > 0 && info.Types[n].IsValue() {
					written[n], written[n.X] = false, false
				}
			case *ast.IndexListExpr:
				if info.Types[n].IsValue() {
					written[n], written[n.X] = false, false
				}
			case *ast.FuncDecl:
				if n.Recv != nil {
					ast.Inspect(n.Recv, func(n ast.Node) bool {
						if n != nil {
							written[n] = false
							receivers[n] = true
						}
						return true
					})
				}
			}
			if n != nil {
				if _, known := written[n]; !known {
					written[n] = true
				}
			}
			return true
		})
	}
	for e, tv := range info.Types {
		if !written[e] {
			continue
		}
		mode := "?"
		switch {
		case tv.IsVoid():
			mode = "novalue"
		case tv.IsType():
			mode = "type"
		case tv.IsBuiltin():
			add("expr", e.Pos(), e.End(), "builtin")
			continue
		case tv.IsNil():
			mode = "nil"
		case tv.Value != nil:
			mode = "const"
		case tv.Addressable():
			mode = "var"
		case tv.Assignable():
			mode = "mapindex"
		case tv.HasOk():
			mode = "commaok"
		case tv.IsValue():
			mode = "value"
		}
		text := mode + "\t" + typeString(tv.Type)
		if tv.Value != nil {
			text += "\t" + valueString(tv.Value)
		}
		add("expr", e.Pos(), e.End(), "%s", text)
	}
	for id, obj := range info.Uses {
		switch obj := obj.(type) {
		case *types.Var:
			if obj.IsField() {
				continue
			}
		case *types.Func:
			if obj.Type().(*types.Signature).Recv() != nil {
				continue
			}
		case *types.PkgName:
			continue
		}
		add("use", id.Pos(), id.End(), "%s", object(obj))
	}
	for e, sel := range info.Selections {
		kind := [...]string{"field", "method", "methodexpr"}[sel.Kind()]
		path := sel.Index()
		if sel.Kind() != types.FieldVal {
			path = path[:len(path)-1]
		}
		add("selection", e.Pos(), e.End(), "%s\t%v\t%s", kind, path, typeString(sel.Type()))
	}
	for id, inst := range info.Instances {
		if receivers[id] {
			continue
		}
		var args []string
		for i := range inst.TypeArgs.Len() {
			args = append(args, typeString(inst.TypeArgs.At(i)))
		}
		add("instance", id.Pos(), id.End(), "%s", strings.Join(args, "; "))
	}
	sort.Strings(facts)
	for _, fact := range facts {
		fmt.Fprintln(out, strings.ReplaceAll(fact, "\n", "\\n"))
	}
	for _, init := range info.InitOrder {
		var names []string
		for _, v := range init.Lhs {
			names = append(names, v.Name())
		}
		fmt.Fprintf(out, "init\t%s\t%s\n", place(init.Rhs.Pos(), init.Rhs.End()), strings.Join(names, " "))
	}
}

func valueString(v constant.Value) string {
	switch v.Kind() {
	case constant.Float:
		f, _ := constant.Float64Val(v)
		return fmt.Sprintf("%e", f)
	case constant.Complex:
		re, _ := constant.Float64Val(constant.Real(v))
		im, _ := constant.Float64Val(constant.Imag(v))
		return fmt.Sprintf("%e %e", re, im)
	case constant.String:
		return fmt.Sprintf("%x", constant.StringVal(v))
	}
	return v.ExactString()
}

// typeString prints a type without alias names and parameter names.
func typeString(t types.Type) string {
	var b strings.Builder
	writeType(&b, t)
	return b.String()
}

func writeType(b *strings.Builder, t types.Type) {
	switch t := types.Unalias(t).(type) {
	case nil:
		b.WriteString("none")
	case *types.Basic:
		name := t.Name()
		switch t.Kind() {
		case types.Byte:
			name = "uint8"
		case types.Rune:
			name = "int32"
		case types.UnsafePointer:
			name = "unsafe.Pointer"
		}
		b.WriteString(name)
	case *types.Named:
		if pkg := t.Obj().Pkg(); pkg != nil {
			b.WriteString(pkg.Path() + ".")
		}
		b.WriteString(t.Obj().Name())
		if t.TypeArgs().Len() > 0 {
			for i := range t.TypeArgs().Len() {
				b.WriteString([]string{"[", ","}[min(i, 1)])
				writeType(b, t.TypeArgs().At(i))
			}
			b.WriteByte(']')
		}
	case *types.TypeParam:
		b.WriteString(t.Obj().Name())
	case *types.Pointer:
		b.WriteByte('*')
		writeType(b, t.Elem())
	case *types.Slice:
		b.WriteString("[]")
		writeType(b, t.Elem())
	case *types.Array:
		fmt.Fprintf(b, "[%d]", t.Len())
		writeType(b, t.Elem())
	case *types.Map:
		b.WriteString("map[")
		writeType(b, t.Key())
		b.WriteByte(']')
		writeType(b, t.Elem())
	case *types.Chan:
		b.WriteString([]string{"chan ", "chan<- ", "<-chan "}[t.Dir()])
		b.WriteByte('(')
		writeType(b, t.Elem())
		b.WriteByte(')')
	case *types.Struct:
		b.WriteString("struct{")
		for i := range t.NumFields() {
			if i > 0 {
				b.WriteString("; ")
			}
			if f := t.Field(i); !f.Embedded() {
				b.WriteString(f.Name() + " ")
			}
			writeType(b, t.Field(i).Type())
		}
		b.WriteByte('}')
	case *types.Tuple:
		writeTuple(b, t, false)
	case *types.Signature:
		b.WriteString("func")
		writeSignature(b, t)
	case *types.Union:
		for i := range t.Len() {
			if i > 0 {
				b.WriteString(" | ")
			}
			if t.Term(i).Tilde() {
				b.WriteByte('~')
			}
			writeType(b, t.Term(i).Type())
		}
	case *types.Interface:
		var parts []string
		for i := range t.NumExplicitMethods() {
			var m strings.Builder
			m.WriteString(t.ExplicitMethod(i).Name())
			writeSignature(&m, t.ExplicitMethod(i).Type().(*types.Signature))
			parts = append(parts, m.String())
		}
		for i := range t.NumEmbeddeds() {
			parts = append(parts, typeString(t.EmbeddedType(i)))
		}
		sort.Strings(parts)
		b.WriteString("interface{" + strings.Join(parts, "; ") + "}")
	}
}

func writeTuple(b *strings.Builder, t *types.Tuple, variadic bool) {
	b.WriteByte('(')
	for i := range t.Len() {
		if i > 0 {
			b.WriteString(", ")
		}
		p := t.At(i).Type()
		if s, ok := p.(*types.Slice); ok && variadic && i == t.Len()-1 {
			b.WriteString("...")
			p = s.Elem()
		}
		writeType(b, p)
	}
	b.WriteByte(')')
}

func writeSignature(b *strings.Builder, t *types.Signature) {
	writeTuple(b, t.Params(), t.Variadic())
	if t.Results().Len() > 0 {
		b.WriteByte(' ')
		writeTuple(b, t.Results(), false)
	}
}
