package osmfile

import (
	"cmp"
	"encoding/binary"
	"slices"
	"sort"
)

// nodeStore holds the position of every node of a file.
//
// Nodes that come in the order of their ids, as in nearly every PBF file, are
// packed as differences in runs of packRun: about six bytes a node. Others
// are kept loose, 16 bytes each, and sorted once.
type nodeStore struct {
	runs   []packedRun
	chunk  []byte // the chunk being filled
	run    []looseNode
	last   int64 // the id of the last packed node
	any    bool
	loose  []looseNode
	sorted bool
	bytes  int64
	// near is the run that was unpacked last: ways name nodes that lie close.
	near    [packRun]looseNode
	nearRun int
	nearLen int
}

type looseNode struct {
	id int64
	p  pos
}

type packedRun struct {
	first int64
	data  []byte
}

const (
	packRun   = 64
	chunkSize = 1 << 20
	looseSize = 32 // 16 bytes, and room for the list to grow
)

// add stores a node. Of two with the same id the first counts.
func (s *nodeStore) add(id int64, p pos) {
	if s.any && id <= s.last {
		s.loose = append(s.loose, looseNode{id, p})
		s.sorted = false
		s.bytes += looseSize
		return
	}
	s.any, s.last = true, id
	s.run = append(s.run, looseNode{id, p})
	if len(s.run) == packRun {
		s.pack()
	}
}

func (s *nodeStore) pack() {
	const most = packRun * 3 * binary.MaxVarintLen64
	if cap(s.chunk)-len(s.chunk) < most {
		s.chunk = make([]byte, 0, chunkSize)
		s.bytes += chunkSize
	}
	begin := len(s.chunk)
	prev := looseNode{id: s.run[0].id}
	for _, n := range s.run {
		s.chunk = binary.AppendUvarint(s.chunk, uint64(n.id-prev.id))
		s.chunk = binary.AppendVarint(s.chunk, int64(n.p.lon)-int64(prev.p.lon))
		s.chunk = binary.AppendVarint(s.chunk, int64(n.p.lat)-int64(prev.p.lat))
		prev = n
	}
	s.runs = append(s.runs, packedRun{s.run[0].id, s.chunk[begin:len(s.chunk):len(s.chunk)]})
	s.bytes += 32
	s.run = s.run[:0]
}

// finish makes the store ready for get.
func (s *nodeStore) finish() {
	if len(s.run) > 0 {
		s.pack()
	}
	if !s.sorted {
		slices.SortStableFunc(s.loose, func(a, b looseNode) int { return cmp.Compare(a.id, b.id) })
		s.sorted = true
	}
	s.nearRun = -1
}

// get returns the position of a node, and whether the file has it.
func (s *nodeStore) get(id int64) (pos, bool) {
	if s.any && id <= s.last {
		i := sort.Search(len(s.runs), func(i int) bool { return s.runs[i].first > id }) - 1
		if i >= 0 {
			s.unpack(i)
			j, ok := slices.BinarySearchFunc(s.near[:s.nearLen], id, byID)
			if ok {
				return s.near[j].p, true
			}
		}
	}
	if i, ok := slices.BinarySearchFunc(s.loose, id, byID); ok {
		return s.loose[i].p, true
	}
	return pos{}, false
}

func byID(n looseNode, id int64) int { return cmp.Compare(n.id, id) }

func (s *nodeStore) unpack(i int) {
	if s.nearRun == i {
		return
	}
	data, cur, n := s.runs[i].data, looseNode{id: s.runs[i].first}, 0
	for len(data) > 0 {
		d, k := binary.Uvarint(data)
		data = data[k:]
		x, k := binary.Varint(data)
		data = data[k:]
		y, k := binary.Varint(data)
		data = data[k:]
		cur.id += int64(d)
		cur.p.lon += int32(x)
		cur.p.lat += int32(y)
		s.near[n] = cur
		n++
	}
	s.nearRun, s.nearLen = i, n
}
