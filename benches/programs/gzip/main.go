// gzip: compresses and expands text of several kinds, at several levels.
package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"hash/crc32"
	"io"

	"bench/size"
)

// prose returns n bytes of words that repeat as words do.
func prose(n int) []byte {
	words := []string{"the", "of", "compiler", "a", "register", "in", "memory", "stack", "is", "and", "goroutine", "to", "value"}
	var b []byte
	x := uint32(7)
	for len(b) < n {
		x = x*1664525 + 1013904223
		r := x >> 16
		b = append(b, words[r%uint32(len(words))]...)
		if r%11 == 0 {
			b = append(b, ".\n"...)
		} else {
			b = append(b, ' ')
		}
		if r%29 == 0 {
			b = fmt.Appendf(b, "%d ", r)
		}
	}
	return b[:n]
}

func noise(n int) []byte {
	b := make([]byte, n)
	x := uint32(99)
	for i := range b {
		x ^= x << 13
		x ^= x >> 17
		x ^= x << 5
		b[i] = byte(x)
	}
	return b
}

func main() {
	n := size.Pick(2_000_000, 30_000)
	inputs := [][]byte{prose(n), noise(n / 8), bytes.Repeat([]byte("0123456789abcdef"), n/64)}
	var packed bytes.Buffer
	for _, level := range []int{gzip.BestSpeed, gzip.DefaultCompression, gzip.BestCompression, gzip.HuffmanOnly} {
		for k, input := range inputs {
			packed.Reset()
			w, err := gzip.NewWriterLevel(&packed, level)
			if err != nil {
				panic(err)
			}
			if _, err := w.Write(input); err != nil {
				panic(err)
			}
			if err := w.Close(); err != nil {
				panic(err)
			}
			length, crc := packed.Len(), crc32.ChecksumIEEE(packed.Bytes())
			for range 3 {
				r, err := gzip.NewReader(bytes.NewReader(packed.Bytes()))
				if err != nil {
					panic(err)
				}
				back, err := io.ReadAll(r)
				if err != nil || !bytes.Equal(back, input) {
					panic("what came back differs")
				}
			}
			fmt.Println(level, k, length, crc)
		}
	}
	size.Done()
}
