package household

import (
	"slices"
	"testing"
)

func TestGrams(t *testing.T) {
	for _, c := range []struct {
		in   []string
		want []string
	}{
		{[]string{"王伟"}, []string{"王伟"}},
		{[]string{"和平路１２号"}, []string{"12", "2号", "和平", "平路", "路1"}},
		{[]string{"3#"}, []string{"3号", "号楼"}},
		{[]string{"3栋", "3号楼"}, []string{"3号", "号楼"}},
		{[]string{"A"}, []string{"a"}},
		{nil, nil},
	} {
		if got := Grams(c.in...); !slices.Equal(got, c.want) {
			t.Errorf("Grams(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}

func TestFoldMakesBuildingNumbersOne(t *testing.T) {
	for _, s := range []string{"锦绣花园3号楼", "锦绣花园3幢", "锦绣花园３栋", "锦绣花园 3#"} {
		if got := Fold(s); got != "锦绣花园3号楼" {
			t.Errorf("Fold(%q) = %q", s, got)
		}
	}
}
