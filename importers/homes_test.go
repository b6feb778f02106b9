package importers_test

import (
	"os"
	"strings"
	"testing"

	"hearthmap/household"
	"hearthmap/importers"
	"hearthmap/importers/importertest"
)

const addressBuildings = `楼栋编码,楼栋名称,地址,经度,纬度,用途,层数,社区编码
K1,1号楼,建设路12号锦绣小区1号楼,123.1,41.1,住宅,6,990000001001
K2,2号楼,建设路12号锦绣小区2号楼,123.1,41.1,住宅,6,990000001001
K3,豆腐胡同3号,豆腐胡同3号,123.2,41.2,住宅,1,990000001001
K4,1号楼,和平街8号翠湖花园1号楼,123.2,41.2,住宅,6,990000001001
`

func loadAddresses(tb testing.TB, s importers.Store) {
	tb.Helper()
	run(tb, s, importers.Areas, write(tb, "areas.geojson", areasJSON))
	if rep := run(tb, s, importers.Buildings, write(tb, "b.csv", addressBuildings)); rep.Created != 4 {
		tb.Fatalf("%+v", rep)
	}
}

// TestHomesByAddress: rows without a code get their building, entrance, floor
// and room from the address; doubtful ones are rejected and kept for review.
func TestHomesByAddress(t *testing.T) {
	var s importertest.Store
	loadAddresses(t, &s)
	rep := run(t, &s, importers.Units, write(t, "units.csv", `地址,单元,楼层,房号
花园社区建设路12号锦绣小区1号楼2单元401室,,,
锦绣小区２幢1单元三楼302,1,,302
豆腐胡同三号,,1,1
锦绣小区2号楼1单元302,1,,402
锦绣小区1单元302,1,,302
锦秀小区9号楼,1,,101
望京小区1号楼,1,,101
翠湖花园1-1-502,,,
花园社区锦绣小区1单元303,1,地下十层,303
`))
	if rep.Created != 4 || rep.Rejected != 5 || rep.Codes[importers.RejectAddress] != 4 {
		t.Fatalf("%+v", rep)
	}
	for code, floor := range map[string]int16{"K1-2-401": 4, "K2-1-302": 3, "K3-1-1": 1, "K4-1-502": 5} {
		if u, ok := s.Table("unit")[code].(household.Unit); !ok || u.Floor != floor {
			t.Errorf("unit %s: %+v", code, s.Table("unit")[code])
		}
	}
	if len(rep.Notes) == 0 || !strings.Contains(rep.Notes[len(rep.Notes)-1], "5 rows were given their building by their address; 1 addresses are doubtful and 2 fit no building") {
		t.Errorf("notes %q", rep.Notes)
	}
	if len(s.Reviews) != 1 || s.Reviews[0].Row != 6 || len(s.Reviews[0].Candidates) != 2 || s.Reviews[0].Candidates[0].Code != "K1" {
		t.Errorf("reviews %+v", s.Reviews)
	}
	if u, ok := s.Reviews[0].Entity.(household.Unit); !ok || u.Room != "302" || u.Entrance != "1" || u.Floor != 3 || u.BuildingCode != "" {
		t.Errorf("the row waits as %+v", s.Reviews[0].Entity)
	}
	for _, x := range s.Rejects[rep.Batch] {
		for _, personal := range []string{"锦绣", "302", "锦秀", "望京"} {
			if strings.Contains(x.Reason+x.Suggestion, personal) {
				t.Errorf("row %d: the reject tells of the address: %q %q", x.Row, x.Reason, x.Suggestion)
			}
		}
	}
	raw, err := os.ReadFile(rep.RejectsFile)
	if err != nil || !strings.Contains(string(raw), "可能是 2 栋楼：K1, K2") {
		t.Errorf("rejects file %s, %v", raw, err)
	}
	// Mended with a code, the rows come in.
	mended := "building_code," + strings.ReplaceAll(string(raw), "\n锦绣小区1单元", "\nK1,锦绣小区1单元")
	var lines []string
	for i, l := range strings.Split(mended, "\n") {
		if i == 0 || strings.HasPrefix(l, "K1,") {
			lines = append(lines, l)
		}
	}
	if rep = run(t, &s, importers.Units, write(t, "mended.csv", strings.Join(lines, "\n")+"\n")); rep.Created != 1 || rep.Rejected != 0 {
		t.Errorf("mended: %+v %v", rep, s.Rejects[rep.Batch])
	}
}
