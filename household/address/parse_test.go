package address

import (
	"os"
	"strconv"
	"strings"
	"testing"
)

// describe writes an address as the golden table does.
func describe(a *Address) string {
	var b strings.Builder
	put := func(k, v string) {
		if v != "" {
			if b.Len() > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(k + "=" + v)
		}
	}
	put("P", a.Province)
	put("C", a.City)
	put("D", a.District)
	put("S", a.Street)
	put("Q", a.Community)
	put("U", a.Upper)
	put("R", a.Road)
	put("N", a.Number)
	put("X", a.Compound)
	put("G", a.Group)
	put("B", a.Building)
	put("E", a.Entrance)
	if a.Floor != 0 {
		put("F", strconv.Itoa(int(a.Floor)))
	}
	put("H", a.Room)
	for _, f := range a.Former {
		put("old", f.Name+map[bool]string{true: "/" + f.Building}[f.Building != ""])
	}
	if a.Vague {
		put("vague", "1")
	}
	if a.Ambiguous {
		put("two", "1")
	}
	return b.String()
}

// TestGolden reads the hand-written table: an address, a bar, what it says.
func TestGolden(t *testing.T) {
	raw, err := os.ReadFile("testdata/addresses.txt")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for i, line := range strings.Split(string(raw), "\n") {
		if strings.TrimSpace(line) == "" || strings.HasPrefix(line, "//") {
			continue
		}
		text, want, ok := strings.Cut(line, "|")
		if !ok {
			t.Fatalf("line %d has no bar", i+1)
		}
		n++
		a := Parse(text)
		if got := describe(&a); got != strings.TrimSpace(want) {
			t.Errorf("line %d: %s\n got  %s\n want %s", i+1, text, got, strings.TrimSpace(want))
		}
	}
	if n < 120 {
		t.Errorf("%d addresses, want at least 120", n)
	}
}
