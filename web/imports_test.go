package web_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"hearthmap/geo/crs"
	"hearthmap/household"
)

// uploadLimit of the tests' server, in bytes.
const uploadLimit = 256 << 10

// facilitiesCSV lists n clinics beside the street, in GCJ-02, and two rows
// that cannot be used.
func facilitiesCSV(n int) string {
	var b strings.Builder
	b.WriteString("编码,名称,类别,经度,纬度,备注\n")
	for i := range n {
		p := crs.GCJ02.FromWGS84(orb.Point{123.0005 + 0.019*float64(i)/float64(n), 41.0052})
		fmt.Fprintf(&b, "W%d,第%d卫生站,clinic,%.7f,%.7f,\n", i, i, p[0], p[1])
	}
	b.WriteString("W0,重复的卫生站,clinic,123.005,41.005,\nBAD,无处,clinic,,,\n")
	return b.String()
}

// upload sends the text as a file in a form.
func (c *client) upload(name, text string) response {
	c.t.Helper()
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	part, err := w.CreateFormFile("file", name)
	if err != nil {
		c.t.Fatal(err)
	}
	_, _ = io.WriteString(part, text)
	if err := w.Close(); err != nil {
		c.t.Fatal(err)
	}
	return c.send(w.FormDataContentType(), &form, int64(form.Len()))
}

func (c *client) send(contentType string, body io.Reader, length int64) response {
	c.t.Helper()
	req, err := http.NewRequestWithContext(c.t.Context(), http.MethodPost, c.url+"/api/v1/imports/files", body)
	if err != nil {
		c.t.Fatal(err)
	}
	req.ContentLength = length
	req.Header.Set("Content-Type", contentType)
	if c.cookie != nil {
		req.AddCookie(c.cookie)
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer res.Body.Close()
	b, _ := io.ReadAll(res.Body)
	return response{res.StatusCode, res.Header, b, nil}
}

// uploaded uploads a file that has to be taken.
func (c *client) uploaded(name, text string) household.ImportFile {
	c.t.Helper()
	res := c.upload(name, text)
	if res.status != http.StatusCreated {
		c.t.Fatalf("upload: %d %s", res.status, res.body)
	}
	var f household.ImportFile
	if err := json.Unmarshal(res.body, &f); err != nil {
		c.t.Fatal(err)
	}
	return f
}

// start begins a job and returns its id.
func (c *client) start(request map[string]any) string {
	c.t.Helper()
	res := c.do(http.MethodPost, "/api/v1/imports", request)
	var started struct {
		JobID string `json:"job_id"`
	}
	if err := json.Unmarshal(res.body, &started); err != nil || res.status != http.StatusAccepted {
		c.t.Fatalf("start: %d %s", res.status, res.body)
	}
	return started.JobID
}

// events follows the job to its end.
func (c *client) events(id string) []household.ImportJob {
	c.t.Helper()
	res := c.get("/api/v1/jobs/" + id + "/events")
	if got := res.header.Get("Content-Type"); res.status != http.StatusOK || got != "text/event-stream" {
		c.t.Fatalf("events: %d, %s", res.status, got)
	}
	var jobs []household.ImportJob
	lines := bufio.NewScanner(bytes.NewReader(res.body))
	for lines.Scan() {
		if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
			var j household.ImportJob
			if err := json.Unmarshal([]byte(data), &j); err != nil {
				c.t.Fatal(err)
			}
			jobs = append(jobs, j)
		}
	}
	if len(jobs) == 0 || !jobs[len(jobs)-1].Ended() {
		c.t.Fatalf("the events end before the job: %s", res.body)
	}
	return jobs
}

func (s *stack) count(sql string) (n int) {
	s.t.Helper()
	if err := s.db.Pool.QueryRow(s.t.Context(), sql).Scan(&n); err != nil {
		s.t.Fatal(err)
	}
	return n
}

func TestImportThroughTheWeb(t *testing.T) {
	s := newStack(t, nil)
	admin := s.as(household.RoleAdmin)
	f := admin.uploaded(`C:\卫生站\facilities 2026.csv`, facilitiesCSV(40))
	if f.Name != "facilities 2026.csv" || f.Size == 0 || len(f.SHA256) != 64 {
		t.Errorf("%+v", f)
	}

	var found household.ImportFindings
	admin.get("/api/v1/imports/files/"+f.ID+"/inspect").into(t, &found)
	if found.Kind != "facilities" || found.Encoding != "utf-8" || found.CRS != "wgs84" || found.Rows != 42 {
		t.Errorf("kind %q, encoding %q, crs %q, %d rows", found.Kind, found.Encoding, found.CRS, found.Rows)
	}
	fields := map[string]string{}
	for _, c := range found.Columns {
		fields[c.Name] = c.Field
	}
	if fields["编码"] != "code" || fields["经度"] != "lon" || fields["备注"] != "" {
		t.Errorf("columns: %v", fields)
	}
	if len(found.Datums) < 3 || found.Datums[0].CRS != "wgs84" || len(found.Datums[0].Evidence) == 0 {
		t.Errorf("datums: %+v", found.Datums)
	}

	// In the datum it is in, the sample lies on the street's latitude.
	admin.get("/api/v1/imports/files/"+f.ID+"/inspect?kind=facilities&crs=gcj02").into(t, &found)
	var sample struct {
		Features []struct {
			Geometry struct{ Coordinates [2]float64 }
		}
	}
	if err := json.Unmarshal(found.Sample, &sample); err != nil || len(sample.Features) < 40 {
		t.Fatalf("sample: %v, %d features", err, len(sample.Features))
	}
	if at := sample.Features[0].Geometry.Coordinates; at[1] < 41.0051 || at[1] > 41.0053 {
		t.Errorf("the first place lies at %v", at)
	}

	request := map[string]any{"file_id": f.ID, "kind": "facilities", "crs": "gcj02", "source": "卫健局", "dry_run": true}
	before := s.count("SELECT count(*) FROM facility")
	jobs := admin.events(admin.start(request))
	try := jobs[len(jobs)-1]
	if try.State != household.ImportDone || try.Report.Created != 40 || try.Report.Rejected != 2 || try.Report.Batch != 0 || try.Report.Codes["duplicate"] != 1 {
		t.Fatalf("dry run: %+v %+v %+v", try, try.Report, try.Problem)
	}
	if n := s.count("SELECT count(*) FROM facility"); n != before {
		t.Errorf("the dry run left %d facilities of %d", n, before)
	}

	request["dry_run"] = false
	jobs = admin.events(admin.start(request))
	done := jobs[len(jobs)-1]
	if done.State != household.ImportDone || done.Report.Created != 40 || done.Report.Batch == 0 || !done.Rejects {
		t.Fatalf("run: %+v %+v", done, done.Problem)
	}
	var again household.ImportJob
	admin.get("/api/v1/jobs/"+done.ID).into(t, &again)
	if again.State != household.ImportDone {
		t.Errorf("%+v", again)
	}
	if n := s.count("SELECT count(*) FROM facility"); n != before+40 {
		t.Errorf("%d facilities, want %d", n, before+40)
	}
	if res := admin.get("/api/v1/imports/files/" + f.ID + "/inspect"); res.status != http.StatusNotFound {
		t.Errorf("a file that was loaded is still kept: %d", res.status)
	}

	rejects := admin.get("/api/v1/jobs/" + done.ID + "/rejects")
	if rejects.status != http.StatusOK || !bytes.Contains(rejects.body, []byte("duplicate")) || !bytes.Contains(rejects.body, []byte("重复的卫生站")) ||
		rejects.header.Get("Cache-Control") != "no-store" || !strings.Contains(rejects.header.Get("Content-Disposition"), "facilities 2026.csv.rejects.csv") {
		t.Errorf("rejects: %d %v\n%s", rejects.status, rejects.header, rejects.body)
	}

	var history []household.ImportBatch
	admin.get("/api/v1/imports").into(t, &history)
	if len(history) != 1 || history[0].Batch != done.Report.Batch || history[0].Account != "admin" || history[0].Source != "卫健局" || history[0].Options["crs"] != "gcj02" {
		t.Fatalf("history: %+v", history)
	}
	undo := fmt.Sprintf("/api/v1/imports/%d/undo", done.Report.Batch)
	var plan, undone household.ImportUndo
	admin.do(http.MethodPost, undo, map[string]any{"dry_run": true}).into(t, &plan)
	if plan.Undo != 0 || plan.Reversed["facility"] != 40 || s.count("SELECT count(*) FROM facility") != before+40 {
		t.Errorf("plan: %+v", plan)
	}
	admin.do(http.MethodPost, undo, map[string]any{}).into(t, &undone)
	if undone.Undo == 0 || undone.Reversed["facility"] != 40 || len(undone.Kept) != 0 || len(undone.Failed) != 0 {
		t.Errorf("undo: %+v", undone)
	}
	if n := s.count("SELECT count(*) FROM facility"); n != before {
		t.Errorf("%d facilities after the undo, want %d", n, before)
	}
	if res := admin.do(http.MethodPost, undo, map[string]any{}); res.status != http.StatusConflict {
		t.Errorf("a second undo: %d %s", res.status, res.body)
	}
	s.wantAudited("import_upload", "import_inspect", "import_start", "import_dry_run", "import", "import_rejects", "import_undo_plan", "import_undo")
}

// wantAudited fails unless each action was written down, without file names.
func (s *stack) wantAudited(actions ...string) {
	s.t.Helper()
	rows, err := s.db.Pool.Query(s.t.Context(), "SELECT action, subject FROM audit")
	if err != nil {
		s.t.Fatal(err)
	}
	defer rows.Close()
	var got []string
	for rows.Next() {
		var action, subject string
		if err := rows.Scan(&action, &subject); err != nil {
			s.t.Fatal(err)
		}
		got = append(got, action)
		if strings.Contains(subject, ".csv") {
			s.t.Errorf("%s names a file: %s", action, subject)
		}
	}
	for _, a := range actions {
		if !slices.Contains(got, a) {
			s.t.Errorf("%s was not written to the audit trail: %v", a, got)
		}
	}
}

func TestOnlyAdministratorsImport(t *testing.T) {
	s := newStack(t, nil)
	for _, role := range append([]household.Role{""}, household.Roles...) {
		want := map[household.Role]int{"": http.StatusUnauthorized, household.RoleAdmin: 0}
		status, special := want[role]
		if !special {
			status = http.StatusForbidden
		}
		c := s.as(role)
		for what, got := range map[string]int{
			"upload": c.upload("a.csv", "a\n1\n").status,
			"start":  c.do(http.MethodPost, "/api/v1/imports", map[string]any{"file_id": "none", "kind": "units"}).status,
			"cancel": c.do(http.MethodDelete, "/api/v1/jobs/none", nil).status,
			"undo":   c.do(http.MethodPost, "/api/v1/imports/99/undo", map[string]any{}).status,
		} {
			wanted := status
			if role == household.RoleAdmin {
				wanted = http.StatusNotFound
				if what == "upload" {
					wanted = http.StatusCreated
				}
			}
			// Planners have jobs of their own; of others' they learn nothing.
			if what == "cancel" && role == household.RolePlanner {
				wanted = http.StatusNotFound
			}
			if got != wanted {
				t.Errorf("%s as %q: %d, want %d", what, role, got, wanted)
			}
		}
	}
}

// TestFilesBelongToTheirAccount: another administrator sees the job, and not
// the rows.
func TestFilesBelongToTheirAccount(t *testing.T) {
	s := newStack(t, nil)
	if _, err := s.db.Pool.Exec(t.Context(), "INSERT INTO account (login, name, role, password_hash) SELECT 'other', name, role, password_hash FROM account WHERE login = 'admin'"); err != nil {
		t.Fatal(err)
	}
	admin, other := s.as(household.RoleAdmin), &client{stack: s}
	for _, k := range other.do(http.MethodPost, "/api/v1/session", map[string]string{"login": "other", "password": "open sesame admin"}).cookies {
		if k.Value != "" {
			other.cookie = k
		}
	}
	f := admin.uploaded("a.csv", facilitiesCSV(3))
	if res := other.get("/api/v1/imports/files/" + f.ID + "/inspect"); res.status != http.StatusNotFound {
		t.Errorf("another's file: %d", res.status)
	}
	jobs := admin.events(admin.start(map[string]any{"file_id": f.ID, "kind": "facilities", "crs": "wgs84", "dry_run": true}))
	id := jobs[len(jobs)-1].ID
	if res := other.get("/api/v1/jobs/" + id); res.status != http.StatusOK {
		t.Errorf("another's job: %d", res.status)
	}
	if res := other.get("/api/v1/jobs/" + id + "/rejects"); res.status != http.StatusForbidden {
		t.Errorf("another's rejects: %d", res.status)
	}
}

func TestUploadsThatAreRefused(t *testing.T) {
	s := newStack(t, nil)
	admin := s.as(household.RoleAdmin)
	const boundary = "0123456789abcdef"
	head := "--" + boundary + "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\n"
	form := "multipart/form-data; boundary=" + boundary
	long := strings.Repeat("0123456789abcdef", (uploadLimit+16)/16)
	for _, c := range []struct {
		name, contentType string
		body              string
		length            int64
		status            int
	}{
		{"too large", form, head + long + "\r\n--" + boundary + "--\r\n", -1, 413},
		{"larger than it could ever be", form, strings.Repeat("x", 4<<20), 4 << 20, 413},
		{"broken off", form, head + "编码,名称", -1, 422},
		{"no form", "text/csv", "编码,名称", -1, 415},
		{"no file in it", form, "--" + boundary + "\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nx\r\n--" + boundary + "--\r\n", -1, 422},
		{"empty", form, head + "\r\n--" + boundary + "--\r\n", -1, 422},
	} {
		res := admin.send(c.contentType, strings.NewReader(c.body), c.length)
		var p struct{ Detail, Hint string }
		if err := json.Unmarshal(res.body, &p); err != nil || res.status != c.status || p.Detail == "" || p.Hint == "" {
			t.Errorf("%s: %d, want %d with a hint: %s", c.name, res.status, c.status, res.body)
		}
	}
	if res := admin.do(http.MethodPost, "/api/v1/session", map[string]string{"login": strings.Repeat("x", 2<<20)}); res.status != http.StatusRequestEntityTooLarge && res.status != 422 {
		t.Errorf("a long body elsewhere: %d", res.status)
	}
}

// TestCancelledImportLeavesNothing cancels a job that waits for the tables,
// and one that waits for that job.
func TestCancelledImportLeavesNothing(t *testing.T) {
	s := newStack(t, nil)
	admin := s.as(household.RoleAdmin)
	f := admin.uploaded("a.csv", facilitiesCSV(40))
	before := s.count("SELECT count(*) FROM facility")
	tx, err := s.db.Pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(t.Context()) }()
	if _, err := tx.Exec(t.Context(), "LOCK TABLE facility, import_batch IN ACCESS EXCLUSIVE MODE"); err != nil {
		t.Fatal(err)
	}
	request := map[string]any{"file_id": f.ID, "kind": "facilities", "crs": "gcj02"}
	running, queued := admin.start(request), admin.start(request)
	var j household.ImportJob
	for j.State != household.ImportRunning {
		admin.get("/api/v1/jobs/"+running).into(t, &j)
	}
	admin.get("/api/v1/jobs/"+queued).into(t, &j)
	if j.State != household.ImportQueued {
		t.Errorf("two at a time: the second is %s", j.State)
	}
	for _, id := range []string{queued, running} {
		if res := admin.do(http.MethodDelete, "/api/v1/jobs/"+id, nil); res.status != http.StatusOK {
			t.Fatalf("cancel: %d %s", res.status, res.body)
		}
		jobs := admin.events(id)
		if end := jobs[len(jobs)-1]; end.State != household.ImportCancelled || end.Report != nil || end.Rejects {
			t.Errorf("%+v", end)
		}
	}
	if err := tx.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := s.count("SELECT count(*) FROM facility"); n != before {
		t.Errorf("%d facilities, want %d", n, before)
	}
	// The file is still there, and the lane free.
	jobs := admin.events(admin.start(request))
	if end := jobs[len(jobs)-1]; end.State != household.ImportDone {
		t.Errorf("%+v %+v", end, end.Problem)
	}
}

// TestFailedImportTellsWhy: with a hint, and without a path of the server.
func TestFailedImportTellsWhy(t *testing.T) {
	s := newStack(t, nil)
	admin := s.as(household.RoleAdmin)
	f := admin.uploaded("人口.csv", "姓名,性别\n某人,男\n")
	jobs := admin.events(admin.start(map[string]any{"file_id": f.ID, "kind": "residents"}))
	end := jobs[len(jobs)-1]
	if end.State != household.ImportFailed || end.Problem == nil || end.Problem.Hint == "" || strings.Contains(end.Problem.Detail+end.Problem.Hint, os.TempDir()) {
		t.Errorf("%+v %+v", end, end.Problem)
	}
}

// TestTitlesAboveTheTable: the row that the inspection finds the columns in is
// the one the import reads them from; a column of another name is mapped.
func TestTitlesAboveTheTable(t *testing.T) {
	s := newStack(t, nil)
	admin := s.as(household.RoleAdmin)
	f := admin.uploaded("a.csv", "二〇二六年设施台账,,,,\n编码,名称,种别,经度,纬度\nW1,一站,clinic,123.005,41.005\n")
	look := "/api/v1/imports/files/" + f.ID + "/inspect?kind=facilities"
	var found household.ImportFindings
	admin.get(look).into(t, &found)
	if found.HeaderRow != 2 || !slices.Contains(found.Missing, "category") {
		t.Fatalf("header in row %d, missing %v", found.HeaderRow, found.Missing)
	}
	admin.get(look+"&mapping="+url.QueryEscape(`{"种别":"category"}`)).into(t, &found)
	if len(found.Missing) != 0 || found.Rejected != 0 {
		t.Errorf("mapped: missing %v, %d rejected: %+v", found.Missing, found.Rejected, found.Problems)
	}
	if res := admin.get(look + "&mapping=nonsense"); res.status != http.StatusUnprocessableEntity {
		t.Errorf("a mapping that is none: %d", res.status)
	}
	jobs := admin.events(admin.start(map[string]any{
		"file_id": f.ID, "kind": "facilities", "crs": "wgs84", "header_row": found.HeaderRow, "mapping": map[string]string{"种别": "category"},
	}))
	if end := jobs[len(jobs)-1]; end.State != household.ImportDone || end.Report.Created != 1 {
		t.Errorf("%+v %+v %+v", end, end.Report, end.Problem)
	}
}
