// Hashes: those of the standard library, and two written in plain Go.
package main

import (
	"crypto/md5"
	"crypto/sha256"
	"fmt"
	"hash/adler32"
	"hash/crc32"
	"hash/fnv"
	"math/bits"

	"bench/size"
)

// murmur is the 32-bit variant of MurmurHash3.
func murmur(data []byte, seed uint32) uint32 {
	const c1, c2 = 0xcc9e2d51, 0x1b873593
	h := seed
	n := len(data)
	for len(data) >= 4 {
		k := uint32(data[0]) | uint32(data[1])<<8 | uint32(data[2])<<16 | uint32(data[3])<<24
		h ^= bits.RotateLeft32(k*c1, 15) * c2
		h = bits.RotateLeft32(h, 13)*5 + 0xe6546b64
		data = data[4:]
	}
	var k uint32
	for i, b := range data {
		k |= uint32(b) << (8 * i)
	}
	h ^= bits.RotateLeft32(k*c1, 15) * c2
	h ^= uint32(n)
	h = (h ^ h>>16) * 0x85ebca6b
	h = (h ^ h>>13) * 0xc2b2ae35
	return h ^ h>>16
}

// siphash is SipHash-2-4.
func siphash(data []byte, k0, k1 uint64) uint64 {
	v0, v1 := k0^0x736f6d6570736575, k1^0x646f72616e646f6d
	v2, v3 := k0^0x6c7967656e657261, k1^0x7465646279746573
	round := func() {
		v0 += v1
		v1 = bits.RotateLeft64(v1, 13) ^ v0
		v0 = bits.RotateLeft64(v0, 32)
		v2 += v3
		v3 = bits.RotateLeft64(v3, 16) ^ v2
		v0 += v3
		v3 = bits.RotateLeft64(v3, 21) ^ v0
		v2 += v1
		v1 = bits.RotateLeft64(v1, 17) ^ v2
		v2 = bits.RotateLeft64(v2, 32)
	}
	last := uint64(len(data)) << 56
	for len(data) >= 8 {
		var m uint64
		for i := 7; i >= 0; i-- {
			m = m<<8 | uint64(data[i])
		}
		v3 ^= m
		round()
		round()
		v0 ^= m
		data = data[8:]
	}
	for i, b := range data {
		last |= uint64(b) << (8 * i)
	}
	v3 ^= last
	round()
	round()
	v0 ^= last
	v2 ^= 0xff
	for range 4 {
		round()
	}
	return v0 ^ v1 ^ v2 ^ v3
}

func main() {
	rounds := size.Pick(27_000, 50)
	data := make([]byte, 16<<10)
	for i := range data {
		data[i] = byte(i*i>>3 ^ i)
	}
	var sum uint64
	for i := range rounds {
		data[i%len(data)]++
		sum += uint64(murmur(data[:10_001], uint32(i)))
		sum += siphash(data[:10_001], uint64(i), 42)
		sum += uint64(crc32.ChecksumIEEE(data))
		sum += uint64(adler32.Checksum(data[:4096]))
		f := fnv.New64a()
		f.Write(data[:8192])
		sum += f.Sum64()
		if i%8 == 0 {
			s := sha256.Sum256(data)
			m := md5.Sum(data)
			sum += uint64(s[0])<<8 | uint64(m[0])
		}
		for k := 0; k+16 < 4096; k += 16 {
			sum += uint64(murmur(data[k:k+13], 7))
		}
	}
	fmt.Printf("%016x\n", sum)
	size.Done()
}
