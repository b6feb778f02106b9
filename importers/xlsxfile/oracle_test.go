package xlsxfile

import (
	"fmt"
	"math"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Every day of the 1900 system, by the standard library's calendar.
func TestEveryDay(t *testing.T) {
	day := time.Date(1900, 3, 1, 0, 0, 0, 0, time.UTC)
	var buf []byte
	for n := 61; n <= 2958465; n++ {
		var ok bool
		if buf, ok = appendSerial(buf[:0], float64(n), formatDate, false); !ok || string(buf) != day.Format(time.DateOnly) {
			t.Fatalf("day %d: %s, want %s", n, buf, day.Format(time.DateOnly))
		}
		day = day.AddDate(0, 0, 1)
	}
	if out, ok := appendSerial(nil, 2958466, formatDate, false); ok {
		t.Errorf("the day after the last is %s", out)
	}
}

// Seconds survive the way through a serial number.
func TestEverySecond(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(61, 2958465).Draw(t, "day")
		s := rapid.IntRange(1, 86399).Draw(t, "second")
		out, ok := appendSerial(nil, float64(n)+float64(s)/86400, formatDate, false)
		want := fmt.Sprintf(" %02d:%02d:%02d", s/3600, s/60%60, s%60)
		if !ok || len(out) != 19 || string(out[10:]) != want {
			t.Fatalf("%s, want%s", out, want)
		}
	})
}

// A number comes out as the shortest text of its 15 digits, whichever of the
// ways it takes.
func TestNumbersAgainstStrconv(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := rapid.OneOf(
			rapid.Float64Range(-1e16, 1e16), rapid.Float64Range(-200, 200), rapid.Float64(),
			rapid.Custom(func(t *rapid.T) float64 { return float64(rapid.Int64Range(-1e16, 1e16).Draw(t, "i")) }),
			rapid.Custom(func(t *rapid.T) float64 {
				return float64(rapid.Int64Range(-1e9, 1e9).Draw(t, "i")) / math.Pow10(rapid.IntRange(0, 9).Draw(t, "p"))
			}),
		).Draw(t, "f")
		form := rapid.SampledFrom([]byte("efgG")).Draw(t, "form")
		digits := rapid.SampledFrom([]int{-1, 17}).Draw(t, "digits")
		text := strconv.FormatFloat(f, form, digits, 64)
		out, got, lost, ok := appendNumber(nil, []byte(text))
		if !ok {
			t.Fatalf("%s is no number", text)
		}
		f, _ = strconv.ParseFloat(text, 64) // 17 digits behind the point may be fewer than there are
		short, _ := strconv.ParseFloat(strconv.FormatFloat(f, 'e', 14, 64), 64)
		if lost != (math.Abs(short) >= 1e15) {
			t.Fatalf("%s: lost is %v", text, lost)
		}
		if lost {
			return
		}
		back, err := strconv.ParseFloat(string(out), 64)
		if err != nil || back != short || got != short && got != f {
			t.Fatalf("%s became %s = %v, want %v", text, out, back, short)
		}
		if n := strconv.FormatFloat(short, 'f', -1, 64); string(out) != n && math.Abs(short) >= 1e-9 && short != 0 {
			t.Fatalf("%s became %s, want %s", text, out, n)
		}
	})
}

func TestFormats(t *testing.T) {
	for code, want := range map[string]formatKind{
		"General": formatGeneral, "G/通用格式": formatGeneral, "0.00": formatGeneral, "@": formatGeneral, "": formatGeneral,
		"0.00E+00": formatGeneral, "##0.0E-0": formatGeneral, "#,##0;[Red]-#,##0": formatGeneral, "0": formatGeneral,
		`0"day"`: formatGeneral, `0\d`: formatGeneral, `_(* #,##0.00_);_(@_)`: formatGeneral, `[$¥-804]#,##0.00`: formatGeneral,
		`"每月"0`: formatGeneral, "0;yyyy": formatGeneral, `0_h`: formatGeneral, `"unclosed yyyy`: formatGeneral, `[unclosed yyyy`: formatGeneral,
		"yyyy-mm-dd": formatDate, "[$-804]yyyy\"年\"m\"月\"d\"日\";@": formatDate, "YYYY/M/D H:MM": formatDate, "m/d": formatDate,
		"[DBNum1][$-804]yyyy年m月d日;@": formatDate, "e.m": formatDate, "mmm": formatDate, "[$-804]aaaa;@": formatDate, "dddd": formatDate,
		"h:mm": formatTime, "mm:ss.0": formatTime, "h:mm AM/PM": formatTime, "上午/下午h\"时\"mm\"分\"": formatTime, "[Blue]h:mm": formatTime,
		"[h]:mm:ss": formatElapsed, "[mm]:ss": formatElapsed, "000000": formatZeros, "00;-00": formatZeros,
	} {
		if got := parseFormat(code).kind; got != want {
			t.Errorf("%q is %d, want %d", code, got, want)
		}
	}
}

func TestColumnLetters(t *testing.T) {
	for col := range maxCol {
		got, row, ok := parseRef([]byte(columnLetters(col) + "12"))
		if got != col || row != 12 || !ok {
			t.Fatalf("column %d is %s, back %d", col, columnLetters(col), got)
		}
	}
}
