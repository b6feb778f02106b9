package household

import "testing"

func TestValidCreditCode(t *testing.T) {
	for s, want := range map[string]bool{
		"91350100M000100Y43": true, // the example of GB 32100-2015
		"９1350100m000100y43": true, // as typed with a Chinese keyboard
		"91350100M000100Y44": false, "91350100M000100Y4": false, "": false, "91350100I000100Y43": false,
		"19350100M000100Y43": false, "91350100M000100Y34": false,
	} {
		if got := ValidCreditCode(s); got != want {
			t.Errorf("%q: %v", s, got)
		}
	}
}
