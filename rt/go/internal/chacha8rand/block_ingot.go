package chacha8rand

import _ "unsafe" // for linkname

// block is bodyless where the distribution has assembly for it.
//
//go:linkname blockPortable internal/chacha8rand.block
func blockPortable(seed *[4]uint64, blocks *[32]uint64, counter uint32) {
	block_generic(seed, blocks, counter)
}
