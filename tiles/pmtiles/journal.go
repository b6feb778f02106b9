package pmtiles

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"hash/crc32"
	"io"
	"os"
)

// The journal of an archive that is being written lies beside it. It begins
// with a line of JSON that says what the archive is made from; then come
// blocks: the length of the text, its CRC-32C, and the text, which is how far
// the work is and the tiles since the block before. A block is written when
// the tiles' bytes are safe, so that each whole block is a place to go on
// from; what a kill left behind the last is dropped.

const journalVersion = 1

// journalHead is the first line.
type journalHead struct {
	Version int    `json:"pmtiles_journal"`
	Key     string `json:"key"`
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// maxBlock is more than a block ever is.
const maxBlock = 1 << 28

// sum tells equal tiles: half a SHA-256.
type sum [16]byte

// placed is a tile of the journal.
type placed struct {
	id, offset uint64
	length     uint32
	sum        sum
}

func (p placed) appendTo(b []byte) []byte {
	b = binary.AppendUvarint(b, p.id)
	b = binary.AppendUvarint(b, p.offset)
	b = binary.AppendUvarint(b, uint64(p.length))
	return append(b, p.sum[:]...)
}

// block is what a checkpoint adds to the journal.
type block struct {
	next, size uint64 // the first tile number that is not done; bytes of tiles
	tiles      []byte // placed, one after the other
}

func (k block) appendTo(b []byte) []byte {
	text := binary.AppendUvarint(nil, k.next)
	text = binary.AppendUvarint(text, k.size)
	text = append(text, k.tiles...)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(text)))
	b = binary.LittleEndian.AppendUint32(b, crc32.Checksum(text, castagnoli))
	return append(b, text...)
}

// each goes through the block's tiles; false when they are not readable.
func (k block) each(visit func(placed)) bool {
	c := column{rest: k.tiles}
	for len(c.rest) > 0 {
		p := placed{id: c.next(1<<62 - 1), offset: c.next(1<<62 - 1), length: uint32(c.next(1<<32 - 1))}
		if c.bad || len(c.rest) < len(p.sum) {
			return false
		}
		c.rest = c.rest[copy(p.sum[:], c.rest):]
		visit(p)
	}
	return true
}

// readJournal returns the head and the whole blocks that tell of no more than
// size bytes of tiles, and where the last of them ends. A file that is not a
// journal has the zero head.
func readJournal(f *os.File, size uint64) (head journalHead, blocks []block, end int64, err error) {
	if _, err = f.Seek(0, io.SeekStart); err != nil {
		return head, nil, 0, err
	}
	r := bufio.NewReader(f)
	line, err := r.ReadBytes('\n')
	if errors.Is(err, io.EOF) || len(line) > 1<<16 {
		return head, nil, 0, nil
	}
	if err != nil {
		return head, nil, 0, err
	}
	if json.Unmarshal(line, &head) != nil || head.Version != journalVersion {
		return journalHead{}, nil, 0, nil
	}
	end = int64(len(line))
	for {
		var fixed [8]byte
		if _, err := io.ReadFull(r, fixed[:]); err != nil {
			return head, blocks, end, ignoreEnd(err)
		}
		n := binary.LittleEndian.Uint32(fixed[:])
		if n > maxBlock {
			return head, blocks, end, nil
		}
		text := make([]byte, n)
		if _, err := io.ReadFull(r, text); err != nil {
			return head, blocks, end, ignoreEnd(err)
		}
		if crc32.Checksum(text, castagnoli) != binary.LittleEndian.Uint32(fixed[4:]) {
			return head, blocks, end, nil
		}
		c := column{rest: text}
		k := block{next: c.next(1<<62 - 1), size: c.next(1<<62 - 1)}
		if k.tiles = c.rest; c.bad || k.size > size || !k.each(func(placed) {}) {
			return head, blocks, end, nil
		}
		blocks = append(blocks, k)
		end += int64(len(fixed) + len(text))
	}
}

// ignoreEnd makes the end of the file, also amid a block, no error.
func ignoreEnd(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return err
}
