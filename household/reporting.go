package household

import (
	"context"
	"io"
	"time"
)

// Reports makes reports in the background, for accounts that plan. A job and
// its files belong to the account that asked for them; to others they are not
// there. Errors are *Error with a hint.
type Reports interface {
	// Start begins a batch of reports, or queues it behind others.
	Start(ctx context.Context, p Principal, r ReportRequest) (ReportJob, error)
	// List lists the account's jobs, the newest first.
	List(p Principal) []ReportJob
	// Job returns the job as it is now.
	Job(p Principal, id string) (ReportJob, error)
	// Watch waits until the job is newer than the version that the caller
	// has, or ctx ends. The first version is 1.
	Watch(ctx context.Context, p Principal, id string, version int64) (ReportJob, error)
	// Cancel stops the job and removes its files. A job that has ended stays
	// as it is.
	Cancel(p Principal, id string) (ReportJob, error)
	// Open opens one of the files of a job that is done.
	Open(p Principal, id, name string) (ReportContent, error)
	// Archive writes all files of a job that is done as a ZIP.
	Archive(p Principal, id string, w io.Writer) error
}

// ReportRequest asks for reports: one for each standard, area and level, in
// each format.
type ReportRequest struct {
	Standards []string `json:"standards" minItems:"1" maxItems:"50" doc:"ids, or all"`
	Levels    []string `json:"levels" minItems:"1" maxItems:"10" doc:"levels to report by: city, district, street, community, grid, hex8, hex9, hex10"`
	Areas     []string `json:"areas,omitempty" maxItems:"200" doc:"a report for each of these areas; the whole city when left out"`
	Each      string   `json:"each,omitempty" enum:"district,street,community" doc:"a report for each area of this level, too"`
	Formats   []string `json:"formats,omitempty" maxItems:"10" doc:"xlsx, csv, html, pdf, geojson, json; xlsx when left out"`
	Method    string   `json:"method,omitempty" enum:"network,radius" default:"network"`
	Profile   string   `json:"profile,omitempty" enum:"standard,adult,elderly,wheelchair" default:"standard"`
	Measures  []string `json:"measures,omitempty" maxItems:"10" doc:"sections besides the totals: groups, capacity, equity, gaps, targets, all"`
	Targets   []string `json:"targets,omitempty" maxItems:"10" doc:"targets to compare with: a share of people in per cent, or the id of a policy"`
	Lang      string   `json:"lang,omitempty" enum:"zh,en" default:"zh"`
}

// The states of a job are those of imports: queued, running, done, failed,
// cancelled.

// ReportJob is a batch of reports that was asked for.
type ReportJob struct {
	ID        string         `json:"job_id"`
	Version   int64          `json:"version" doc:"grows with every change"`
	State     string         `json:"state" enum:"queued,running,done,failed,cancelled"`
	Request   ReportRequest  `json:"request"`
	Done      int            `json:"done" doc:"files"`
	Total     int            `json:"total" doc:"files"`
	Now       string         `json:"now,omitempty" doc:"what is worked on: a standard while it is computed, then a file"`
	Started   time.Time      `json:"started_at"`
	Expires   *time.Time     `json:"expires_at,omitempty" doc:"when the files are removed"`
	InputHash string         `json:"input_sha256,omitempty" doc:"identifies the city that the reports were computed from"`
	Files     []ReportFile   `json:"files"`
	Problem   *ImportFailure `json:"problem,omitempty" doc:"why it failed"`
}

// Ended reports whether the job will not change any more.
func (j ReportJob) Ended() bool { return j.State != ImportQueued && j.State != ImportRunning }

// Seen is the version.
func (j ReportJob) Seen() int64 { return j.Version }

// ReportFile is a file of a job that is done.
type ReportFile struct {
	Name     string `json:"name"`
	Standard string `json:"standard"`
	Area     string `json:"area,omitempty"`
	Level    string `json:"level"`
	Format   string `json:"format"`
	Bytes    int64  `json:"bytes"`
	SHA256   string `json:"sha256"`
}

// ReportContent is an open file of a job.
type ReportContent struct {
	Name        string
	ContentType string
	Size        int64
	io.ReadCloser
}
