package synthcity

import (
	"bufio"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/transform"

	"hearthmap/household"
)

// writers are the open files. The first error is kept in err.
type writers struct {
	files                                []*os.File
	closers                              []io.Closer
	buffers                              []*bufio.Writer
	areas, compounds, streets, buildings *featureFile
	units, residents, facilities         *bufio.Writer
	err                                  error
}

// featureFile is a GeoJSON file that grows feature by feature, one a line.
type featureFile struct {
	w     *bufio.Writer
	count int
	buf   []byte
}

func openWriters(dir string) (*writers, error) {
	w := &writers{}
	open := func(name string) *bufio.Writer {
		f, err := os.Create(filepath.Join(dir, name))
		if err != nil {
			if w.err == nil {
				w.err = household.Errorf(household.Invalid, "synthcity.Generate", "cannot write %s: %w", name, err).
					WithHint("name a directory that can be written")
			}
			return bufio.NewWriter(io.Discard)
		}
		w.files = append(w.files, f)
		var out io.Writer = f
		if name == FileUnits {
			t := transform.NewWriter(f, simplifiedchinese.GB18030.NewEncoder())
			w.closers = append(w.closers, t)
			out = t
		}
		b := bufio.NewWriterSize(out, 1<<16)
		w.buffers = append(w.buffers, b)
		return b
	}
	geo := func(name string) *featureFile {
		f := &featureFile{w: open(name)}
		w.text(f.w, "{\"type\":\"FeatureCollection\",\"features\":[")
		return f
	}
	w.areas, w.streets, w.compounds, w.buildings = geo(FileAreas), geo(FileStreets), geo(FileCompounds), geo(FileBuildings)
	w.units, w.residents, w.facilities = open(FileUnits), open(FileResidents), open(FileFacilities)
	w.text(w.units, "楼栋编码,单元,楼层,房号,用途,面积\r\n")
	w.text(w.residents, "身份证号,姓名,性别,出生日期,联系电话,楼栋编码,单元,房号,与户主关系,人口类型,标签\n")
	w.text(w.facilities, "编码,名称,类别,经度,纬度,容量,地址\n")
	if w.err != nil {
		err := w.err
		_ = w.close()
		return nil, err
	}
	return w, nil
}

func (w *writers) text(b *bufio.Writer, s string) {
	if _, err := b.WriteString(s); err != nil && w.err == nil {
		w.err = err
	}
}

// row writes a line of CSV. No value that synthcity makes needs quotes.
func (w *writers) row(b *bufio.Writer, end string, values ...string) {
	for i, v := range values {
		if i > 0 {
			w.text(b, ",")
		}
		w.text(b, v)
	}
	w.text(b, end)
}

// close ends the collections, flushes and closes every file, and returns the
// first error of all.
func (w *writers) close() error {
	for _, f := range []*featureFile{w.areas, w.streets, w.compounds, w.buildings} {
		if f != nil {
			w.text(f.w, "\n]}\n")
		}
	}
	keep := func(err error) {
		if err != nil && w.err == nil {
			w.err = err
		}
	}
	for _, b := range w.buffers {
		keep(b.Flush())
	}
	for _, c := range w.closers {
		keep(c.Close())
	}
	for _, f := range w.files {
		keep(f.Close())
	}
	return w.err
}

// prop is a property of a feature: a string, bool, int or float64.
type prop struct {
	key   string
	value any
}

// feature writes one feature; geometry appends its GeoJSON to the buffer.
func (w *writers) feature(f *featureFile, geometry func([]byte) []byte, props ...prop) {
	b := f.buf[:0]
	if f.count > 0 {
		b = append(b, ',')
	}
	f.count++
	b = append(b, "\n{\"type\":\"Feature\",\"properties\":{"...)
	for i, p := range props {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '"')
		b = append(b, p.key...)
		b = append(b, "\":"...)
		switch v := p.value.(type) {
		case string:
			b = append(b, '"') // no value holds quotes, backslashes or control characters
			b = append(b, v...)
			b = append(b, '"')
		case bool:
			b = strconv.AppendBool(b, v)
		case int:
			b = strconv.AppendInt(b, int64(v), 10)
		case float64:
			b = strconv.AppendFloat(b, v, 'f', 1, 64)
		}
	}
	b = append(b, "},\"geometry\":"...)
	b = geometry(b)
	b = append(b, '}')
	f.buf = b
	if _, err := f.w.Write(b); err != nil && w.err == nil {
		w.err = err
	}
}

func (c *city) appendPoint(b []byte, p pt) []byte {
	q := c.ll(p)
	b = append(b, '[')
	b = strconv.AppendFloat(b, q[0], 'f', 7, 64)
	b = append(b, ',')
	b = strconv.AppendFloat(b, q[1], 'f', 7, 64)
	return append(b, ']')
}

func (c *city) appendLine(b []byte, line []pt, closed bool) []byte {
	b = append(b, '[')
	for i, p := range line {
		if i > 0 {
			b = append(b, ',')
		}
		b = c.appendPoint(b, p)
	}
	if closed {
		b = append(b, ',')
		b = c.appendPoint(b, line[0])
	}
	return append(b, ']')
}

func (c *city) point(p pt) func([]byte) []byte {
	return func(b []byte) []byte {
		return append(c.appendPoint(append(b, "{\"type\":\"Point\",\"coordinates\":"...), p), '}')
	}
}

func (c *city) lineString(line []pt) func([]byte) []byte {
	return func(b []byte) []byte {
		return append(c.appendLine(append(b, "{\"type\":\"LineString\",\"coordinates\":"...), line, false), '}')
	}
}

// polygon takes the outer ring and the holes.
func (c *city) polygon(rings ...[]pt) func([]byte) []byte {
	return func(b []byte) []byte {
		b = append(b, "{\"type\":\"Polygon\",\"coordinates\":"...)
		return append(c.appendRings(b, rings), '}')
	}
}

func (c *city) appendRings(b []byte, rings [][]pt) []byte {
	b = append(b, '[')
	for i, r := range rings {
		if i > 0 {
			b = append(b, ',')
		}
		b = c.appendLine(b, r, true)
	}
	return append(b, ']')
}

// multi writes a Polygon when there is one, else a MultiPolygon.
func (c *city) multi(polygons [][][]pt) func([]byte) []byte {
	if len(polygons) == 1 {
		return c.polygon(polygons[0]...)
	}
	return func(b []byte) []byte {
		b = append(b, "{\"type\":\"MultiPolygon\",\"coordinates\":["...)
		for i, p := range polygons {
			if i > 0 {
				b = append(b, ',')
			}
			b = c.appendRings(b, p)
		}
		return append(b, "]}"...)
	}
}
