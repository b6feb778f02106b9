package web_test

import (
	"net/http"
	"testing"

	"hearthmap/household"
)

// TestJobsOfTheAccount: a page that was loaded anew finds what its account
// asked for, and may ask for it again in earnest.
func TestJobsOfTheAccount(t *testing.T) {
	s := newStack(t, nil)
	admin := s.as(household.RoleAdmin)
	f := admin.uploaded("units.csv", "地址\n试验路1号1单元101\n")
	admin.events(admin.start(map[string]any{"file_id": f.ID, "kind": "units", "dry_run": true, "source": "住建局"}))
	var jobs []household.ImportJob
	admin.get("/api/v1/imports/jobs").into(t, &jobs)
	if len(jobs) != 1 || !jobs[0].Ended() || !jobs[0].DryRun || jobs[0].StartedAt.IsZero() {
		t.Fatalf("%+v", jobs)
	}
	if r := jobs[0].Request; r.File != f.ID || r.Kind != "units" || r.Source != "住建局" {
		t.Errorf("%+v", r)
	}
	if res := s.as(household.RolePlanner).get("/api/v1/imports/jobs"); res.status != http.StatusForbidden {
		t.Errorf("a planner sees jobs: %d", res.status)
	}
}
