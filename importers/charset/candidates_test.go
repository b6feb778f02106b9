package charset_test

import (
	"bytes"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"hearthmap/household"
	"hearthmap/importers/charset"
)

func columns(name string) bool {
	return slices.Contains([]string{"身份证号", "姓名", "楼栋编码", "房号", "樓棟編碼", "名稱"}, name)
}

func TestChoose(t *testing.T) {
	const people = "身份证号,姓名,楼栋编码,房号\r\n990001199001310014,张试一,B1,401\r\n"
	const trad = "樓棟編碼,名稱\r\n1,忠孝東路\r\n"
	mark := func(e charset.Encoding, s string) []byte { return charset.Encode("\uFEFF"+s, e) }
	for name, k := range map[string]struct {
		head []byte
		want charset.Encoding
	}{
		"gb header":         {charset.Encode(people, charset.GB18030), charset.GB18030},
		"big5 header":       {charset.Encode(trad, charset.Big5), charset.Big5},
		"utf-8 header":      {[]byte(people), charset.UTF8},
		"utf-16le, mark":    {mark(charset.UTF16LE, people), charset.UTF16LE},
		"utf-16be, mark":    {mark(charset.UTF16BE, people), charset.UTF16BE},
		"utf-16le, no mark": {charset.Encode(people, charset.UTF16LE), charset.UTF16LE},
		"utf-16be, no mark": {charset.Encode(people, charset.UTF16BE), charset.UTF16BE},
		"utf-16le, ascii":   {charset.Encode("a,b\n1,2\n", charset.UTF16LE), charset.UTF16LE},
		"gb, english names": {charset.Encode("code,name\n1,王\n2,龘龘\n", charset.GB18030), charset.GB18030},
		"rare characters":   {charset.Encode("姓名\n㐂龘靐齉爩鱻麤龗灪吁龖厵滟\n", charset.GB18030), charset.GB18030},
		"binary":            {[]byte("\x00\x01\x02\xFF\x00\x03ab\x00"), ""},
		"latin":             {[]byte("a,b\ncaf\xE9,\xE0\n"), ""},
	} {
		got, err := charset.Choose(k.head, true, columns)
		if got != k.want {
			t.Errorf("%s: %q %v, want %q; %+v", name, got, err, k.want, charset.Candidates(k.head, true, columns))
		}
	}
}

// Two bytes of GB 2312 may be a letter of UTF-8 as well: 联通's younger
// brothers. Nobody is served by a guess.
func TestUndecidedShowsHeadersOnly(t *testing.T) {
	gb := charset.Encode("code,name\n1,一\n", charset.GB18030) // D2 BB, which is һ in UTF-8
	_, err := charset.Choose(gb, true, columns)
	if err == nil {
		t.Fatal("a guess")
	}
	for _, want := range []string{"utf-8 reads", "gb18030 reads", "code, name", "--encoding gb18030", "--encoding utf-8"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no %q in %v", want, err)
		}
	}
	row := charset.Encode("990001199001310014,一\n", charset.GB18030)
	_, err = charset.Choose(row, true, columns)
	if err == nil || strings.Contains(err.Error(), "9900") || strings.Contains(err.Error(), "一") || household.HintOf(err) == "" {
		t.Errorf("a person's row is shown, or no hint given: %v", err)
	}
}

// The names of columns decide where the bytes alone do not.
func TestHeaderWordsAreEvidence(t *testing.T) {
	head := charset.Encode("姓名,房号\n", charset.GB18030)
	list := charset.Candidates(head, true, columns)
	if list[0].Encoding != charset.GB18030 || list[0].Known != 2 || list[0].Columns != 2 || !slices.Equal(list[0].Header, []string{"姓名", "房号"}) {
		t.Errorf("%+v", list)
	}
	for _, c := range list[1:] {
		if c.Known != 0 || c.Score > list[0].Score-0.3 {
			t.Errorf("%+v beside %+v", c, list[0])
		}
	}
}

func TestPrivate(t *testing.T) {
	for s, want := range map[string]bool{
		"": false, "张三": false, "（全角）ｗｉｄｔｈ": false, "\uFB01": false, "𠮷": false, "😀": false, "\uFFFD": false, "\uFEFF": false,
		"王\uE000": true, "\uF8FF": true, "\uE5E5号": true, "\U000F0001": true, "\U0010FFFD": true, "\uF900": false,
	} {
		if got := charset.Private(s); got != want {
			t.Errorf("%+q: %v", s, got)
		}
	}
}

func TestUTF16AgainstIconv(t *testing.T) {
	if _, err := exec.LookPath("iconv"); err != nil {
		t.Skip("no iconv on this machine")
	}
	const text = "楼栋编码,姓名\r\n锦绣花园3号楼,㐂𠮷龘·€😀\r\n"
	for e, name := range map[charset.Encoding]string{charset.UTF16LE: "UTF-16LE", charset.UTF16BE: "UTF-16BE"} {
		cmd := exec.Command("iconv", "-f", "UTF-8", "-t", name)
		cmd.Stdin = strings.NewReader(text)
		want, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		if got := charset.Encode(text, e); !bytes.Equal(got, want) {
			t.Errorf("%s: % X, iconv has % X", e, got, want)
		}
		if got := decode(t, want, e); got != text {
			t.Errorf("%s: %q", e, got)
		}
	}
	if got := decode(t, []byte("\x00\xD8a\x00"), charset.UTF16LE); got != "\uFFFDa" {
		t.Errorf("half a pair became %q", got)
	}
}

func FuzzCandidates(f *testing.F) {
	f.Add([]byte("code,name\n1,王\n"), true)
	f.Add(charset.Encode("姓名,房号\n", charset.GB18030), false)
	f.Add(charset.Encode("姓名,房号\n", charset.UTF16BE), true)
	f.Fuzz(func(t *testing.T, head []byte, whole bool) {
		list := charset.Candidates(head, whole, columns)
		for i, c := range list {
			if !(c.Score >= 0 && c.Score <= 1) || !(c.Valid >= 0 && c.Valid <= 1) || i > 0 && c.Score > list[i-1].Score {
				t.Fatalf("%+v", list)
			}
		}
		if _, err := charset.Choose(head, whole, columns); err != nil && household.HintOf(err) == "" {
			t.Fatal(err)
		}
	})
}
