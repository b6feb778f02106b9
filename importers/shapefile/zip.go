package shapefile

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"hearthmap/household"
	"hearthmap/importers"
	"hearthmap/importers/charset"
)

const (
	// maxDirectory bounds an archive's list of contents, which is held in
	// memory: some 100,000 files.
	maxDirectory = 8 << 20
	// maxUnpacked bounds what a member may unpack to.
	maxUnpacked = 64 << 30
)

// openZip opens the shapefile or table of an archive that o names, or the
// only one that fits. Nothing is unpacked to the disk.
func openZip(name string, o importers.FileOptions) (*fileSet, error) {
	f, size, err := openArchive(name)
	if err != nil {
		return nil, err
	}
	set, err := readZip(f, size, o)
	if err != nil {
		f.Close()
		return nil, err
	}
	set.closer = f
	return set, nil
}

func openArchive(name string) (f *os.File, size int64, err error) {
	p, err := diskPart(name)
	if err != nil {
		return nil, 0, err
	}
	if f, err = os.Open(name); err != nil {
		return nil, 0, household.Errorf(household.Invalid, op, "cannot open the file: %w", err).WithHint("check that you may read it")
	}
	return f, p.size, nil
}

// readZip chooses one of the archive's sets.
func readZip(f io.ReaderAt, size int64, o importers.FileOptions) (*fileSet, error) {
	sets, err := listZip(f, size)
	if err != nil {
		return nil, err
	}
	if len(sets) == 1 && o.Layer == "" {
		return sets[0], nil
	}
	list, err := describe(sets, o)
	if err != nil {
		return nil, err
	}
	i, notes, err := importers.ChooseLayer(list, o)
	if err != nil {
		return nil, err
	}
	sets[i].notes = append(sets[i].notes, notes...)
	return sets[i], nil
}

// Layers lists the shapefiles and tables of an archive; outside of one there
// is one layer.
func Layers(path string, o importers.FileOptions) ([]importers.Layer, error) {
	kind, err := pathKind(path)
	if err != nil || kind != zipFile {
		return nil, err
	}
	f, size, err := openArchive(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	sets, err := listZip(f, size)
	if err != nil {
		return nil, err
	}
	return describe(sets, o)
}

// describe reads the columns of the sets, which costs the head of each table.
func describe(sets []*fileSet, o importers.FileOptions) ([]importers.Layer, error) {
	list := make([]importers.Layer, len(sets))
	for i, s := range sets {
		l := importers.Layer{Name: s.stem, Type: importers.LayerOfRows, Shapes: s.shp != nil, Rows: -1}
		if l.Shapes {
			l.Type = importers.LayerOfShapes
		}
		if s.dbf != nil {
			t, err := openTable(s, o)
			var ours *household.Error
			switch {
			case err == nil:
				l.Columns, l.Rows = t.names, t.layout.rows
				if err := t.close(); err != nil {
					return nil, err
				}
				s.read.Store(0) // nothing of its rows
			case !errors.As(err, &ours): // reading the layer says what is wrong
				return nil, err
			}
		}
		list[i] = l
	}
	return list, nil
}

// maxLayers bounds how many shapefiles of an archive are looked at.
const maxLayers = 1000

// listZip finds the shapefiles of an archive, then the tables that belong to
// none, in its order.
func listZip(f io.ReaderAt, size int64) ([]*fileSet, error) {
	if err := checkDirectory(f, size); err != nil {
		return nil, err
	}
	z, err := zip.NewReader(f, size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return nil, household.Errorf(household.Invalid, op, "the archive cannot be read: %w", err).
			WithHint("it was damaged when it was copied, or is no .zip; pack the files anew")
	}
	members := map[string]*zip.File{} // by lower-case path
	var shapes, tables []string       // paths without extension, as named
	for _, m := range z.File {
		name, ok := memberName(m)
		ext := strings.ToLower(path.Ext(name))
		if !ok || !partExtensions[ext] {
			continue
		}
		stem := name[:len(name)-len(ext)]
		if _, twice := members[strings.ToLower(name)]; twice {
			return nil, household.Errorf(household.Invalid, op, "the archive holds %s twice", name).WithHint("pack the files anew")
		}
		members[strings.ToLower(name)] = m
		switch ext {
		case ".shp":
			shapes = append(shapes, stem)
		case ".dbf":
			tables = append(tables, stem)
		}
	}
	tables = slices.DeleteFunc(tables, func(stem string) bool { return members[strings.ToLower(stem+".shp")] != nil })
	var sets []*fileSet
	for i, stem := range append(shapes, tables...) {
		if len(sets) == maxLayers {
			break
		}
		set := &fileSet{archive: true, stem: stem}
		for _, e := range setExtensions {
			if i >= len(shapes) && e != ".dbf" && e != ".cpg" {
				continue
			}
			m := members[strings.ToLower(stem+e)]
			if m == nil {
				continue
			}
			p, err := zipPart(m, stem+e)
			if err != nil {
				return nil, err
			}
			set.set(e, p)
		}
		sets = append(sets, set)
	}
	if len(sets) == 0 {
		return nil, household.Errorf(household.Invalid, op, "the archive holds neither a .shp nor a .dbf").
			WithHint("pack the .shp, .shx, .dbf, .prj and .cpg of one shapefile; other files are handed over unpacked")
	}
	return sets, nil
}

// memberName is the path of a member that counts, in UTF-8 with slashes.
func memberName(m *zip.File) (string, bool) {
	name := m.Name
	if m.NonUTF8 && !readsAsUTF8(name) { // packed by Windows in Chinese
		b, err := io.ReadAll(charset.NewReader(strings.NewReader(name), charset.GB18030))
		if err == nil && utf8.Valid(b) && (!utf8.ValidString(name) || !bytes.ContainsRune(b, utf8.RuneError)) {
			name = string(b)
		}
	}
	name = strings.ReplaceAll(name, `\`, "/")
	base := path.Base(name)
	if strings.HasSuffix(name, "/") || strings.HasPrefix(base, "._") || strings.HasPrefix(name, "__MACOSX/") {
		return "", false
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == utf8.RuneError {
			return '?'
		}
		return r
	}, name), true
}

// readsAsUTF8 tells UTF-8 from GBK in a name that does not say which it is.
// Some characters of GBK, such as 楼, are UTF-8 of two bytes by chance; Chinese
// in UTF-8 has three.
func readsAsUTF8(name string) bool {
	if !utf8.ValidString(name) {
		return false
	}
	latin := false
	for _, r := range name {
		if r >= 0x800 {
			return true
		}
		latin = latin || r >= utf8.RuneSelf
	}
	return !latin
}

const flagEncrypted = 1

func zipPart(m *zip.File, name string) (*part, error) {
	switch {
	case m.Flags&flagEncrypted != 0:
		return nil, household.Errorf(household.Invalid, op, "%s in the archive is protected by a password", name).
			WithHint("unpack it with the password and hand over the files")
	case m.Method != zip.Store && m.Method != zip.Deflate:
		return nil, household.Errorf(household.Invalid, op, "%s in the archive is packed by a method that is not read (number %d)", name, m.Method).
			WithHint("unpack it and hand over the files")
	case m.UncompressedSize64 > maxUnpacked:
		return nil, household.Errorf(household.Invalid, op, "%s in the archive would unpack to more than 64 GiB", name).
			WithHint("check the archive; if it is right, unpack it and hand over the files")
	}
	return &part{name: name, size: int64(m.UncompressedSize64), open: func() (io.ReadCloser, error) {
		f, err := m.Open()
		if err != nil {
			return nil, unreadable(name, err)
		}
		return f, nil
	}}, nil
}

// checkDirectory refuses an archive whose list of contents alone is a bomb.
func checkDirectory(f io.ReaderAt, size int64) error {
	tail := make([]byte, min(size, 66<<10))
	if n, err := f.ReadAt(tail, size-int64(len(tail))); n < len(tail) {
		return unreadable("the archive", err)
	}
	directory := uint64(0)
	if i := bytes.LastIndex(tail, []byte("PK\x05\x06")); i >= 0 && len(tail) >= i+22 {
		directory = uint64(binary.LittleEndian.Uint32(tail[i+12:]))
	}
	if i := bytes.LastIndex(tail, []byte("PK\x06\x06")); i >= 0 && len(tail) >= i+56 && directory == 0xFFFFFFFF {
		directory = binary.LittleEndian.Uint64(tail[i+40:])
	}
	if directory > maxDirectory && directory <= uint64(size) {
		return household.Errorf(household.Invalid, op, "the archive lists far too many files").
			WithHint("pack the files of one shapefile only")
	}
	return nil
}

// unreadable is the error for bytes that cannot be had.
func unreadable(name string, err error) error {
	var ours *household.Error
	if errors.As(err, &ours) {
		return err
	}
	hint := "check the disk or share the file lies on"
	switch {
	case errors.Is(err, zip.ErrChecksum), errors.Is(err, zip.ErrFormat), errors.Is(err, io.ErrUnexpectedEOF):
		hint = "it was damaged when it was copied; copy or pack it again"
	default:
		if strings.Contains(err.Error(), "flate:") {
			hint = "it was damaged when it was copied; copy or pack it again"
		}
	}
	return household.Errorf(household.Invalid, "shapefile.Next", "%s cannot be read on: %w", name, err).WithHint("%s", hint)
}
