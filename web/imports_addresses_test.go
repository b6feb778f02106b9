package web_test

import (
	"fmt"
	"net/http"
	"testing"

	"hearthmap/household"
)

// TestAddressesThroughTheWeb: a doubtful row is listed, accepted, and goes
// with its batch; only administrators get so far.
func TestAddressesThroughTheWeb(t *testing.T) {
	s := newStack(t, nil)
	if _, err := s.db.Pool.Exec(t.Context(), `INSERT INTO building (code, name, address, geom, point, area_id)
		SELECT 'X' || n, '1号楼', '试验路' || n || '号双子小区1号楼', geom, point, area_id FROM building, generate_series(1, 2) n WHERE code = 'B1'`); err != nil {
		t.Fatal(err)
	}
	admin := s.as(household.RoleAdmin)
	f := admin.uploaded("units.csv", "地址\n双子小区1号楼1单元101\n双子小区1号楼1单元102\n")
	jobs := admin.events(admin.start(map[string]any{"file_id": f.ID, "kind": "units"}))
	report := jobs[len(jobs)-1].Report
	if report == nil || report.Rejected != 2 {
		t.Fatalf("%+v", jobs[len(jobs)-1])
	}
	var list household.AddressList
	admin.get("/api/v1/imports/addresses").into(t, &list)
	if list.Total != 2 || len(list.Reviews[0].Candidates) != 2 || list.Reviews[0].Address != "双子小区1号楼1单元101" || list.Reviews[0].Candidates[0].Lon == 0 {
		t.Fatalf("%+v", list)
	}
	path := fmt.Sprintf("/api/v1/imports/%d/", report.Batch)
	choice := map[string]any{"choices": []any{map[string]any{"row": 2, "code": "X2"}}}
	for _, role := range []household.Role{household.RolePlanner, household.RoleGrid, household.RoleApprover, household.RoleAuditor} {
		c := s.as(role)
		if res := c.do(http.MethodPost, path+"accept", choice); res.status != http.StatusForbidden {
			t.Errorf("%s accepts: %d", role, res.status)
		}
		if res := c.do(http.MethodPost, path+"decline", map[string]any{"rows": []any{map[string]any{"row": 2}}}); res.status != http.StatusForbidden {
			t.Errorf("%s declines: %d", role, res.status)
		}
	}
	var out household.AddressAcceptance
	admin.do(http.MethodPost, path+"accept", choice).into(t, &out)
	if out.Created != 1 || len(out.Refused) != 0 || s.count("SELECT count(*) FROM unit WHERE code = 'X2-1-101'") != 1 {
		t.Errorf("%+v", out)
	}
	if res := admin.do(http.MethodPost, path+"accept", choice); res.status != http.StatusConflict {
		t.Errorf("accepted twice: %d", res.status)
	}
	if res := admin.do(http.MethodPost, path+"decline", map[string]any{"rows": []any{map[string]any{"row": 3}}}); res.status != http.StatusOK {
		t.Errorf("decline: %d %s", res.status, res.body)
	}
	admin.get("/api/v1/imports/addresses?state=declined").into(t, &list)
	if list.Total != 1 || list.Reviews[0].DecidedBy != "admin" {
		t.Errorf("%+v", list)
	}
	var history []household.ImportBatch
	admin.get("/api/v1/imports").into(t, &history)
	if history[0].Created != 1 || history[0].Rejected != 1 || history[0].Doubtful != 0 {
		t.Errorf("%+v", history[0])
	}
	admin.do(http.MethodPost, path+"undo", map[string]any{})
	if s.count("SELECT count(*) FROM unit WHERE code LIKE 'X%'")+s.count("SELECT count(*) FROM address_review") != 0 {
		t.Error("the undo left something")
	}
	s.wantAudited("import_addresses", "import_accept", "import_decline")
}
