package people

import (
	"slices"
	"strings"

	"github.com/mozillazg/go-pinyin"

	"hearthmap/household"
)

// variants are characters that one person's name is written with by turns:
// forms that were merged in 1977 and split again for surnames, and traditional
// forms that survive in names. Each word is one set.
const variants = "萧肖 阎闫 傅付 戴代 蓝兰 邱丘 葉叶 裴斐 于於 昇升 堃坤 喆哲 淼渺 珺君 韦韋 強强 偉伟 國国 華华 麗丽 靜静 蘭兰 鳳凤 榮荣 " +
	"陳陈 劉刘 張张 楊杨 黃黄 趙赵 吳吴 孫孙 馬马 羅罗 鄭郑 謝谢 韓韩 馮冯 許许 鄧邓 蕭萧 呂吕 蘇苏 盧卢 蔣蒋 賈贾 魏巍 薛薜 閻阎 " +
	"雲云 龍龙 飛飞 寶宝 慶庆 義义 貴贵 樹树 廣广 豔艳 艷艳 紅红 燕嬿 蓮莲 鵬鹏 輝辉 剛刚 軍军 傑杰 濤涛 斌彬 崢峥 钰玉"

// Matcher compares entries. It remembers how characters sound, so it is made
// once for a run; it is not safe for concurrent use.
type Matcher struct {
	table    Table
	variant  map[[2]rune]bool
	readings map[rune][]string
	args     pinyin.Args
}

// New returns a matcher that weighs by the table.
func New(t Table) *Matcher {
	m := &Matcher{table: t, variant: map[[2]rune]bool{}, readings: map[rune][]string{}, args: pinyin.NewArgs()}
	m.args.Heteronym = true
	for _, set := range strings.Fields(variants) {
		r := []rune(set)
		for _, a := range r {
			for _, b := range r {
				m.variant[[2]rune{a, b}] = true
			}
		}
	}
	return m
}

// name compares two names and returns the outcome's code.
func (m *Matcher) name(x, y string) Code {
	if x == "" || y == "" {
		return NameMissing
	}
	if x == y {
		return NameEqual
	}
	a, b := []rune(household.Fold(x)), []rune(household.Fold(y))
	switch {
	case len(a) == 0 || len(b) == 0:
		return NameMissing
	case slices.Equal(a, b):
		return NameEqual
	case len(a) == len(b):
		return m.sameLength(a, b)
	case len(a) == len(b)+1 && lacksOne(a, b), len(b) == len(a)+1 && lacksOne(b, a):
		return NameShort
	case a[0] == b[0]:
		return NameSurname
	}
	return NameDiffer
}

func (m *Matcher) sameLength(a, b []rune) Code {
	differ, sound, form := 0, 0, 0
	for i := range a {
		switch {
		case a[i] == b[i]:
			continue
		case m.variant[[2]rune{a[i], b[i]}]:
			form++
		case m.soundAlike(a[i], b[i]):
			sound++
		}
		differ++
	}
	switch {
	case differ == form:
		return NameVariant
	case differ == form+sound:
		return NameHomophone
	case differ == 1 && len(a) >= 3:
		return NameOneChar
	case differ == 2 && swapped(a, b):
		return NameOrder
	case a[0] == b[0]:
		return NameSurname
	}
	return NameDiffer
}

// soundAlike reports whether the characters share a reading, tones aside.
func (m *Matcher) soundAlike(x, y rune) bool {
	for _, r := range m.reading(x) {
		if slices.Contains(m.reading(y), r) {
			return true
		}
	}
	return false
}

func (m *Matcher) reading(c rune) []string {
	r, ok := m.readings[c]
	if !ok {
		r = pinyin.SinglePinyin(c, m.args)
		m.readings[c] = r
	}
	return r
}

// lacksOne reports whether b is a without one character.
func lacksOne(a, b []rune) bool {
	if len(b) < 2 {
		return false
	}
	i := 0
	for i < len(b) && a[i] == b[i] {
		i++
	}
	return slices.Equal(a[i+1:], b[i:])
}

// swapped reports whether two neighbours changed places.
func swapped(a, b []rune) bool {
	for i := range a {
		if a[i] != b[i] {
			return i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i]
		}
	}
	return false
}
