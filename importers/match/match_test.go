package match_test

import (
	"strings"
	"testing"

	"hearthmap/household/address"
	"hearthmap/importers/match"
)

func smallCity() *match.Index {
	b := match.NewBuilder()
	centre := []string{"试验市", "城中区", "南湖街道", "文安社区"}
	east := []string{"试验市", "铁东区", "北海街道", "康宁社区"}
	for _, in := range []match.Building{
		{Code: "J1", Name: "1号楼", Address: "建设路12号锦绣小区1号楼", CompoundCode: "C1", CompoundName: "锦绣小区", Areas: centre},
		{Code: "J2", Name: "2号楼", Address: "建设路12号锦绣小区2号楼", CompoundCode: "C1", CompoundName: "锦绣小区", Areas: centre},
		{Code: "JW", Name: "物业服务中心", Address: "建设路12号锦绣小区物业服务中心", CompoundCode: "C1", CompoundName: "锦绣小区", Areas: centre},
		{Code: "J12", Name: "12号楼", Address: "建设路12号锦绣小区12号楼（原搪瓷厂宿舍3号楼）", CompoundCode: "C1", CompoundName: "锦绣小区", Areas: centre},
		{Code: "Y1", Name: "1号楼", Address: "和平街8号阳光花园1号楼", CompoundCode: "C2", CompoundName: "阳光花园", Areas: centre},
		{Code: "Z1", Name: "1号楼", Address: "黄河大街30号阳光花园1号楼", CompoundCode: "C3", CompoundName: "阳光花园", Areas: east},
		{Code: "E1", Name: "1号楼", Address: "黄河大街50号翠湖花园东区1号楼", CompoundCode: "C4", CompoundName: "翠湖花园东区", Areas: east},
		{Code: "P2", Name: "1号楼", Address: "黄河大街60号云锦府二期1号楼", CompoundCode: "C5", CompoundName: "云锦府二期", Areas: east},
		{Code: "H3", Name: "豆腐胡同3号", Address: "豆腐胡同3号", Areas: centre},
		{Code: "H4", Name: "豆腐胡同甲3号", Address: "豆腐胡同甲3号", Areas: centre},
		{Code: "V7", Name: "柳树屯7号", Address: "柳树屯村7号", Areas: east},
		{Code: "A1", Name: "1号楼", Address: "建设路20号机械厂家属院1号楼", CompoundCode: "C6", CompoundName: "机械厂家属院", Aliases: []string{"机修厂老宿舍"}, Areas: centre},
	} {
		b.Add(in)
	}
	return b.Build()
}

// TestDecisions: what is certain, what is not, and why.
func TestDecisions(t *testing.T) {
	x := smallCity()
	for text, want := range map[string]string{
		"锦绣小区2号楼1单元302":            "certain J2",
		"建设路12号2号楼":                "certain J2",
		"试验市城中区建设路12号锦绣小区二栋302":    "certain J2",
		"锦绣小区物业服务中心":               "certain JW",
		"搪瓷厂宿舍3号楼401":              "certain J12",
		"机修厂老宿舍1幢":                 "certain A1",
		"豆腐胡同3号":                   "certain H3",
		"豆腐胡同3号甲":                  "certain H4",
		"柳树屯村7号":                   "certain V7",
		"柳树屯7号":                    "certain V7",
		"铁东区阳光花园1号楼":               "certain Z1",
		"和平街8号阳光花园1号楼":             "certain Y1",
		"城中阳光花园1号楼":                "certain Y1",
		"南湖街道锦秀小区1号楼":              "certain J1", // sounds alike, in the right street
		"建设路12号绵绣家园1号楼":            "doubtful J1 compound",
		"锦秀小区1号楼":                  "doubtful J1 misspelt",
		"城中区锦瑟小区1号楼":               "doubtful J1 misspelt",
		"阳光花园1号楼":                  "doubtful Y1 several",
		"锦绣小区302室":                 "doubtful J1 several",
		"建设路14号锦绣小区1号楼":            "doubtful J1 number",
		"铁东区锦绣小区1号楼":               "doubtful J1 district",
		"大连市中山区锦绣小区1号楼":            "doubtful J1 city",
		"锦绣小区1号楼对面":                "doubtful J1 near another",
		"锦绣小区1楼301":                "doubtful J1 two ways",
		"翠湖花园西区1号楼":                "doubtful E1 neighbours",
		"云锦府三期1号楼":                 "doubtful P2 neighbours",
		"锦绣小区北院1号楼":                "doubtful J1 not known",
		"锦绣小区99号楼":                 "none not the building",
		"豆腐胡同5号":                   "none not the number",
		"望京小区1号楼":                  "none neither",
		"1号楼2单元301":                "none neither a road",
		"":                         "none neither a road",
		"锦绣小区１号楼（出租）电话13900000000": "certain J1",
	} {
		a := address.Parse(text)
		r := x.Match(&a)
		f := strings.SplitN(want, " ", 3)
		ok := r.Decision.String() == f[0]
		switch {
		case !ok:
		case r.Decision == match.None:
			ok = len(r.Candidates) == 0 && strings.Contains(r.Reason, strings.TrimPrefix(want, "none "))
		case r.Candidates[0].Code != f[1], r.Decision == match.Certain && r.Reason != "", r.Decision == match.Doubtful && !strings.Contains(r.Reason, f[2]):
			ok = false
		}
		if !ok {
			t.Errorf("%s: %v %q %s, want %s", text, r.Decision, r.Reason, first(r), want)
		}
	}
}
