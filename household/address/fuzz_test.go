package address

import (
	"os"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzParse looks for texts that break the parser or whose parts lie outside
// them. Reading is stable: numbers and the names' forms stay as they are when
// the folded text is read again.
func FuzzParse(f *testing.F) {
	raw, err := os.ReadFile("testdata/addresses.txt")
	if err != nil {
		f.Fatal(err)
	}
	for line := range strings.Lines(string(raw)) {
		text, _, _ := strings.Cut(line, "|")
		f.Add(text)
	}
	for _, s := range []string{
		"", "-", "((()", "))", "(原)", "号", "#", "附", "第", "甲", "地下", "路", "1-2-3-4-5-6-7", "\xff\xfe3号楼", "3\xE5号", "一二三四五六七八九十一二三四",
		"十百千十百千号楼", "路路路路路路12号", "村村村三组组", "A-A-A-A", "(二期", "3号楼(原(旧)2栋", strings.Repeat("建设路", 200),
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a := Parse(s)
		for _, p := range a.Parts {
			if p.From < 0 || p.To > len(s) || p.From > p.To {
				t.Fatalf("part %v of %q lies at %d to %d of %d bytes", p.Kind, s, p.From, p.To, len(s))
			}
		}
		if a.Floor < -10 || a.Floor > 200 {
			t.Errorf("floor %d", a.Floor)
		}
		for k := range kindCount {
			if v := a.Field(k); !utf8.ValidString(v) || strings.ContainsRune(v, 0xFFFD) {
				t.Errorf("%v of %q is %q", k, s, v)
			}
		}
		for _, name := range []string{a.Road, a.Compound, a.District} {
			if k := Key(name); Key(k) != k && !strings.ContainsAny(name, "零一二两三四五六七八九十百千廿第") {
				t.Errorf("the key of %q is %q, and that one's %q", name, k, Key(k))
			}
		}
		b := Parse(s)
		if describe(&a) != describe(&b) {
			t.Errorf("%q reads differently the second time", s)
		}
	})
}

// TestParts: the parts' places are those of the text as it was written.
func TestParts(t *testing.T) {
	s := "（快递）和平区 建設路１２號（原纺织厂宿舍），３幢２单元４０１室"
	want := map[Kind]string{
		District: "和平区", Road: "建設路", Number: "１２號", Building: "３幢", Entrance: "２单元", Room: "４０１室", Former: "原纺织厂宿舍", Remark: "快递",
	}
	a := Parse(s)
	for _, p := range a.Parts {
		if w, ok := want[p.Kind]; !ok || s[p.From:p.To] != w {
			t.Errorf("%v is %q", p.Kind, s[p.From:p.To])
		}
		delete(want, p.Kind)
	}
	if len(want) > 0 {
		t.Errorf("not found: %v", want)
	}
}

func TestReadNumeral(t *testing.T) {
	for s, want := range map[string]string{
		"一": "1", "十": "10", "十二": "12", "二十": "20", "二十三": "23", "一百": "100", "一百零五": "105", "一百二": "120", "一百一十二": "112",
		"四零一": "401", "一二零三": "1203", "廿三": "23", "两千零八": "2008", "零": "0", "十一二": "", "": "",
	} {
		if got := readNumeral([]rune(s)); got != want {
			t.Errorf("%s is %q, want %q", s, got, want)
		}
	}
}

func BenchmarkParse(b *testing.B) {
	list := []string{"辽宁省沈阳市和平区南湖街道文安社区建设路12号锦绣小区3号楼2单元401室", "锦绣小区3-2-401", "建设路17号3-2-401", "豆腐胡同12号"}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		Parse(list[i%len(list)])
	}
}
