package pmtiles

import (
	"bufio"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"hearthmap/household"
)

// checkpointEvery is how much work a kill may cost.
const checkpointEvery = 2 * time.Second

// Writer writes an archive. Until Finish there is nothing at its path: the
// tiles gather in a file beside it (.tiles), and a journal (.journal) says
// which, so that a Writer with the same key goes on where one stopped. Its
// memory is about 100 bytes a tile, whatever tiles weigh.
type Writer struct {
	path, key     string
	data, journal *os.File
	out           *bufio.Writer // to data
	size          uint64        // bytes of tiles
	next          uint64        // the first tile number that is not done

	entries   []Entry
	addressed uint64
	seen      map[sum]Entry // the first entry of each different tile
	pending   block         // of the journal
	last      time.Time     // of the last checkpoint

	// Resumed is set when tiles of an earlier Writer were found and kept;
	// Stale when there were some, but made from something else.
	Resumed, Stale bool
}

// Create begins an archive, or goes on with it: key names all that its tiles
// depend on. Errors are *household.Error: Conflict when another process is
// writing it.
func Create(path, key string) (*Writer, error) {
	w := &Writer{path: path, key: key, seen: map[sum]Entry{}, last: time.Now()}
	if err := w.open(); err != nil {
		_ = w.close()
		return nil, w.failed(err)
	}
	return w, nil
}

func (w *Writer) open() (err error) {
	const mode = os.O_RDWR | os.O_CREATE
	if w.journal, err = os.OpenFile(w.path+".journal", mode, 0o644); err != nil {
		return err
	}
	// The lock ends with the process, however that ends.
	if err := syscall.Flock(int(w.journal.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return household.Errorf(household.Conflict, "pmtiles.Create", "another process is writing %s", w.path).
			WithHint("wait for it, or write to another file")
	}
	if w.data, err = os.OpenFile(w.path+".tiles", mode, 0o644); err != nil {
		return err
	}
	info, err := w.data.Stat()
	if err != nil {
		return err
	}
	head, blocks, end, err := readJournal(w.journal, uint64(info.Size()))
	if err != nil {
		return err
	}
	if head.Key == w.key {
		w.replay(blocks)
	} else {
		w.Stale, end = len(blocks) > 0, 0
	}
	if err := errors.Join(w.data.Truncate(int64(w.size)), w.journal.Truncate(end)); err != nil {
		return err
	}
	if _, err := w.data.Seek(int64(w.size), io.SeekStart); err != nil {
		return err
	}
	if _, err := w.journal.Seek(end, io.SeekStart); err != nil {
		return err
	}
	w.out = bufio.NewWriterSize(w.data, 1<<20)
	if end > 0 {
		return nil
	}
	line, err := json.Marshal(journalHead{journalVersion, w.key})
	if err != nil {
		return err
	}
	_, err = w.journal.Write(append(line, '\n'))
	return err
}

// replay does again what the journal says.
func (w *Writer) replay(blocks []block) {
	for _, k := range blocks {
		k.each(func(p placed) {
			w.place(Entry{ID: p.id, Offset: p.offset, Length: p.length}, p.sum)
		})
		w.size, w.next = k.size, k.next
		w.Resumed = true
	}
}

// Next is the first tile number that is not done.
func (w *Writer) Next() uint64 { return w.next }

// Addressed is how many tiles the archive has so far.
func (w *Writer) Addressed() uint64 { return w.addressed }

// Size is how many bytes of tiles the archive has so far.
func (w *Writer) Size() uint64 { return w.size }

// place enters a tile into the directory.
func (w *Writer) place(e Entry, s sum) {
	w.addressed++
	if _, ok := w.seen[s]; !ok {
		w.seen[s] = e
	}
	if n := len(w.entries); n > 0 {
		if before := &w.entries[n-1]; before.Offset == e.Offset && before.ID+uint64(before.Run) == e.ID && before.Run < math.MaxUint32 {
			before.Run++
			return
		}
	}
	e.Run = 1
	w.entries = append(w.entries, e)
}

// Add writes a tile; numbers grow from call to call. A tile without bytes is
// done, but not in the archive.
func (w *Writer) Add(id uint64, body []byte) error {
	if id < w.next || zoomOf(id) > MaxZoom || uint64(len(body)) > math.MaxUint32 {
		return household.Errorf(household.Internal, "pmtiles.Add", "tile number %d of %d bytes cannot follow number %d", id, len(body), w.next)
	}
	w.next = id + 1
	if len(body) > 0 {
		full := sha256.Sum256(body)
		s := sum(full[:len(sum{})])
		e := Entry{ID: id, Offset: w.size, Length: uint32(len(body))}
		if first, ok := w.seen[s]; ok {
			e.Offset = first.Offset
		} else {
			if _, err := w.out.Write(body); err != nil {
				return w.failed(err)
			}
			w.size += uint64(len(body))
		}
		w.place(e, s)
		w.pending.tiles = placed{e.ID, e.Offset, e.Length, s}.appendTo(w.pending.tiles)
	}
	if time.Since(w.last) < checkpointEvery {
		return nil
	}
	return w.Checkpoint()
}

// Checkpoint makes all tiles so far safe: another Writer can go on from here.
func (w *Writer) Checkpoint() error {
	if err := errors.Join(w.out.Flush(), w.data.Sync()); err != nil {
		return w.failed(err)
	}
	w.pending.next, w.pending.size = w.next, w.size
	if _, err := w.journal.Write(w.pending.appendTo(nil)); err != nil {
		return w.failed(err)
	}
	w.pending.tiles, w.last = w.pending.tiles[:0], time.Now()
	return w.failed(w.journal.Sync())
}

// Close stops before the end; the work can be resumed. After Finish it does
// nothing.
func (w *Writer) Close() error {
	if w.journal == nil {
		return nil
	}
	return errors.Join(w.Checkpoint(), w.failed(w.close()))
}

func (w *Writer) close() error {
	var errs []error
	for _, f := range []*os.File{w.data, w.journal} {
		if f != nil {
			errs = append(errs, f.Close())
		}
	}
	w.data, w.journal = nil, nil
	return errors.Join(errs...)
}

// Finish writes the archive, checks it, and puts it at its path. Of the header
// it takes what is about the tiles: type, compression, zooms, bounds, centre;
// the rest is computed. The metadata is written as JSON; for vector tiles it
// has to have vector_layers.
func (w *Writer) Finish(h Header, metadata any) (Header, error) {
	if len(w.entries) == 0 {
		return h, household.Errorf(household.NotFound, "pmtiles.Finish", "there is no tile to write: an archive cannot be empty").
			WithHint("choose other layers or zooms, or load a city first")
	}
	if err := w.Checkpoint(); err != nil {
		return h, err
	}
	part := w.path + ".part"
	h, err := w.assemble(part, h, metadata)
	if err == nil {
		err = verify(part)
	}
	if err == nil {
		err = os.Rename(part, w.path)
	}
	if err != nil {
		_ = os.Remove(part)
		return h, w.failed(err)
	}
	syncDir(filepath.Dir(w.path))
	// The lock holds until the journal is gone.
	err = errors.Join(os.Remove(w.data.Name()), os.Remove(w.journal.Name()))
	return h, w.failed(errors.Join(err, w.close()))
}

// assemble writes the whole archive to a file.
func (w *Writer) assemble(part string, h Header, metadata any) (_ Header, err error) {
	root, leaves, err := layOut(w.entries)
	if err != nil {
		return h, err
	}
	text, err := json.Marshal(metadata)
	if err != nil {
		return h, err
	}
	meta, err := zip(text)
	if err != nil {
		return h, err
	}
	at := uint64(HeaderLength)
	section := func(n uint64) Section {
		s := Section{at, n}
		at += n
		return s
	}
	h.Root, h.Metadata = section(uint64(len(root))), section(uint64(len(meta)))
	h.Leaves, h.Tiles = section(uint64(len(leaves))), section(w.size)
	h.Addressed, h.Lines, h.Contents = w.addressed, uint64(len(w.entries)), uint64(len(w.seen))
	h.Clustered, h.InternalCompression = true, CompressionGzip

	f, err := os.Create(part)
	if err != nil {
		return h, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	for _, b := range [][]byte{h.appendTo(nil), root, meta, leaves} {
		if _, err := f.Write(b); err != nil {
			return h, err
		}
	}
	if _, err := w.data.Seek(0, io.SeekStart); err != nil {
		return h, err
	}
	if _, err := io.CopyN(f, w.data, int64(w.size)); err != nil {
		return h, err
	}
	return h, f.Sync()
}

func verify(path string) error {
	r, err := Open(path)
	if err != nil {
		return err
	}
	return errors.Join(r.Verify(), r.Close())
}

// syncDir makes a rename last. Not all file systems can; then it lasts a
// little later.
func syncDir(dir string) {
	if d, err := os.Open(dir); err == nil {
		_ = d.Sync()
		_ = d.Close()
	}
}

// failed says what a failure to write means.
func (w *Writer) failed(err error) error {
	var known *household.Error
	switch {
	case err == nil || errors.As(err, &known):
		return err
	case errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT):
		return household.Errorf(household.Unavailable, "pmtiles", "there is no room left on the disk for %s: %w", w.path, err).
			WithHint("make room (the tiles are there twice for a moment at the end: %d MB so far) and run the same command again: it goes on where it stopped", w.size>>20)
	default:
		return household.Errorf(household.Invalid, "pmtiles", "%s cannot be written: %w", w.path, err).
			WithHint("name a file in a directory that can be written to")
	}
}
