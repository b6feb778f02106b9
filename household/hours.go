package household

import (
	"fmt"
	"strconv"
	"strings"
)

// WeekMinute is a time of the week in minutes since Monday 00:00, local time.
type WeekMinute int

const (
	minutesADay = 24 * 60
	// Daytime is Tuesday, ten in the morning: when gates are looked at unless
	// another time is asked for.
	Daytime WeekMinute = minutesADay + 10*60
)

var weekdays = [7]string{"Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"}

// String writes the time as "Tu 10:00".
func (w WeekMinute) String() string {
	return fmt.Sprintf("%s %02d:%02d", weekdays[int(w)/minutesADay%7], int(w)%minutesADay/60, int(w)%60)
}

// ParseWeekMinute reads "Tu 22:30", "周二 22:30", or "22:30", which is on a
// Tuesday; empty is Daytime. The error is Invalid.
func ParseWeekMinute(s string) (WeekMinute, error) {
	if strings.TrimSpace(s) == "" {
		return Daytime, nil
	}
	words := strings.Fields(hoursWords.Replace(s))
	day := 1
	if len(words) == 2 {
		day = weekday(words[0])
		words = words[1:]
	}
	if minute, ok := clock(words[0]); ok && day >= 0 && len(words) == 1 && minute < minutesADay {
		return WeekMinute(day*minutesADay + minute), nil
	}
	return 0, Errorf(Invalid, "household.ParseWeekMinute", "%q is not a time of the week", s).
		WithHint("write 22:30, or Sa 22:30 with one of %s", strings.Join(weekdays[:], ", "))
}

// hoursWords brings Chinese opening hours into OSM's form.
var hoursWords = strings.NewReplacer(
	"：", ":", "，", ",", "、", ",", "；", ";", "～", "-", "~", "-", "—", "-", "–", "-", "至", "-",
	"全天", "24/7", "24小时", "24/7", "每天", "Mo-Su ", "每日", "Mo-Su ", "工作日", "Mo-Fr ", "周末", "Sa,Su ", "关闭", " off",
	"周一", " Mo", "周二", " Tu", "周三", " We", "周四", " Th", "周五", " Fr", "周六", " Sa", "周日", " Su",
	"星期一", " Mo", "星期二", " Tu", "星期三", " We", "星期四", " Th", "星期五", " Fr", "星期六", " Sa", "星期日", " Su",
)

// OpenAt reports whether opening hours hold a time. They are written as
// OSM's opening_hours, of which days of the week, times, 24/7 and off are
// understood: "06:00-22:00", "Mo-Fr 07:00-09:00,16:00-19:00; Sa,Su off",
// "周一至周五 7:00至19:00". Times past midnight run into the next day, later
// rules replace earlier ones on their days, public holidays are left out. Ok
// is false for anything else.
func OpenAt(hours string, at WeekMinute) (open, ok bool) {
	var week [7][]span
	found := false
	for rule := range strings.SplitSeq(hoursWords.Replace(hours), ";") {
		rule = strings.TrimSpace(rule)
		if rule == "" {
			continue
		}
		days, spans, ok := parseRule(rule)
		if !ok {
			return false, false
		}
		found = true
		for d, named := range days {
			if named {
				week[d] = spans
			}
		}
	}
	if !found {
		return false, false
	}
	day, minute := int(at)/minutesADay%7, int(at)%minutesADay
	for _, s := range week[day] {
		open = open || s.from <= minute && minute < s.to
	}
	for _, s := range week[(day+6)%7] {
		open = open || minute+minutesADay < s.to
	}
	return open, true
}

// span is a stretch of a day in minutes; to may lie in the next.
type span struct{ from, to int }

// parseRule reads one rule: days, then times, either of which may be missing.
func parseRule(rule string) (days [7]bool, spans []span, ok bool) {
	if rule == "24/7" {
		return [7]bool{true, true, true, true, true, true, true}, []span{{0, minutesADay}}, true
	}
	// Blanks may stand around signs: "Mo - Fr 06:00 - 22:00, 23:00-24:00".
	for _, sign := range []string{"-", ","} {
		rule = strings.Join(trimAll(strings.Split(rule, sign)), sign)
	}
	words := strings.Fields(rule)
	named := false
	if len(words) > 0 && !strings.ContainsAny(words[0][:1], "0123456789") && words[0] != "off" && words[0] != "closed" {
		if days, ok = parseDays(words[0]); !ok {
			return days, nil, false
		}
		named = true
		words = words[1:]
	}
	if !named {
		days = [7]bool{true, true, true, true, true, true, true}
	}
	switch {
	case len(words) == 0 && named:
		return days, []span{{0, minutesADay}}, true
	case len(words) != 1:
		return days, nil, false
	case words[0] == "off", words[0] == "closed":
		return days, nil, true
	case words[0] == "24/7":
		return days, []span{{0, minutesADay}}, true
	}
	for part := range strings.SplitSeq(words[0], ",") {
		from, to, both := strings.Cut(part, "-")
		a, ok1 := clock(from)
		b, ok2 := clock(to)
		if !both || !ok1 || !ok2 || a >= minutesADay {
			return days, nil, false
		}
		if b <= a {
			b += minutesADay
		}
		spans = append(spans, span{a, b})
	}
	return days, spans, true
}

func trimAll(parts []string) []string {
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return parts
}

// parseDays reads "Mo-Fr,Su". Public holidays (PH) and school holidays (SH)
// name no day.
func parseDays(s string) (days [7]bool, ok bool) {
	for part := range strings.SplitSeq(s, ",") {
		if part == "PH" || part == "SH" {
			continue
		}
		from, to, both := strings.Cut(part, "-")
		a := weekday(from)
		b := a
		if both {
			b = weekday(to)
		}
		if a < 0 || b < 0 {
			return days, false
		}
		for d := a; ; d = (d + 1) % 7 {
			days[d] = true
			if d == b {
				break
			}
		}
	}
	return days, true
}

func weekday(s string) int {
	for i, d := range weekdays {
		if len(s) >= 2 && strings.EqualFold(s[:2], d) && (len(s) == 2 || len(s) == 3) {
			return i
		}
	}
	return -1
}

// clock reads "6:00" as minutes; 24:00 and a few hours more are times of the
// next day.
func clock(s string) (int, bool) {
	h, m, ok := strings.Cut(s, ":")
	if !ok || len(h) == 0 || len(h) > 2 || len(m) != 2 {
		return 0, false
	}
	hours, err1 := strconv.ParseUint(h, 10, 8)
	minutes, err2 := strconv.ParseUint(m, 10, 8)
	if err1 != nil || err2 != nil || minutes > 59 || hours*60+minutes > 30*60 {
		return 0, false
	}
	return int(hours*60 + minutes), true
}
