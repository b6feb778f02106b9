package household

import "testing"

func TestParseQuery(t *testing.T) {
	for _, c := range []struct{ in, place, entrance, room string }{
		{"锦绣花园3号楼2单元401", "锦绣花园3号楼", "2", "401"},
		{"锦绣花园3号楼2单元401室", "锦绣花园3号楼", "2", "401"},
		{"锦绣花园３幢２单元１２０３", "锦绣花园3幢", "2", "1203"},
		{"锦绣花园3号楼401", "锦绣花园3号楼", "", "401"},
		{"锦绣花园3栋 401", "锦绣花园3栋", "", "401"},
		{"锦绣花园 401", "锦绣花园", "", "401"},
		{"锦绣花园-3-2-401", "锦绣花园 3号楼", "2", "401"},
		{"B000123-1-401", "B000123", "1", "401"},
		{"17-3-2-401", "17 3号楼", "2", "401"},
		{"锦绣花园", "", "", ""},
		{"王伟", "", "", ""},
	} {
		q := ParseQuery(c.in)
		if q.Place != c.place || q.Entrance != c.entrance || q.Room != c.room {
			t.Errorf("ParseQuery(%q): place %q entrance %q room %q; want %q %q %q",
				c.in, q.Place, q.Entrance, q.Room, c.place, c.entrance, c.room)
		}
	}
	if q := ParseQuery("1234"); q.PhoneTail != "1234" {
		t.Errorf("four digits: %+v", q)
	}
	if q := ParseQuery("11010519491231002X"); q.ID == "" {
		t.Error("the identity number was not seen")
	}
}
