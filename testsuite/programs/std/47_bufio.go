// spec: Interface types, Method values, Method expressions, Errors

package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

type upper struct{ r io.Reader }

func (u upper) Read(p []byte) (int, error) {
	n, err := u.r.Read(p)
	copy(p, bytes.ToUpper(p[:n]))
	return n, err
}

type failing struct{ after int }

func (f *failing) Write(p []byte) (int, error) {
	if f.after < len(p) {
		return f.after, errors.New("device full")
	}
	f.after -= len(p)
	return len(p), nil
}

func main() {
	sc := bufio.NewScanner(strings.NewReader("one two\nthree\r\n\nlast"))
	for sc.Scan() {
		fmt.Printf("%q ", sc.Text())
	}
	fmt.Println(sc.Err())
	sc = bufio.NewScanner(strings.NewReader("α β  γ\n"))
	sc.Split(bufio.ScanWords)
	for sc.Scan() {
		fmt.Print(sc.Text(), "|")
	}
	sc = bufio.NewScanner(strings.NewReader("héy"))
	sc.Split(bufio.ScanRunes)
	for sc.Scan() {
		fmt.Print(sc.Text(), ".")
	}
	fmt.Println()
	sc = bufio.NewScanner(strings.NewReader(strings.Repeat("x", 100)))
	sc.Buffer(make([]byte, 0, 10), 20)
	fmt.Println(sc.Scan(), sc.Err())

	r := bufio.NewReader(upper{strings.NewReader("read me\nslowly")})
	line, err := r.ReadString('\n')
	b, _ := r.Peek(3)
	c, size, _ := r.ReadRune()
	fmt.Printf("%q %v %q %q %d %d\n", line, err, b, c, size, r.Buffered())
	_ = r.UnreadRune()
	rest, err := io.ReadAll(r)
	fmt.Printf("%q %v\n", rest, err)

	w := bufio.NewWriterSize(&failing{10}, 16)
	for i := range 5 {
		_, err = fmt.Fprintf(w, "chunk%d", i)
		if err != nil {
			fmt.Println(i, err)
			break
		}
	}
	fmt.Println(w.Flush())

	var out bytes.Buffer
	n, err := io.Copy(io.MultiWriter(&out, io.Discard), io.LimitReader(io.MultiReader(strings.NewReader("abc"), strings.NewReader("defgh")), 6))
	fmt.Println(n, err, out.String())
	pr, pw := io.Pipe()
	go func() {
		for i := range 3 {
			fmt.Fprintln(pw, "line", i)
		}
		pw.CloseWithError(errors.New("closed by writer"))
	}()
	data, err := io.ReadAll(pr)
	fmt.Printf("%q %v\n", data, err)
	sr := io.NewSectionReader(strings.NewReader("0123456789"), 2, 5)
	p := make([]byte, 3)
	k, err := sr.ReadAt(p, 3)
	fmt.Println(k, err, string(p[:k]))
	_, err = io.ReadFull(strings.NewReader("ab"), p)
	fmt.Println(err, errors.Is(err, io.ErrUnexpectedEOF))

	dir, err := os.MkdirTemp("", "suite")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "f.txt")
	fmt.Println(os.WriteFile(path, []byte("content\nmore\n"), 0o644))
	f, err := os.OpenFile(path, os.O_APPEND|os.O_RDWR, 0)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Fprint(f, "appended")
	f.Seek(8, io.SeekStart)
	data, err = io.ReadAll(f)
	st, _ := f.Stat()
	fmt.Printf("%q %v %d %v %s\n", data, err, st.Size(), st.Mode(), st.Name())
	fmt.Println(f.Close(), f.Close() != nil)
	_, err = os.Open(filepath.Join(dir, "missing"))
	var pathErr *os.PathError
	fmt.Println(errors.Is(err, os.ErrNotExist), errors.As(err, &pathErr), pathErr.Op, pathErr.Err)
	os.Mkdir(filepath.Join(dir, "sub"), 0o755)
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		fmt.Print(e.Name(), e.IsDir(), " ")
	}
	fmt.Println(err, os.Rename(path, path+"2"), os.Remove(path) != nil)
	os.Setenv("SUITE_X", "y")
	fmt.Println(os.Getenv("SUITE_X"), os.ExpandEnv("$SUITE_X-${SUITE_X}"), len(os.Args))
	fmt.Println(filepath.Base("/a/b.go"), filepath.Ext("x.tar.gz"), filepath.Clean("a/../b//c"))
	up := upper.Read
	read := upper{strings.NewReader("via values")}.Read
	k, _ = read(p)
	fmt.Println(k, string(p))
	k, _ = up(upper{strings.NewReader("expr")}, p)
	fmt.Println(k, string(p))
}
