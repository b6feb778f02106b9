package charset_test

import (
	"bytes"
	"io"
	"os/exec"
	"strings"
	"testing"
	"unicode/utf8"

	"hearthmap/household"
	"hearthmap/importers/charset"
)

func decode(tb testing.TB, b []byte, e charset.Encoding) string {
	tb.Helper()
	out, err := io.ReadAll(charset.NewReader(bytes.NewReader(b), e))
	if err != nil {
		tb.Fatal(err)
	}
	return string(out)
}

// The codes that golang.org/x/text does not know, from iconv.
func TestPatchedCodes(t *testing.T) {
	for code, want := range map[string]rune{
		"\xFE\x59": 0x9FB4, "\xFE\x61": 0x9FB5, "\xFE\x66": 0x9FB6, "\xFE\x67": 0x9FB7, "\xFE\x6D": 0x9FB8,
		"\xFE\x7E": 0x9FB9, "\xFE\x90": 0x9FBA, "\xFE\xA0": 0x9FBB, "\xA6\xD9": 0xFE10, "\xA6\xDA": 0xFE12,
		"\xA6\xDB": 0xFE11, "\xA8\xBC": 0x1E3F, "\xFE\x51": 0x20087, "\xFE\x52": 0x20089, "\xFE\x53": 0x200CC,
		"\xFE\x6C": 0x215D7, "\xFE\x76": 0x2298F, "\xFE\x91": 0x241FE,
	} {
		if got := decode(t, []byte(code), charset.GB18030); got != string(want) {
			t.Errorf("% X = %U, want %U", code, []rune(got), want)
		}
		if back := charset.Encode(string(want), charset.GB18030); string(back) != code {
			t.Errorf("%U = % X, want % X", want, back, code)
		}
	}
}

// Every two-byte code decodes as iconv says, or is refused by both.
func TestGB18030AgainstIconv(t *testing.T) {
	if _, err := exec.LookPath("iconv"); err != nil {
		t.Skip("no iconv on this machine")
	}
	var all, in bytes.Buffer
	for lead := 0x81; lead <= 0xFE; lead++ {
		for trail := 0x40; trail <= 0xFE; trail++ {
			if trail != 0x7F {
				all.Write([]byte{byte(lead), byte(trail), '\n'})
			}
		}
	}
	for i, r := range strings.Split(strings.TrimSuffix(decode(t, all.Bytes(), charset.GB18030), "\n"), "\n") {
		if !strings.ContainsRune(r, utf8.RuneError) {
			in.Write(all.Bytes()[3*i : 3*i+3])
		}
	}
	// The 23,940 codes without the private use area (1,894) and what is unassigned.
	if n := in.Len() / 3; n < 21_890 {
		t.Errorf("only %d codes decode", n)
	}
	cmd := exec.Command("iconv", "-f", "GB18030", "-t", "UTF-8")
	cmd.Stdin = bytes.NewReader(in.Bytes())
	want, err := cmd.Output()
	if err != nil {
		t.Fatalf("iconv refuses what we decode: %v", err)
	}
	got := strings.Split(decode(t, in.Bytes(), charset.GB18030), "\n")
	for i, w := range strings.Split(string(want), "\n") {
		if r, _ := utf8.DecodeRuneInString(w); r >= 0xE000 && r <= 0xF8FF {
			continue // versions of iconv differ in the private use area
		}
		if got[i] != w {
			t.Errorf("% X = %U, iconv says %U", in.Bytes()[3*i:3*i+2], []rune(got[i]), []rune(w))
		}
	}
}

func TestRoundTrip(t *testing.T) {
	const text = "楼栋编码,姓名\r\n锦绣花园3号楼,㐂𠮷龘·€ḿ\r\n"
	if got := decode(t, charset.Encode(text, charset.GB18030), charset.GB18030); got != text {
		t.Errorf("%q", got)
	}
	const trad = "樓棟編碼,姓名\r\n臺北市,王小明\r\n"
	if got := decode(t, charset.Encode(trad, charset.Big5), charset.Big5); got != trad {
		t.Errorf("%q", got)
	}
}

// A broken lead byte must not swallow the separator or line end behind it,
// also when the input comes in single bytes.
func TestBrokenBytes(t *testing.T) {
	const in = "a\x81,\xFF\nb\x81\x30,\xD5\xC5\x84"
	const want = "a\uFFFD,\uFFFD\nb\uFFFD0,张\uFFFD"
	if got := decode(t, []byte(in), charset.GB18030); got != want {
		t.Errorf("%q, want %q", got, want)
	}
	one, err := io.ReadAll(charset.NewReader(oneByte{strings.NewReader(in)}, charset.GB18030))
	if err != nil || string(one) != want {
		t.Errorf("%q %v", one, err)
	}
}

type oneByte struct{ io.Reader }

func (o oneByte) Read(p []byte) (int, error) { return o.Reader.Read(p[:1]) }

func TestDetect(t *testing.T) {
	const simple = "编码,名称\n1,和平区文化路社区\n2,幼儿园\n"
	const trad = "編碼,名稱\n1,中正區忠孝東路\n2,國民小學\n"
	gb, big5 := charset.Encode(simple, charset.GB18030), charset.Encode(trad, charset.Big5)
	for name, k := range map[string]struct {
		head  []byte
		whole bool
		want  charset.Encoding
	}{
		"ascii":          {[]byte("a,b\n1,2\n"), true, charset.UTF8},
		"utf-8":          {[]byte(simple), true, charset.UTF8},
		"utf-8, cut":     {[]byte(simple)[:len(simple)-3], false, charset.UTF8},
		"utf-8, one bad": {[]byte(strings.Repeat(simple, 3) + "\xE9"), true, charset.UTF8},
		"gb":             {gb, true, charset.GB18030},
		"gb, cut":        {gb[:len(gb)-2], false, charset.GB18030},
		"gb, one name":   {charset.Encode("code,name\n1,王", charset.GB18030), true, charset.GB18030},
		"big5":           {big5, true, charset.Big5},
		"latin-1":        {[]byte("a,b\ncaf\xE9,\xE0\n"), true, ""},
		"noise":          {[]byte{0xFF, 0x81, 0x20, 0xFF, 0x0A}, true, ""},
		"NUL":            {[]byte("a\x00"), true, ""},
	} {
		got, err := charset.Detect(k.head, k.whole)
		if got != k.want {
			t.Errorf("%s: %q %v, want %q", name, got, err, k.want)
		}
		if k.want == "" && household.HintOf(err) == "" {
			t.Errorf("%s: no hint in %v", name, err)
		}
	}
}
