package reports

import "testing"

// TestPercent: all and nothing are only said of all and nothing.
func TestPercent(t *testing.T) {
	for _, c := range []struct {
		r           ratio
		text, whole string
		class       string
	}{
		{ratio{0, 0}, "–", "–", "sn"},
		{ratio{0, 7}, "0%", "0", "s0"},
		{ratio{7, 7}, "100%", "100", "s20"},
		{ratio{99999, 100000}, "99.9%", "99", "s19"},
		{ratio{1, 100000}, "<0.1%", "<1", "s1"},
		{ratio{1, 3}, "33.3%", "33", "s7"},
		{ratio{2, 3}, "66.7%", "67", "s13"},
		{ratio{1, 2}, "50.0%", "50", "s10"},
	} {
		if got, whole, k := c.r.percent(), c.r.whole(), class(c.r); got != c.text || whole != c.whole || k != c.class {
			t.Errorf("%v: %s %s %s, want %s %s %s", c.r, got, whole, k, c.text, c.whole, c.class)
		}
	}
}

func TestGrouped(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", 9060000: "9,060,000"} {
		if got := grouped(n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
}

func TestFixDates(t *testing.T) {
	pdf := []byte("%PDF-1.4 /CreationDate (D:20261121212243+00'00')\n/ModDate (D:2026)>> (D:20261121)")
	size := len(pdf)
	if err := fixDates(pdf); err != nil || len(pdf) != size {
		t.Fatal(err, len(pdf))
	}
	if got, want := string(pdf), "%PDF-1.4 /CreationDate (D:20000101000000+00'00')\n/ModDate (D:2000)>> (D:20261121)"; got != want {
		t.Errorf("%s", got)
	}
	if fixDates([]byte("%PDF-1.4")) == nil {
		t.Error("a PDF without dates is no error")
	}
}
