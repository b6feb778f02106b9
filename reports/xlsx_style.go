package reports

import (
	"archive/zip"
	"bytes"
	"cmp"
	"encoding/xml"
	"io"
	"io/fs"
	"slices"

	"github.com/xuri/excelize/v2"
)

// chineseFont is on every Windows machine with Chinese.
const chineseFont = "微软雅黑"

// styles are the numbers of a workbook's styles.
type styles struct {
	title, head, label, wrapped, text, count, metres, percent int
	totalText, totalCount, totalPercent                       int
}

func newStyles(f *excelize.File) (styles, error) {
	var s styles
	line := []excelize.Border{{Type: "bottom", Color: "E3E7EA", Style: 1}}
	above := []excelize.Border{{Type: "top", Color: "5B6770", Style: 1}}
	pale := excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"F1F4F6"}}
	count, tenth, percent := "#,##0", "#,##0.0", "0.0%"
	font := func(size float64, bold bool, colour string) *excelize.Font {
		return &excelize.Font{Family: chineseFont, Size: size, Bold: bold, Color: colour}
	}
	right := &excelize.Alignment{Horizontal: "right", Vertical: "center"}
	plain := &excelize.Alignment{Vertical: "center"}
	for _, d := range []struct {
		to    *int
		style excelize.Style
	}{
		{&s.title, excelize.Style{Font: font(16, true, "1F2A33"), Alignment: plain}},
		{&s.head, excelize.Style{
			Font: font(9, true, "FFFFFF"), Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"0F5C8A"}},
			Alignment: &excelize.Alignment{Horizontal: "center", Vertical: "center", WrapText: true},
			Border:    []excelize.Border{{Type: "left", Color: "3D7DA3", Style: 1}, {Type: "right", Color: "3D7DA3", Style: 1}},
		}},
		{&s.label, excelize.Style{Font: font(10, true, "0F5C8A"), Alignment: &excelize.Alignment{Vertical: "top"}}},
		{&s.wrapped, excelize.Style{Font: font(10, false, "1F2A33"), Alignment: &excelize.Alignment{Vertical: "top", WrapText: true}}},
		{&s.text, excelize.Style{Font: font(10, false, "1F2A33"), Alignment: plain, Border: line}},
		{&s.count, excelize.Style{Font: font(10, false, "1F2A33"), Alignment: right, Border: line, CustomNumFmt: &count}},
		{&s.metres, excelize.Style{Font: font(10, false, "1F2A33"), Alignment: right, Border: line, CustomNumFmt: &tenth}},
		{&s.percent, excelize.Style{Font: font(10, false, "1F2A33"), Alignment: right, Border: line, CustomNumFmt: &percent}},
		{&s.totalText, excelize.Style{Font: font(10, true, "1F2A33"), Alignment: plain, Border: above, Fill: pale}},
		{&s.totalCount, excelize.Style{Font: font(10, true, "1F2A33"), Alignment: right, Border: above, Fill: pale, CustomNumFmt: &count}},
		{&s.totalPercent, excelize.Style{Font: font(10, true, "1F2A33"), Alignment: right, Border: above, Fill: pale, CustomNumFmt: &percent}},
	} {
		n, err := f.NewStyle(&d.style)
		if err != nil {
			return s, err
		}
		*d.to = n
	}
	return s, nil
}

// colourScale colours shares from none to all. The ends are lighter than the
// map's, so that black figures stay readable on them.
func (b *workbook) colourScale(sheet, cells string) error {
	return b.f.SetConditionalFormat(sheet, cells, []excelize.ConditionalFormatOptions{{
		Type: "3_color_scale", Criteria: "=",
		MinType: "num", MinValue: "0", MinColor: "#E6872D",
		MidType: "num", MidValue: "0.5", MidColor: "#F3F5F6",
		MaxType: "num", MaxValue: "1", MaxColor: "#6FB0D2",
	}})
}

// contentTypes is the part that lists what the others are.
type contentTypes struct {
	XMLName   xml.Name       `xml:"http://schemas.openxmlformats.org/package/2006/content-types Types"`
	Defaults  []defaultType  `xml:"Default"`
	Overrides []overrideType `xml:"Override"`
}

type defaultType struct {
	Extension   string `xml:"Extension,attr"`
	ContentType string `xml:"ContentType,attr"`
}

type overrideType struct {
	PartName    string `xml:"PartName,attr"`
	ContentType string `xml:"ContentType,attr"`
}

// sortedTypes puts the list of types in order: the library takes it from a
// map too.
func sortedTypes(part []byte) ([]byte, error) {
	var t contentTypes
	if err := xml.Unmarshal(part, &t); err != nil {
		return nil, err
	}
	slices.SortFunc(t.Defaults, func(a, b defaultType) int { return cmp.Compare(a.Extension, b.Extension) })
	slices.SortFunc(t.Overrides, func(a, b overrideType) int { return cmp.Compare(a.PartName, b.PartName) })
	sorted, err := xml.Marshal(t)
	return append([]byte(xml.Header), sorted...), err
}

// steadyZip holds the parts of a workbook back and writes them by name: the
// library takes streamed sheets from a map, in any order.
type steadyZip struct {
	to    *zip.Writer
	parts map[string]*bytes.Buffer
}

func newSteadyZip(w io.Writer) excelize.ZipWriter {
	return &steadyZip{zip.NewWriter(w), map[string]*bytes.Buffer{}}
}

// Create starts a part.
func (z *steadyZip) Create(name string) (io.Writer, error) {
	z.parts[name] = &bytes.Buffer{}
	return z.parts[name], nil
}

// AddFS adds the files of a file system.
func (z *steadyZip) AddFS(from fs.FS) error { return z.to.AddFS(from) }

// Close writes the parts, the list of types first as readers like it.
func (z *steadyZip) Close() error {
	const first = "[Content_Types].xml"
	names := make([]string, 0, len(z.parts))
	for name := range z.parts {
		names = append(names, name)
	}
	slices.Sort(names)
	if i := slices.Index(names, first); i > 0 {
		names = append([]string{first}, slices.Delete(names, i, i+1)...)
	}
	for _, name := range names {
		// A header without a time: Create of the standard library sets none.
		w, err := z.to.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate})
		if err != nil {
			return err
		}
		part := z.parts[name].Bytes()
		if name == first {
			if part, err = sortedTypes(part); err != nil {
				return err
			}
		}
		if _, err := w.Write(part); err != nil {
			return err
		}
	}
	return z.to.Close()
}
