// Work on byte slices: frames are built, escaped, split into fields, and read back.
package main

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"bench/size"
)

var text = []byte("It was the age of wisdom, it was the age of foolishness, it was the epoch of belief,\n" +
	"it was the epoch of incredulity; it was the season of Light, it was the season of Darkness.\n")

// escape appends src to dst with line ends, commas and backslashes escaped.
func escape(dst, src []byte) []byte {
	for _, c := range src {
		switch c {
		case '\n':
			dst = append(dst, '\\', 'n')
		case ',', '\\':
			dst = append(dst, '\\', c)
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

func unescape(dst, src []byte) []byte {
	for i := 0; i < len(src); i++ {
		c := src[i]
		if c == '\\' && i+1 < len(src) {
			i++
			if c = src[i]; c == 'n' {
				c = '\n'
			}
		}
		dst = append(dst, c)
	}
	return dst
}

func frame(dst []byte, seq uint32, payload []byte) []byte {
	dst = binary.BigEndian.AppendUint32(dst, seq)
	dst = binary.AppendUvarint(dst, uint64(len(payload)))
	return append(dst, payload...)
}

func parse(src []byte) (seq uint32, payload, rest []byte) {
	seq = binary.BigEndian.Uint32(src)
	n, width := binary.Uvarint(src[4:])
	body := src[4+width:]
	return seq, body[:n], body[n:]
}

func main() {
	rounds := size.Pick(270_000, 100)
	var frames, escaped, plain []byte
	var words, commas, sum, upper int
	for i := range rounds {
		escaped = escape(escaped[:0], text)
		frames = frames[:0]
		for k := range 8 {
			frames = frame(frames, uint32(i*8+k), escaped[k*7:])
		}
		for rest := frames; len(rest) > 0; {
			var seq uint32
			var payload []byte
			seq, payload, rest = parse(rest)
			plain = unescape(plain[:0], payload)
			sum += int(seq) ^ len(plain)
			commas += bytes.Count(plain, []byte(","))
			if at := bytes.Index(plain, []byte("season of Dark")); at >= 0 {
				sum += at
			}
		}
		for _, line := range bytes.Split(plain, []byte("\n")) {
			words += len(bytes.Fields(line))
		}
		for _, c := range bytes.ToUpper(plain) {
			if 'A' <= c && c <= 'Z' {
				upper++
			}
		}
		if bytes.Equal(plain, text) {
			sum++
		}
	}
	fmt.Println(words, commas, upper, sum)
	size.Done()
}
