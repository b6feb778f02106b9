package household

import (
	"context"
	"encoding/json"
	"io"
	"time"
)

// Imports loads files that are handed over through the web: they are kept for
// a while, looked at, tried, loaded, and taken back. A file or job belongs to
// the account that brought it. Errors are *Error with a hint.
type Imports interface {
	// Limit is the size of the largest file that is taken, in bytes.
	Limit() int64
	// Upload keeps the file; expected is its size as far as it is known, or 0.
	Upload(ctx context.Context, p Principal, name string, expected int64, r io.Reader) (ImportFile, error)
	// Inspect looks at a part of the file and changes nothing.
	Inspect(ctx context.Context, p Principal, file string, q ImportQuestion) (ImportFindings, error)
	// Start begins a job, or queues it behind another of its family of kinds.
	Start(ctx context.Context, p Principal, r ImportRequest) (ImportJob, error)
	// Job returns the job as it is now.
	Job(p Principal, id string) (ImportJob, error)
	// Jobs lists the caller's own jobs, the newest first.
	Jobs(p Principal) []ImportJob
	// Watch waits until the job is newer than the version that the caller
	// has, or ctx ends. The first version is 1.
	Watch(ctx context.Context, p Principal, id string, version int64) (ImportJob, error)
	// Cancel stops the job; what it did is rolled back. A job that has ended
	// stays as it is.
	Cancel(p Principal, id string) (ImportJob, error)
	// Rejects opens the job's file of rejected rows, for its own account.
	Rejects(p Principal, id string) (ImportRejects, error)
	// History lists what was loaded, the newest first.
	History(ctx context.Context) ([]ImportBatch, error)
	// Addresses lists rows whose address is doubtful.
	Addresses(ctx context.Context, p Principal, q AddressQuery) (AddressList, error)
	// AcceptAddresses brings such rows in, in the buildings that were chosen.
	AcceptAddresses(ctx context.Context, p Principal, batch int64, choices []AddressChoice) (AddressAcceptance, error)
	// DeclineAddresses takes rows off the list, or puts them back, and returns
	// how many changed.
	DeclineAddresses(ctx context.Context, p Principal, batch int64, rows []AddressRow, again bool) (int, error)
	// Undo takes a batch back; with plan it tells what that would do.
	Undo(ctx context.Context, p Principal, batch int64, plan bool) (ImportUndo, error)
}

// ImportFile is a file that was uploaded.
type ImportFile struct {
	ID     string `json:"file_id"`
	Name   string `json:"name"`
	Size   int64  `json:"size" doc:"bytes"`
	SHA256 string `json:"sha256"`
}

// ImportQuestion says how a file is to be looked at; what is empty is found out.
type ImportQuestion struct {
	Kind, CRS, Encoding string
	Layer               string            // a sheet of a workbook, or a layer
	HeaderRow           int               // the row that names the columns, from 1; 0: found out
	Mapping             map[string]string // column → field, "-" for none
}

// ImportRequest asks for a job.
type ImportRequest struct {
	File      string            `json:"file_id" maxLength:"64"`
	Kind      string            `json:"kind" enum:"areas,compounds,streets,buildings,units,residents,facilities,osm"`
	CRS       string            `json:"crs,omitempty" maxLength:"60" doc:"as the file says when left out"`
	Encoding  string            `json:"encoding,omitempty" maxLength:"20" doc:"found out when left out"`
	Mode      string            `json:"mode,omitempty" enum:"upsert,insert,replace" default:"upsert"`
	Source    string            `json:"source,omitempty" maxLength:"100" doc:"the department or system the file came from"`
	DryRun    bool              `json:"dry_run,omitempty"`
	Layer     string            `json:"layer,omitempty" maxLength:"300" doc:"the sheet of a workbook, or the layer, by its name; when left out every sheet, or the only layer, that has the columns of the kind"`
	HeaderRow int               `json:"header_row,omitempty" minimum:"0" maximum:"1000" doc:"the row that names the columns, as the inspection found it; found out when left out"`
	Mapping   map[string]string `json:"mapping,omitempty" doc:"column to field; - for a column that is not used"`
}

// ImportFindings is what a look at a file found.
type ImportFindings struct {
	Format          string           `json:"format"`
	Kind            string           `json:"kind" doc:"the kind it was read as: given, or the likeliest; empty when none fits"`
	Certain         bool             `json:"kind_certain"`
	Encoding        string           `json:"encoding,omitempty" doc:"the encoding it was read in"`
	EncodingCertain bool             `json:"encoding_certain"`
	Encodings       []ImportEncoding `json:"encodings" doc:"candidates for text files, the likeliest first"`
	CRS             string           `json:"crs" doc:"the reference system it was read in"`
	Layers          []ImportLayer    `json:"layers" doc:"of a file that may hold several tables: the sheets or layers it has"`
	Layer           string           `json:"layer" doc:"the sheet or layer it was read from; empty when the file has one table, or every sheet that fits was read"`
	LayerCertain    bool             `json:"layer_certain" doc:"false: several may be meant, or none has the columns; an import needs the layer named"`
	HeaderRow       int              `json:"header_row" doc:"the row that names the columns, from 1; 0 when it differs from sheet to sheet. Hand it on to the import"`
	Columns         []ImportColumn   `json:"columns"`
	Fields          []string         `json:"fields" doc:"the fields that columns of this kind may hold"`
	Datums          []ImportDatum    `json:"datums" doc:"candidates for the reference system, the one it was read in first"`
	Doubt           bool             `json:"doubt" doc:"another reference system fits better"`
	Wrong           bool             `json:"wrong" doc:"the one it was read in does not fit at all"`
	Best            string           `json:"best,omitempty" doc:"the one that fits best"`
	CRSFrom         string           `json:"crs_from" enum:"given,file,default" doc:"who says so"`
	Missing         []string         `json:"missing" doc:"the fields that the kind needs and no column holds"`
	Rows            int64            `json:"rows"`
	Rejected        int64            `json:"rejected" doc:"rows that would be rejected by themselves; an import may find more"`
	Problems        []ImportProblem  `json:"problems" doc:"why, the most frequent first"`
	Notes           []string         `json:"notes"`
	NotesZh         []string         `json:"notes_zh" doc:"the same in Chinese"`
	Sample          json.RawMessage  `json:"sample" doc:"GeoJSON in WGS 84, 200 features at most"`
}

// ImportLayer is a sheet of a workbook, or a layer or table of a file that may
// hold several.
type ImportLayer struct {
	Name      string   `json:"name"`
	Type      string   `json:"type" enum:"sheet,layer,table" doc:"a table has no shapes"`
	Columns   []string `json:"columns"`
	Rows      int64    `json:"rows" doc:"-1 when it is not known"`
	HeaderRow int      `json:"header_row,omitempty" doc:"of a sheet: the row that names the columns"`
	Hidden    bool     `json:"hidden,omitempty"`
	Read      bool     `json:"read" doc:"the findings are of it"`
	Lacks     []string `json:"lacks" doc:"the fields that the kind needs and none of its columns holds; then it is not read"`
}

// ImportEncoding is an encoding that a text file may be in.
type ImportEncoding struct {
	Encoding string   `json:"encoding"`
	Score    float64  `json:"score" minimum:"0" maximum:"1"`
	Header   []string `json:"header" doc:"the first line as it reads so"`
	Reason   string   `json:"reason"`
}

// ImportColumn is a column and what it is taken for. Samples of persons are
// masked.
type ImportColumn struct {
	Name    string   `json:"name"`
	Field   string   `json:"field" doc:"empty: not used"`
	Filled  int64    `json:"filled" doc:"rows that have a value"`
	Masked  bool     `json:"masked"`
	Samples []string `json:"samples" doc:"where masked their form only: 9{18} for eighteen digits"`
}

// ImportDatum is a reference system with what speaks for it: so many of so
// many sampled places.
type ImportDatum struct {
	CRS      string           `json:"crs"`
	Points   int              `json:"points"`
	Evidence []ImportEvidence `json:"evidence"`
}

// ImportEvidence is one measure.
type ImportEvidence struct {
	Measure string `json:"measure" enum:"in_compound,at_building,in_area,in_city,on_footprint,near_building"`
	Hits    int    `json:"hits"`
	Of      int    `json:"of"`
}

// ImportProblem is why rows would be rejected. It holds none of their values.
type ImportProblem struct {
	Code         string   `json:"code"`
	ID           string   `json:"id" doc:"of the reason, finer than the code; stable"`
	Params       []string `json:"params" doc:"what differs in reasons of the same id"`
	Column       string   `json:"column,omitempty"`
	Reason       string   `json:"reason" doc:"in English"`
	ReasonZh     string   `json:"reason_zh"`
	Suggestion   string   `json:"suggestion,omitempty"`
	SuggestionZh string   `json:"suggestion_zh,omitempty"`
	Count        int64    `json:"count"`
	Rows         []int64  `json:"first_rows"`
}

// The states of a job.
const (
	ImportQueued    = "queued"
	ImportRunning   = "running"
	ImportDone      = "done"
	ImportFailed    = "failed"
	ImportCancelled = "cancelled"
)

// ImportJob is an import that was asked for.
type ImportJob struct {
	ID       string         `json:"job_id"`
	Version  int64          `json:"version" doc:"grows with every change"`
	Kind     string         `json:"kind"`
	File     string         `json:"file"`
	DryRun   bool           `json:"dry_run"`
	State    string         `json:"state" enum:"queued,running,done,failed,cancelled"`
	Progress ImportProgress `json:"progress"`
	Report   *ImportReport  `json:"report,omitempty"`
	Problem  *ImportFailure `json:"problem,omitempty" doc:"why it failed"`
	Rejects  bool           `json:"rejects" doc:"there is a file of rejected rows"`
	// Request is what was asked for: a trial is repeated in earnest by it.
	Request   ImportRequest `json:"request"`
	StartedAt time.Time     `json:"started_at" doc:"when it was asked for"`
}

// Ended reports whether the job will not change any more.
func (j ImportJob) Ended() bool { return j.State != ImportQueued && j.State != ImportRunning }

// Seen is the version.
func (j ImportJob) Seen() int64 { return j.Version }

// ImportProgress is how far a job is.
type ImportProgress struct {
	Stage string `json:"stage" enum:"wait,read,merge,finish"`
	Read  int64  `json:"read" doc:"bytes"`
	Total int64  `json:"total" doc:"bytes"`
	Rows  int64  `json:"rows"`
	// Seconds do not count the wait, so that Rows over Seconds is the rate.
	Seconds float64 `json:"seconds" doc:"since it began to read"`
}

// ImportFailure is why a job failed.
type ImportFailure struct {
	Code   ErrorCode `json:"code"`
	Detail string    `json:"detail"`
	Hint   string    `json:"hint,omitempty"`
}

// ImportReport is what a job did, or would do.
type ImportReport struct {
	Batch     int64            `json:"batch" doc:"0 for a dry run"`
	Read      int64            `json:"read"`
	Created   int64            `json:"created"`
	Updated   int64            `json:"updated"`
	Unchanged int64            `json:"unchanged"`
	Rejected  int64            `json:"rejected"`
	Seconds   float64          `json:"seconds"`
	Notes     []string         `json:"notes"`
	NotesZh   []string         `json:"notes_zh" doc:"the same in Chinese"`
	Codes     map[string]int64 `json:"reject_codes"`
}

// ImportRejects is an open file of rejected rows.
type ImportRejects struct {
	Name string
	Size int64
	io.ReadCloser
}

// ImportBatch is a line of the history.
type ImportBatch struct {
	Batch      int64             `json:"batch"`
	Kind       string            `json:"kind"`
	File       string            `json:"file"`
	Source     string            `json:"source"`
	Mode       string            `json:"mode" enum:"upsert,insert,replace,undo"`
	Account    string            `json:"account"`
	StartedAt  time.Time         `json:"started_at"`
	FinishedAt time.Time         `json:"finished_at"`
	Read       int64             `json:"read"`
	Created    int64             `json:"created"`
	Updated    int64             `json:"updated"`
	Unchanged  int64             `json:"unchanged"`
	Rejected   int64             `json:"rejected"`
	SHA256     string            `json:"sha256"`
	Options    map[string]string `json:"options"`
	UndoneAt   *time.Time        `json:"undone_at,omitempty"`
	Doubtful   int64             `json:"doubtful,omitempty" doc:"addresses that wait for a decision"`
	Undoes     int64             `json:"undoes,omitempty" doc:"the batch that this one took back; then updated counts what was reversed, unchanged what was kept, rejected what failed"`
}

// ImportUndo is what became, or would become, of the rows of a batch that is
// taken back. The buckets count rows by table.
type ImportUndo struct {
	Batch    int64              `json:"batch"`
	Undo     int64              `json:"undo_batch" doc:"0 for a plan"`
	Kind     string             `json:"kind"`
	File     string             `json:"file"`
	Reversed map[string]int64   `json:"reversed"`
	Kept     map[string]int64   `json:"kept"`
	Failed   map[string]int64   `json:"failed"`
	Reasons  []ImportUndoReason `json:"reasons"`
	Later    []int64            `json:"later" doc:"batches that hold what was kept"`
}

// ImportUndoReason says why rows were kept or failed.
type ImportUndoReason struct {
	Table  string   `json:"table"`
	Failed bool     `json:"failed"`
	Reason string   `json:"reason"`
	Rows   int64    `json:"rows"`
	Codes  []string `json:"codes"`
}
