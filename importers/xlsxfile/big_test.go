package xlsxfile

import (
	"archive/zip"
	"bufio"
	"compress/flate"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
)

const bigColumns = 8

// bigRow gives the cells of a made-up resident, as text; the area code 990000
// is no one's.
func bigRow(i int) [bigColumns]string {
	day := 20000 + i*7%20000
	date, _ := appendSerial(nil, float64(day), formatDate, false)
	number, _, _, _ := appendNumber(nil, fmt.Appendf(nil, "%d.%02d", 40+i%100, 1+i%9*11))
	return [bigColumns]string{
		fmt.Sprintf("L%05d", i/40), fmt.Sprintf("%d单元", i%4+1), fmt.Sprint(100 + i%30), fmt.Sprintf("张甲%d", i%5000),
		fmt.Sprintf("990000%08d%04d", i, i%10000), string(date), fmt.Sprintf("139%08d", i), string(number),
	}
}

const contentTypes = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>
<Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>
<Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/>
<Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>`

// writeBig writes a workbook as Excel does, in a stream: texts shared, dates
// as serial numbers.
func writeBig(tb testing.TB, rows int) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "big.xlsx")
	f, err := os.Create(path)
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	z := zip.NewWriter(f)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, 1) })
	p := minimal("").related("styles", "styles.xml", `<styleSheet `+mainNS+`><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>`).
		related("sharedStrings", "sharedStrings.xml", "")
	p["[Content_Types].xml"] = contentTypes
	for name, content := range p {
		if name == "xl/worksheets/sheet1.xml" || name == "xl/sharedStrings.xml" {
			continue
		}
		w, err := z.Create(name)
		if err != nil {
			tb.Fatal(err)
		}
		io.WriteString(w, content)
	}
	w, err := z.Create("xl/worksheets/sheet1.xml")
	if err != nil {
		tb.Fatal(err)
	}
	index := map[string]int{}
	var texts []string
	shared := func(s string) int {
		i, ok := index[s]
		if !ok {
			i = len(texts)
			index[s] = i
			texts = append(texts, s)
		}
		return i
	}
	b := bufio.NewWriterSize(w, 1<<16)
	fmt.Fprintf(b, `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><worksheet %s><dimension ref="A1:H%d"/><sheetData><row r="1" spans="1:8">`, mainNS, rows+1)
	for j, name := range []string{"楼栋编码", "单元", "房号", "姓名", "身份证号", "出生日期", "电话", "面积"} {
		fmt.Fprintf(b, `<c r="%s1" t="s"><v>%d</v></c>`, columnLetters(j), shared(name))
	}
	b.WriteString("</row>")
	for i := range rows {
		r, x := i+2, bigRow(i)
		fmt.Fprintf(b, `<row r="%d" spans="1:8"><c r="A%d" t="s"><v>%d</v></c><c r="B%d" t="s"><v>%d</v></c><c r="C%d"><v>%s</v></c><c r="D%d" t="s"><v>%d</v></c>`,
			r, r, shared(x[0]), r, shared(x[1]), r, x[2], r, shared(x[3]))
		fmt.Fprintf(b, `<c r="E%d" t="s"><v>%d</v></c><c r="F%d" s="1"><v>%d</v></c><c r="G%d" t="s"><v>%d</v></c><c r="H%d"><v>%s</v></c></row>`,
			r, shared(x[4]), r, 20000+i*7%20000, r, shared(x[6]), r, x[7])
	}
	b.WriteString("</sheetData></worksheet>")
	if err := b.Flush(); err != nil {
		tb.Fatal(err)
	}
	if w, err = z.Create("xl/sharedStrings.xml"); err != nil {
		tb.Fatal(err)
	}
	b.Reset(w)
	fmt.Fprintf(b, `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><sst %s>`, mainNS)
	for _, s := range texts {
		b.WriteString("<si><t>" + s + "</t></si>")
	}
	b.WriteString("</sst>")
	if err := b.Flush(); err != nil {
		tb.Fatal(err)
	}
	if err := z.Close(); err != nil {
		tb.Fatal(err)
	}
	return path
}
