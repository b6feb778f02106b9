package xlsxfile

import (
	"encoding/binary"
	"io"
	"os"
	"sort"
	"strings"

	"hearthmap/household"
)

const (
	// stringsInMemory bounds the shared strings held in memory; what is
	// beyond goes to a temporary file.
	stringsInMemory = 128 << 20
	blockText       = 128 << 10
	blockStrings    = 4096
	cachedBlocks    = 64
	maxText         = 1 << 20
)

// sharedStrings holds the texts that cells refer to by number, in blocks. A
// block in memory costs its text and four bytes a string; one that was
// spilled costs a few bytes a block.
type sharedStrings struct {
	blocks []stringBlock
	count  int
	memory int // bytes of the blocks in memory
	limit  int

	spill    *os.File
	spilled  int64 // size of the file
	cache    []cachedBlock
	useClock uint64

	text []byte // of the block being filled
	ends []uint32
	hint int // block of the last look-up
}

// stringBlock is a run of strings. It is spilled when text is empty but size
// is not.
type stringBlock struct {
	first  int // index of its first string
	text   string
	ends   []uint32
	at     int64 // in the spill file: the ends, then the text
	size   int
	number int // of strings
}

type cachedBlock struct {
	block int // -1: none
	used  uint64
	text  string
	ends  []uint32
}

// readStrings reads sharedStrings.xml: the runs of rich text joined, phonetic
// runs left out.
func readStrings(in io.Reader, limit int) (_ *sharedStrings, err error) {
	t := &sharedStrings{limit: limit, cache: make([]cachedBlock, cachedBlocks)}
	for i := range t.cache {
		t.cache[i].block = -1
	}
	defer func() {
		if err != nil {
			t.close()
		}
	}()
	s := newScanner(in)
	var buf []byte
	for {
		k, err := s.next()
		if err != nil {
			return nil, err
		}
		if k == tokenEOF {
			return t, t.flush()
		}
		if k != tokenStart || string(s.name) != "si" {
			continue
		}
		if buf, err = richText(s, buf[:0]); err != nil {
			return nil, err
		}
		if err := t.add(finishText(buf, 0)); err != nil {
			return nil, err
		}
	}
}

// richText appends the text of the element just begun: <si> or <is>.
func richText(s *scanner, dst []byte) ([]byte, error) {
	from := len(dst)
	depth := s.depth()
	inText := 0
	for {
		k, err := s.next()
		if err != nil {
			return dst, err
		}
		switch k {
		case tokenStart:
			switch string(s.name) {
			case "t":
				inText = s.depth()
			case "rPh", "rPr", "phoneticPr":
				if err := s.skip(); err != nil {
					return dst, err
				}
			}
		case tokenText:
			if inText != s.depth() {
				continue
			}
			if dst, err = s.appendText(dst); err != nil {
				return dst, err
			}
			if len(dst)-from > maxText {
				return dst, errTooLong
			}
		case tokenEnd:
			if s.depth() < depth {
				return dst, nil
			}
			if s.depth() < inText {
				inText = 0
			}
		}
	}
}

func (t *sharedStrings) add(b []byte) error {
	t.text = append(t.text, b...)
	t.ends = append(t.ends, uint32(len(t.text)))
	t.count++
	if len(t.text) < blockText && len(t.ends) < blockStrings {
		return nil
	}
	return t.flush()
}

// flush ends the block being filled.
func (t *sharedStrings) flush() error {
	if len(t.ends) == 0 {
		return nil
	}
	b := stringBlock{first: t.count - len(t.ends), size: len(t.text), number: len(t.ends)}
	if t.memory < t.limit {
		b.text = string(t.text)
		b.ends = append([]uint32(nil), t.ends...)
		t.memory += len(b.text) + 4*len(b.ends) + 96
	} else if err := t.write(&b); err != nil {
		return err
	}
	t.blocks = append(t.blocks, b)
	t.text, t.ends = t.text[:0], t.ends[:0]
	return nil
}

// write spills the block being filled. The file is the owner's alone and has
// no name once it is open, where the system allows that.
func (t *sharedStrings) write(b *stringBlock) error {
	const hint = "make room on the disk of the temporary directory, or name another one in TMPDIR"
	if t.spill == nil {
		f, err := os.CreateTemp("", "hearthmap-texts-*")
		if err != nil {
			return household.Errorf(household.Unavailable, op, "the workbook's texts need a temporary file: %w", err).WithHint(hint)
		}
		_ = os.Remove(f.Name()) // close does it where open files cannot be removed
		t.spill = f
	}
	raw := make([]byte, 0, 4*len(t.ends)+len(t.text))
	for _, e := range t.ends {
		raw = binary.LittleEndian.AppendUint32(raw, e)
	}
	raw = append(raw, t.text...)
	if _, err := t.spill.WriteAt(raw, t.spilled); err != nil {
		return household.Errorf(household.Unavailable, op, "cannot write the workbook's texts to a temporary file: %w", err).WithHint(hint)
	}
	b.at = t.spilled
	t.spilled += int64(len(raw))
	return nil
}

// get returns a string; ok is false when there is none of that number.
func (t *sharedStrings) get(i int) (_ string, ok bool, err error) {
	if t == nil || i < 0 || i >= t.count {
		return "", false, nil
	}
	b := &t.blocks[t.hint]
	if i < b.first || i >= b.first+b.number {
		t.hint = sort.Search(len(t.blocks), func(j int) bool { return t.blocks[j].first > i }) - 1
		b = &t.blocks[t.hint]
	}
	text, ends := b.text, b.ends
	if ends == nil {
		if text, ends, err = t.load(t.hint); err != nil {
			return "", false, err
		}
	}
	i -= b.first
	from := uint32(0)
	if i > 0 {
		from = ends[i-1]
	}
	out := text[from:ends[i]]
	if b.ends == nil {
		out = strings.Clone(out) // so that one string does not keep its block
	}
	return out, true, nil
}

// load reads a spilled block, or finds it in the cache.
func (t *sharedStrings) load(block int) (string, []uint32, error) {
	t.useClock++
	oldest := &t.cache[0]
	for i := range t.cache {
		c := &t.cache[i]
		if c.block == block {
			c.used = t.useClock
			return c.text, c.ends, nil
		}
		if c.used < oldest.used {
			oldest = c
		}
	}
	b := &t.blocks[block]
	raw := make([]byte, 4*b.number+b.size)
	if _, err := t.spill.ReadAt(raw, b.at); err != nil {
		return "", nil, household.Errorf(household.Unavailable, op, "cannot read the workbook's texts back from a temporary file: %w", err).
			WithHint("check the disk of the temporary directory")
	}
	ends := make([]uint32, b.number)
	for i := range ends {
		ends[i] = binary.LittleEndian.Uint32(raw[4*i:])
	}
	raw = raw[4*b.number:]
	*oldest = cachedBlock{block: block, used: t.useClock, text: string(raw), ends: ends}
	return oldest.text, oldest.ends, nil
}

func (t *sharedStrings) close() {
	if t != nil && t.spill != nil {
		t.spill.Close()
		_ = os.Remove(t.spill.Name()) // gone already on most systems
		t.spill = nil
	}
}
