package household_test

import (
	"testing"

	"hearthmap/household"
)

func TestOpenAt(t *testing.T) {
	for _, c := range []struct {
		hours, at string
		want      string // open, shut, unknown
	}{
		{"24/7", "Su 03:00", "open"},
		{"全天", "Su 03:00", "open"},
		{"06:00-22:00", "Tu 06:00", "open"},
		{"06:00-22:00", "Tu 22:00", "shut"},
		{"6:00 - 22:00", "Tu 05:59", "shut"},
		{"22:00-06:00", "Mo 23:30", "open"},
		{"22:00-06:00", "Mo 03:30", "open"},
		{"22:00-06:00", "Mo 12:00", "shut"},
		{"Su 22:00-26:00", "Mo 01:59", "open"},
		{"Su 22:00-26:00", "Mo 02:00", "shut"},
		{"Mo-Fr 07:00-09:00,16:00-19:00", "We 12:00", "shut"},
		{"Mo-Fr 07:00-09:00, 16:00-19:00", "We 16:00", "open"},
		{"Mo-Fr 07:00-19:00", "Sa 12:00", "shut"},
		{"Mo-Su 07:00-19:00; Sa,Su off", "Sa 12:00", "shut"},
		{"Mo-Su 07:00-19:00; Sa,Su off", "Fr 12:00", "open"},
		{"Fr-Mo 07:00-19:00", "Su 12:00", "open"},
		{"Fr-Mo 07:00-19:00", "We 12:00", "shut"},
		{"Mo-Fr", "We 04:00", "open"},
		{"Mo-Fr 08:00-18:00; PH off", "We 10:00", "open"},
		{"off", "We 10:00", "shut"},
		{"周一至周五 7:00至19:00", "We 10:00", "open"},
		{"周一至周五 7:00至19:00", "Sa 10:00", "shut"},
		{"每天 6：00～22：00", "Sa 10:00", "open"},
		{"工作日 06:00-22:00；周末 08:00-20:00", "Su 07:00", "shut"},
		{"", "Su 07:00", "unknown"},
		{"sunrise-sunset", "Su 07:00", "unknown"},
		{"Apr-Oct 06:00-22:00", "Su 07:00", "unknown"},
		{"06:00+", "Su 07:00", "unknown"},
		{"06:00-31:00", "Su 07:00", "unknown"},
		{";;", "Su 07:00", "unknown"},
		{"-", "Su 07:00", "unknown"},
	} {
		at, err := household.ParseWeekMinute(c.at)
		if err != nil {
			t.Fatal(err)
		}
		open, ok := household.OpenAt(c.hours, at)
		got := map[[2]bool]string{{true, true}: "open", {false, true}: "shut"}[[2]bool{open, ok}]
		if !ok {
			got = "unknown"
		}
		if got != c.want {
			t.Errorf("%q at %s: %s, want %s", c.hours, c.at, got, c.want)
		}
	}
}

func TestParseWeekMinute(t *testing.T) {
	for in, want := range map[string]string{"": "Tu 10:00", "22:30": "Tu 22:30", "Sa 7:05": "Sa 07:05", "sat 23:59": "Sa 23:59", "周日 8:00": "Su 08:00"} {
		if got, err := household.ParseWeekMinute(in); err != nil || got.String() != want {
			t.Errorf("%q: %v, %v, want %s", in, got, err, want)
		}
	}
	for _, in := range []string{"25:00", "24:00", "Xy 10:00", "Mo", "10", "Mo 10:00 x", "10:61", "-1:00"} {
		if got, err := household.ParseWeekMinute(in); household.CodeOf(err) != household.Invalid {
			t.Errorf("%q: %v, %v", in, got, err)
		}
	}
}

func FuzzOpenAt(f *testing.F) {
	f.Add("Mo-Fr 07:00-09:00,16:00-19:00; Sa,Su off", 3000)
	f.Add("周一至周五 7:00至19:00", 1)
	f.Fuzz(func(t *testing.T, hours string, at int) {
		if at < 0 {
			at = -(at + 1)
		}
		household.OpenAt(hours, household.WeekMinute(at%(7*24*60)))
	})
}
