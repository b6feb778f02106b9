package shapefile

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"

	"hearthmap/household"
)

// part is one file of a shapefile, on the disk or in an archive. It may be
// opened several times.
type part struct {
	name string
	size int64
	open func() (io.ReadCloser, error)
}

// fileSet is what belongs together. Parts that are missing are nil.
type fileSet struct {
	shp, shx, dbf, prj, cpg *part

	stem    string       // in an archive: the path without extension
	archive bool         // parts are compressed: they cannot be read out of order
	closer  io.Closer    // of the archive
	read    atomic.Int64 // bytes read of .shp and .dbf
	notes   []string
}

// partExtensions are the files of a shapefile that are read or may stand
// first in an archive.
var partExtensions = map[string]bool{
	".shp": true, ".shx": true, ".dbf": true, ".prj": true, ".cpg": true, ".sbn": true, ".sbx": true, ".qpj": true, ".qix": true,
}

// setExtensions are the parts of a shapefile that count.
var setExtensions = []string{".shp", ".shx", ".dbf", ".prj", ".cpg"}

func (s *fileSet) set(ext string, p *part) {
	switch ext {
	case ".shp":
		s.shp = p
	case ".shx":
		s.shx = p
	case ".dbf":
		s.dbf = p
	case ".prj":
		s.prj = p
	case ".cpg":
		s.cpg = p
	}
}

func (s *fileSet) close() error {
	if s.closer == nil {
		return nil
	}
	c := s.closer
	s.closer = nil
	return c.Close()
}

// maxSmall bounds the files that are read whole: .prj and .cpg.
const maxSmall = 64 << 10

// small returns the content of a small text file.
func (p *part) small() ([]byte, error) {
	f, err := p.open()
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxSmall))
	if err != nil {
		return nil, unreadable(p.name, err)
	}
	return b, nil
}

// openFolder finds the files beside the .shp or .dbf. Of a table by itself
// only the .cpg counts.
func openFolder(path string, kind fileKind) (*fileSet, error) {
	s := &fileSet{}
	main, err := diskPart(path)
	if err != nil {
		return nil, err
	}
	stem := strings.TrimSuffix(path, filepath.Ext(path))
	if kind == tableFile {
		s.dbf, s.cpg = main, sibling(stem, ".cpg")
		if sibling(stem, ".shp") != nil {
			s.notes = append(s.notes, "the shapes of the .shp beside the table were not read; name the .shp to read them")
		}
		return s, nil
	}
	s.shp = main
	for _, ext := range []string{".shx", ".dbf", ".prj", ".cpg"} {
		s.set(ext, sibling(stem, ext))
	}
	return s, nil
}

// sibling finds the file of another extension, whatever its case.
func sibling(stem, ext string) *part {
	for _, e := range []string{ext, strings.ToUpper(ext)} {
		if p, err := diskPart(stem + e); err == nil {
			return p
		}
	}
	entries, err := os.ReadDir(filepath.Dir(stem))
	if err != nil {
		return nil
	}
	for _, e := range entries {
		if strings.EqualFold(e.Name(), filepath.Base(stem)+ext) {
			if p, err := diskPart(filepath.Join(filepath.Dir(stem), e.Name())); err == nil {
				return p
			}
		}
	}
	return nil
}

func diskPart(path string) (*part, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, household.Errorf(household.NotFound, op, "there is no file %s", path).WithHint("check its name")
	case err != nil:
		return nil, household.Errorf(household.Invalid, op, "cannot read the file: %w", err).WithHint("check that you may read it")
	case !info.Mode().IsRegular():
		return nil, household.Errorf(household.Invalid, op, "%s is not a file", path).WithHint("name the .shp, the .dbf or a .zip of them")
	}
	return &part{name: filepath.Base(path), size: info.Size(), open: func() (io.ReadCloser, error) {
		f, err := os.Open(path)
		if err != nil {
			return nil, household.Errorf(household.Invalid, op, "cannot open the file: %w", err).WithHint("check that you may read it")
		}
		return f, nil
	}}, nil
}

func readHead(path string) ([]byte, error) {
	p, err := diskPart(path)
	if err != nil {
		return nil, err
	}
	f, err := p.open()
	if err != nil {
		return nil, err
	}
	defer f.Close()
	head := make([]byte, 4096)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, unreadable(p.name, err)
	}
	return head[:n], nil
}
