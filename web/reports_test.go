package web_test

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"hearthmap/household"
)

// TestReportsInTheBackground: a planner starts a batch, follows it, and takes
// its files; nobody else can.
func TestReportsInTheBackground(t *testing.T) {
	s := newStack(t, nil)
	planner, admin := s.as(household.RolePlanner), s.as(household.RoleAdmin)
	ask := map[string]any{"standards": []string{"all"}, "levels": []string{"community", "city"}, "formats": []string{"csv", "geojson"}, "lang": "en"}
	res := planner.do(http.MethodPost, "/api/v1/reports", ask)
	var started struct {
		JobID string `json:"job_id"`
	}
	if err := json.Unmarshal(res.body, &started); err != nil || res.status != http.StatusAccepted {
		t.Fatalf("start: %d %s", res.status, res.body)
	}
	path := "/api/v1/jobs/" + started.JobID
	events := planner.get(path + "/events")
	if events.header.Get("Content-Type") != "text/event-stream" {
		t.Errorf("events: %d %v", events.status, events.header)
	}
	var last household.ReportJob
	for lines := bufio.NewScanner(bytes.NewReader(events.body)); lines.Scan(); {
		if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
			if err := json.Unmarshal([]byte(data), &last); err != nil {
				t.Fatal(err)
			}
		}
	}
	if last.State != household.ImportDone || last.Done == 0 || last.Done != last.Total || len(last.Files) != last.Total {
		t.Fatalf("the last event is %+v", last)
	}
	var now household.ReportJob
	planner.get(path).into(t, &now)
	var list []household.ReportJob
	planner.get("/api/v1/reports").into(t, &list)
	if now.Version != last.Version || len(list) != 1 || list[0].ID != started.JobID {
		t.Errorf("%+v, list %+v", now, list)
	}
	file := planner.get(path + "/files/" + url.PathEscape(last.Files[0].Name))
	if file.status != http.StatusOK || int64(len(file.body)) != last.Files[0].Bytes || !strings.Contains(file.header.Get("Content-Disposition"), last.Files[0].Name) {
		t.Errorf("file: %d %v", file.status, file.header)
	}
	packed := planner.get(path + "/archive")
	if z, err := zip.NewReader(bytes.NewReader(packed.body), int64(len(packed.body))); err != nil || len(z.File) != len(last.Files)+1 {
		t.Errorf("archive: %d %v", packed.status, err)
	}
	for _, c := range []struct {
		who    *client
		method string
		path   string
		body   any
		want   int
	}{
		{admin, http.MethodGet, path, nil, http.StatusNotFound},
		{admin, http.MethodGet, path + "/archive", nil, http.StatusForbidden},
		{admin, http.MethodPost, "/api/v1/reports", ask, http.StatusForbidden},
		{s.as(household.RoleGrid), http.MethodGet, path, nil, http.StatusForbidden},
		{s.as(""), http.MethodGet, path, nil, http.StatusUnauthorized},
		{planner, http.MethodGet, path + "/files/..%2f..%2fetc%2fpasswd", nil, http.StatusNotFound},
		{planner, http.MethodGet, "/api/v1/jobs/none", nil, http.StatusNotFound},
		{planner, http.MethodPost, "/api/v1/reports", map[string]any{"standards": []string{"moon"}, "levels": []string{"city"}}, http.StatusNotFound},
		{planner, http.MethodPost, "/api/v1/reports", map[string]any{"standards": []string{}, "levels": []string{"city"}}, http.StatusUnprocessableEntity},
		{planner, http.MethodDelete, path, nil, http.StatusOK}, // it has ended, and stays
		{planner, http.MethodGet, path + "/archive", nil, http.StatusOK},
	} {
		got := c.who.do(c.method, c.path, c.body)
		if got.status != c.want || c.want >= 400 && got.header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s %s: %d %s, want %d", c.method, c.path, got.status, got.body, c.want)
		}
	}
}
