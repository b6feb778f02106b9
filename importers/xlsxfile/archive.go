package xlsxfile

import (
	"archive/zip"
	"bufio"
	"errors"
	"io"
	"os"
	"path"
	"strings"
	"sync/atomic"

	"github.com/klauspost/compress/flate"
	"golang.org/x/text/encoding/unicode"

	"hearthmap/household"
)

const (
	// maxDirectory bounds the zip directory that is read into memory.
	maxDirectory = 8 << 20
	// A part may grow to expandFree freely, beyond that only expandRatio-fold:
	// the repetitive XML of real sheets stays below a hundred.
	expandFree  = 64 << 20
	expandRatio = 200
)

var errBomb = errors.New("a part of the workbook grows without end when unpacked")

// archive is the zip file that a workbook is.
type archive struct {
	in    io.ReaderAt
	file  io.Closer
	size  int64
	parts map[string]*zip.File // by lower-case path
	twice map[string]bool

	// halves is twice the compressed bytes read. A sheet is read two times,
	// once for its merged cells; weight is what a byte read now counts.
	halves atomic.Int64
	weight int64
}

// openArchive opens the zip file and reads its directory.
func openArchive(file string) (*archive, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, household.Errorf(household.Invalid, op, "cannot open the file: %w", err).
			WithHint("check its name and that you may read it")
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, household.Errorf(household.Invalid, op, "cannot read the file: %w", err)
	}
	a := newArchive(f, f, info.Size())
	if err := a.readDirectory(); err != nil {
		f.Close()
		return nil, err
	}
	return a, nil
}

func newArchive(in io.ReaderAt, file io.Closer, size int64) *archive {
	return &archive{in: in, file: file, size: size, parts: map[string]*zip.File{}, twice: map[string]bool{}}
}

func (a *archive) readDirectory() error {
	if err := foreign(a.in, a.size); err != nil {
		return err
	}
	budget := &budgetReader{in: a.in, left: maxDirectory}
	z, err := zip.NewReader(budget, a.size)
	switch {
	case budget.left < 0:
		return household.Errorf(household.Invalid, op, "the file's directory of parts is larger than any workbook's").
			WithHint("check where the file comes from, and export it again")
	case err != nil && !errors.Is(err, zip.ErrInsecurePath):
		return household.Errorf(household.Invalid, op, "the file is damaged or was cut off: its directory of parts cannot be read: %w", err).
			WithHint("copy or export it again; if Excel opens it, save it from there under a new name")
	}
	budget.left = 1 << 62
	z.RegisterDecompressor(zip.Deflate, func(r io.Reader) io.ReadCloser {
		return flate.NewReader(bufio.NewReaderSize(&meter{in: r, a: a, weight: a.weight}, 64<<10))
	})
	z.RegisterDecompressor(zip.Store, func(r io.Reader) io.ReadCloser {
		return io.NopCloser(&meter{in: r, a: a, weight: a.weight})
	})
	for _, f := range z.File {
		name := partName(f.Name)
		if a.parts[name] != nil {
			a.twice[name] = true
		}
		a.parts[name] = f
	}
	return nil
}

// partName is the form in which parts are looked up: names differ in case
// and slashes between producers.
func partName(s string) string {
	return strings.ToLower(strings.TrimPrefix(path.Clean("/"+strings.ReplaceAll(s, `\`, "/")), "/"))
}

func (a *archive) has(name string) bool { return a.parts[partName(name)] != nil }

// open opens a part as UTF-8. weight is 2 for parts that are read once, 1 for
// each of two readings.
func (a *archive) open(name string, weight int64) (io.ReadCloser, error) {
	const again = "open the file in Excel or WPS and save it as a new .xlsx workbook"
	name = partName(name)
	f := a.parts[name]
	switch {
	case f == nil:
		return nil, household.Errorf(household.Invalid, op, "the workbook lacks its part %s", name).WithHint(again)
	case a.twice[name]:
		return nil, household.Errorf(household.Invalid, op, "the workbook holds its part %s twice", name).WithHint(again)
	case f.Flags&1 != 0:
		return nil, household.Errorf(household.Invalid, op, "the zip file is protected with a password").
			WithHint("save the workbook without a password")
	}
	a.weight = weight
	in, err := f.Open()
	if err != nil {
		if errors.Is(err, zip.ErrAlgorithm) {
			return nil, household.Errorf(household.Invalid, op, "the workbook is packed by a method that is not used for workbooks: %w", err).WithHint(again)
		}
		return nil, partError(name, err)
	}
	p := &part{in: in, limit: max(expandFree, expandRatio*min(int64(f.CompressedSize64), a.size))}
	b := bufio.NewReaderSize(p, 16) // longer reads pass it by
	if head, _ := b.Peek(2); string(head) == "\xFE\xFF" || string(head) == "\xFF\xFE" {
		return &xmlPart{Reader: unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder().Reader(b), Closer: in}, nil
	}
	return &xmlPart{Reader: b, Closer: in}, nil
}

// xmlPart is an open part, its text UTF-8.
type xmlPart struct {
	io.Reader
	io.Closer
}

// part counts what a part grows to.
type part struct {
	in    io.Reader
	n     int64
	limit int64
}

func (p *part) Read(b []byte) (int, error) {
	n, err := p.in.Read(b)
	p.n += int64(n)
	if p.n > p.limit {
		return 0, errBomb
	}
	return n, err
}

// partError explains an error of reading a part to the user.
func partError(name string, err error) error {
	var known *household.Error
	if err == nil || errors.As(err, &known) {
		return err
	}
	e := household.Errorf(household.Invalid, op, "part %s of the workbook cannot be read: %w", name, err)
	switch {
	case errors.Is(err, errDoctype):
		return e.WithHint("no spreadsheet program writes such files; check where it comes from")
	case errors.Is(err, errBomb):
		return e.WithHint("check where the file comes from; a sound workbook can be saved as CSV and imported so")
	case errors.Is(err, zip.ErrChecksum), errors.Is(err, io.ErrUnexpectedEOF), isCorrupt(err):
		return e.WithHint("the file was damaged on its way; copy or export it again")
	}
	return e.WithHint("open the file in Excel or WPS and save it as a new .xlsx workbook")
}

func isCorrupt(err error) bool {
	var c flate.CorruptInputError
	return errors.As(err, &c)
}

// meter counts the compressed bytes.
type meter struct {
	in     io.Reader
	a      *archive
	weight int64
}

func (m *meter) Read(b []byte) (int, error) {
	n, err := m.in.Read(b)
	m.a.halves.Add(int64(n) * m.weight)
	return n, err
}

// budgetReader fails once more than left bytes were read.
type budgetReader struct {
	in   io.ReaderAt
	left int64
}

func (r *budgetReader) ReadAt(b []byte, off int64) (int, error) {
	if r.left -= int64(len(b)); r.left < 0 {
		return 0, errBomb
	}
	return r.in.ReadAt(b, off)
}
