package household

import (
	"strings"
	"testing"
	"time"
)

func TestParseResidentID(t *testing.T) {
	for in, want := range map[string]ResidentID{
		"11010519491231002X": "11010519491231002X",
		"11010519491231002x": "11010519491231002X",
		"１１０１０５１９４９１２３１００２Ｘ": "11010519491231002X",
		"440524188001010014": "440524188001010014",
		"110105491231002":    "11010519491231002X",
	} {
		got, err := ParseResidentID(in)
		if err != nil || got != want {
			t.Errorf("ParseResidentID(%q) = %q, %v", in, got, err)
		}
	}
	for _, bad := range []string{"", "1", "110105194912310021", "11010519491331002X", "99000119900101001", "1101051949123100２ＸX", "abcdefghijklmnopqr"} {
		_, err := ParseResidentID(bad)
		if CodeOf(err) != Invalid {
			t.Errorf("ParseResidentID(%q): want an invalid error, got %v", bad, err)
		}
		if len(bad) > 6 && strings.Contains(err.Error(), bad) {
			t.Errorf("the error repeats the number: %v", err)
		}
	}
}

func TestMakeResidentID(t *testing.T) {
	birth := time.Date(1949, 12, 31, 0, 0, 0, 0, time.UTC)
	id, err := MakeResidentID("990001", birth, 123)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ParseResidentID(string(id)); err != nil {
		t.Errorf("%v does not parse: %v", id, err)
	}
	if id.Sex() != Male || !id.BirthDate().Equal(birth) {
		t.Errorf("sex %q, birth %v", id.Sex(), id.BirthDate())
	}
	if m := id.Masked(); len(m) != 18 || strings.Contains(m, "1949") {
		t.Errorf("mask %q shows the birth year", m)
	}
}
