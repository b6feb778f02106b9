package postgis

import (
	"encoding/binary"
	"sync/atomic"
)

// seenWords is the size of the filter, in words of 64 bits: 16 MiB, whatever
// the size of the file.
const seenWords = 1 << 21

// seen tells which persons of a file may have occurred in it before, so that
// the database need not look for pairs among all rows: a Bloom filter of
// bounded size, with all bits of a hash in one word (Putze, Sanders, Singler:
// Cache-, Hash- and Space-Efficient Bloom Filters, 2007). Of nine million
// persons it takes about one in a hundred for one who was there before.
type seen struct{ words []atomic.Uint64 }

func newSeen() *seen { return &seen{words: make([]atomic.Uint64, seenWords)} }

// again notes the hash, of at least 16 bytes, and tells whether it may have
// been noted before. Of equal hashes at most one is told that it was not,
// also when several encoders ask at the same time: one operation sets and
// reads the word.
func (s *seen) again(hash []byte) bool {
	h := binary.LittleEndian.Uint64(hash[8:])
	bits := uint64(1)<<(h&63) | 1<<(h>>6&63) | 1<<(h>>12&63) | 1<<(h>>18&63)
	word := &s.words[binary.LittleEndian.Uint64(hash)%seenWords]
	return word.Or(bits)&bits == bits
}
