package xlsxfile

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"hearthmap/household"
	"hearthmap/importers"
	"hearthmap/importers/readertest"
)

const someRows = `<sheetData>
<row r="2"><c r="A2" t="inlineStr"><is><t>编码</t></is></c><c r="B2" t="inlineStr"><is><t>名称</t></is></c></row>
<row r="3"><c r="A3"><v>1</v></c><c r="B3" t="str"><v>a</v></c></row>
<row r="5"><c r="A5"><v>110105194912310021</v></c><c r="B5" t="str"><v>b</v></c></row>
<row r="6"><c r="C6"><v>7</v></c></row>
<row r="9"><c r="B9" t="b"><v>1</v></c></row>
</sheetData>`

func TestConformance(t *testing.T) {
	t.Run("one sheet", func(t *testing.T) {
		path := minimal(someRows).write(t)
		readertest.Run(t, func(tb testing.TB) importers.Reader { return mustOpen(tb, path) })
	})
	t.Run("two sheets", func(t *testing.T) {
		p := minimal(someRows)
		p["xl/worksheets/sheet2.xml"] = p["xl/worksheets/sheet1.xml"]
		p["xl/workbook.xml"] = strings.Replace(p["xl/workbook.xml"], "</sheets>", `<sheet name="二" sheetId="2" r:id="rId2"/></sheets>`, 1)
		p["xl/_rels/workbook.xml.rels"] = strings.Replace(p["xl/_rels/workbook.xml.rels"], "</Relationships>",
			`<Relationship Id="rId2" Type="`+relURI+`worksheet" Target="/xl/worksheets/sheet2.xml"/></Relationships>`, 1)
		path := p.write(t)
		readertest.Run(t, func(tb testing.TB) importers.Reader { return mustOpen(tb, path) })
	})
}

func TestRows(t *testing.T) {
	r := mustOpen(t, minimal(someRows).write(t))
	wantLines(t, header(t, r), "编码", "名称")
	wantLines(t, lines(t, r), "表 3: 1|a", "表 5! 编码 value", "表 6! column C syntax", "表 9: |TRUE")
}

// A rejected row keeps its texts, for the rejects file.
func TestRejectKeepsRow(t *testing.T) {
	r := mustOpen(t, minimal(someRows).write(t))
	for {
		_, err := r.Next()
		if bad, ok := err.(*importers.RowError); ok {
			if !slices.Equal(bad.Record.Values, []string{"110105194912310021", "b"}) || !strings.Contains(bad.Reject.Suggestion, "text") {
				t.Errorf("%+v", bad)
			}
			if strings.Contains(bad.Reject.Reason+bad.Reject.Suggestion, "1949") {
				t.Error("the reason holds the value")
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// cells of every type, and how they come out; ! is a reject.
func TestValues(t *testing.T) {
	styles := `<styleSheet ` + mainNS + `><numFmts count="3">
<numFmt numFmtId="176" formatCode="yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;;@"/><numFmt numFmtId="177" formatCode="000000"/>
<numFmt numFmtId="178" formatCode="0.00_ &quot;day&quot;;[Red]\-0.00"/></numFmts>
<cellStyleXfs count="1"><xf numFmtId="14"/></cellStyleXfs>
<cellXfs count="7"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="22"/><xf numFmtId="20"/><xf numFmtId="176"/><xf numFmtId="177"/><xf numFmtId="178"/><xf numFmtId="46"/><xf numFmtId="57"/></cellXfs></styleSheet>`
	texts := `<sst ` + mainNS + `><si><t>plain</t></si><si><r><rPr><b/></rPr><t xml:space="preserve">rich </t></r><r><t>text</t></r><rPh sb="0" eb="1"><t>phonetic</t></rPh></si><si/><si><t>东_x000D_西_x005F_x0041_ _xZZZZ_</t></si></sst>`
	for _, k := range []struct{ cell, want string }{
		{`<c t="s"><v>0</v></c>`, "plain"},
		{`<c t="s"><v>1</v></c>`, "rich text"},
		{`<c t="s"><v>2</v></c>`, ""},
		{`<c t="s"><v>3</v></c>`, "东\r西_x0041_ _xZZZZ_"},
		{`<c t="s"><v>4</v></c>`, "!syntax"},
		{`<c t="s"><v>-1</v></c>`, "!syntax"},
		{`<c t="inlineStr"><is><r><t>a</t></r><r><t>b</t></r><phoneticPr fontId="1"/></is></c>`, "ab"},
		{`<c t="inlineStr"><is><t>&lt;&#x4E1C;&#35199;&gt;&amp;&quot;&apos;</t></is></c>`, `<东西>&"'`},
		{`<c t="inlineStr"><is><t><![CDATA[<a>&amp;]]></t></is></c>`, "<a>&amp;"},
		{"<c t=\"inlineStr\"><is><t>a\r\nb<!-- c -->d</t></is></c>", "a\nbd"},
		{"<c t=\"inlineStr\"><is><t>\xB1\xE0</t></is></c>", "\uFFFD"},
		{`<c t="str"><f>A1&amp;B1</f><v>formula</v></c>`, "formula"},
		{`<c t="str"><f>""</f><v></v></c>`, ""},
		{`<c><f>SUM(A1)</f></c>`, "!value"},
		{`<c t="e"><v>#N/A</v></c>`, "!value"},
		{`<c t="b"><v>0</v></c>`, "FALSE"},
		{`<c><v>42</v></c>`, "42"},
		{`<c t="n"><v> 42 </v></c>`, "42"},
		{`<c><v>0.10000000000000001</v></c>`, "0.1"},
		{`<c><v>123.42533059999999</v></c>`, "123.4253306"},
		{`<c><v>1.2E-3</v></c>`, "0.0012"},
		{`<c><v>1.10105491231002E14</v></c>`, "110105491231002"},
		{`<c><v>-0</v></c>`, "0"},
		{`<c><v>1e15</v></c>`, "!value"},
		{`<c><v>-1.10105194912310E+17</v></c>`, "!value"},
		{`<c><v>999999999999999.9</v></c>`, "!value"},
		{`<c><v>NaN</v></c>`, "!value"},
		{`<c><v>0x10</v></c>`, "!value"},
		{`<c s="1"><v>43832</v></c>`, "2020-01-02"},
		{`<c s="1"><v>43832.5</v></c>`, "2020-01-02 12:00:00"},
		{`<c s="2"><v>43832.999999</v></c>`, "2020-01-03"},
		{`<c s="3"><v>0.75</v></c>`, "18:00:00"},
		{`<c s="4"><v>59</v></c>`, "1900-02-28"},
		{`<c s="4"><v>60</v></c>`, "1900-02-29"},
		{`<c s="4"><v>61</v></c>`, "1900-03-01"},
		{`<c s="8"><v>1</v></c>`, "1900-01-01"},
		{`<c s="1"><v>19900131</v></c>`, "19900131"},
		{`<c s="1"><v>-5</v></c>`, "-5"},
		{`<c s="5"><v>7</v></c>`, "000007"},
		{`<c s="6"><v>7.5</v></c>`, "7.5"},
		{`<c s="7"><v>1.5</v></c>`, "36:00:00"},
		{`<c s="1" t="d"><v>2020-01-02T00:00:00.000Z</v></c>`, "2020-01-02"},
		{`<c t="d"><v>2020-01-02T10:20:30</v></c>`, "2020-01-02 10:20:30"},
		{`<c s="99"><v>3</v></c>`, "3"},
	} {
		body := `<sheetData><row><c t="str"><v>x</v></c><c t="str"><v>y</v></c></row><row>` + k.cell + `<c t="str"><v>.</v></c></row></sheetData>`
		path := minimal(body).related("styles", "styles.xml", styles).related("sharedStrings", "sharedStrings.xml", texts).write(t)
		rows, err := readertest.ReadAll(t, mustOpen(t, path))
		switch {
		case err != nil || len(rows) != 1:
			t.Errorf("%s: %d rows, %v", k.cell, len(rows), err)
		case rows[0].Reject != nil:
			if got := "!" + string(rows[0].Reject.Code); got != k.want {
				t.Errorf("%s: %s, want %q", k.cell, got, k.want)
			}
		case rows[0].Record.Values[0] != k.want || rows[0].Record.Values[1] != ".":
			t.Errorf("%s: %q, want %q", k.cell, rows[0].Record.Values, k.want)
		}
	}
}

func TestDates1904(t *testing.T) {
	p := minimal(`<sheetData><row><c t="str"><v>x</v></c></row><row><c s="1"><v>42370</v></c></row><row><c s="1"><v>0</v></c></row></sheetData>`).
		related("styles", "styles.xml", `<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>`)
	p["xl/workbook.xml"] = strings.Replace(p["xl/workbook.xml"], "<sheets>", `<workbookPr date1904="1"/><sheets>`, 1)
	wantLines(t, lines(t, mustOpen(t, p.write(t))), "表 2: 2020-01-02", "表 3: 1904-01-01")
}

// A strict workbook with prefixed names, as some programs write it, without
// cell references.
func TestStrictAndPrefixed(t *testing.T) {
	p := parts{
		"_rels/.rels":                `<Relationships><Relationship Id="a" Type="http://purl.oclc.org/ooxml/officeDocument/relationships/officeDocument" Target="/XL/Workbook.xml"/></Relationships>`,
		`xl\workbook.xml`:            `<x:workbook xmlns:x="http://purl.oclc.org/ooxml/spreadsheetml/main" xmlns:q="http://purl.oclc.org/ooxml/officeDocument/relationships"><x:sheets><x:sheet name="S&amp;T" sheetId="1" q:id="r1"/></x:sheets></x:workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="r1" Type="http://purl.oclc.org/ooxml/officeDocument/relationships/worksheet" Target="worksheets/Sheet1.xml"/></Relationships>`,
		"xl/worksheets/sheet1.xml":   `<x:worksheet xmlns:x="http://purl.oclc.org/ooxml/spreadsheetml/main"><x:sheetData><x:row><x:c t="str"><x:v>a</x:v></x:c></x:row><x:row><x:c><x:v>1</x:v></x:c></x:row><x:row><x:c/></x:row></x:sheetData><x:mergeCells><x:mergeCell ref="A2:A3"/></x:mergeCells></x:worksheet>`,
	}
	wantLines(t, lines(t, mustOpen(t, p.write(t))), "S&T 2: 1")
}

func TestUTF16(t *testing.T) {
	p := minimal(someRows)
	wide := []byte{0xFF, 0xFE}
	for _, c := range strings.Replace(p["xl/worksheets/sheet1.xml"], "UTF-8", "UTF-16", 1) {
		wide = append(wide, byte(c), byte(c>>8))
	}
	p["xl/worksheets/sheet1.xml"] = string(wide)
	wantLines(t, header(t, mustOpen(t, p.write(t))), "编码", "名称")
}

func TestSheets(t *testing.T) {
	f := excelize.NewFile()
	for _, s := range []string{"空", "藏", "乙", "甲", "标题"} {
		if _, err := f.NewSheet(s); err != nil {
			t.Fatal(err)
		}
	}
	put := func(sheet, cell string, values ...any) {
		if err := f.SetSheetRow(sheet, cell, &values); err != nil {
			t.Fatal(err)
		}
	}
	put("Sheet1", "A1", "code", "name")
	put("Sheet1", "A3", 1, "one")
	put("藏", "A1", "code")
	put("藏", "A2", "secret")
	put("乙", "B2", "name")
	put("乙", "B4", "two")
	put("甲", "A1", "x", "y", "z")
	put("甲", "A2", 1, nil, 3)
	put("标题", "A1", "only a title")
	if err := f.MergeCell("标题", "A1", "C1"); err != nil {
		t.Fatal(err)
	}
	if err := f.SetSheetVisible("藏", false); err != nil {
		t.Fatal(err)
	}
	r := mustOpen(t, save(t, f))
	if _, ok := r.(importers.HeaderReader); ok {
		t.Error("a workbook of several tables has no one header")
	}
	wantLines(t, lines(t, r), "Sheet1 3: 1|one", "乙 4: |two", "甲 2: 1||3")
	notes := strings.Join(r.(importers.NotingReader).Notes(), "\n")
	for _, want := range []string{`"藏" is hidden`, `"标题" holds no table`} {
		if !strings.Contains(notes, want) {
			t.Errorf("notes %q lack %q", notes, want)
		}
	}
}

// The first bytes tell workbooks, and what people take for them, from other
// zip files.
func TestSniff(t *testing.T) {
	f := Format()
	path := minimal(someRows).write(t)
	head, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !f.Sniff([]byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")) || f.Sniff([]byte("PK\x03\x04 a.shp")) || !f.Sniff(head) {
		t.Error("the first bytes are not told apart")
	}
	_, err = f.OpenReader("no such file.xlsx", importers.FileOptions{})
	if household.HintOf(err) == "" {
		t.Errorf("%v has no hint", err)
	}
}
