package importers

import (
	"context"
	"time"
)

// Mode is what an import does to rows that exist and to rows it lacks.
type Mode string

// The modes.
const (
	Upsert  Mode = "upsert"  // create and update
	Insert  Mode = "insert"  // create; rows that exist are rejected
	Replace Mode = "replace" // upsert, and end what the file does not have
	// UndoMode is what the history calls the undoing of a load; no file is
	// imported with it.
	UndoMode Mode = "undo"
)

// Batch describes a load before it begins.
type Batch struct {
	Kind     Kind
	FileName string // base name
	SHA256   [32]byte
	Source   string // the department or system it came from
	Mode     Mode
	Account  string
	Options  map[string]string // encoding, crs, mapping …, for the history
}

// Counts are what a load did. Read = Created + Updated + Unchanged +
// Rejected for tabular kinds, where one row is one entity.
type Counts struct {
	Read      int64 `json:"read"`
	Created   int64 `json:"created"`
	Updated   int64 `json:"updated"`
	Unchanged int64 `json:"unchanged"`
	Rejected  int64 `json:"rejected"`
}

// BatchInfo is a load in the history.
type BatchInfo struct {
	ID         int64     `json:"batch"`
	Kind       Kind      `json:"kind"`
	FileName   string    `json:"file"`
	Source     string    `json:"source"`
	Mode       Mode      `json:"mode"`
	Account    string    `json:"account"`
	StartedAt  time.Time `json:"started_at"`
	FinishedAt time.Time `json:"finished_at"`
	Counts

	SHA256   string            `json:"sha256"` // of the file, in hexadecimal
	Options  map[string]string `json:"options"`
	UndoneAt *time.Time        `json:"undone_at,omitempty"`
	// Undoes is the batch that this one took back; 0 for a load. Then Updated
	// counts what was reversed, Unchanged what was kept, Rejected what failed.
	Undoes int64 `json:"undoes,omitempty"`
	// Doubtful is how many of its addresses wait for a decision.
	Doubtful int64 `json:"doubtful,omitempty"`
}

// Store takes loads. Implemented by postgis.
type Store interface {
	// Begin opens a load: one transaction that leaves nothing behind unless
	// it is committed, whatever happens to the program.
	Begin(ctx context.Context, b Batch) (Load, error)
	Batches(ctx context.Context) ([]BatchInfo, error)
}

// Load is one load under way. It is used from one goroutine.
type Load interface {
	// Stage copies the items' entities to the staging tables. Items with a
	// Reject are not staged.
	Stage(ctx context.Context, items []Item) error
	// Merge compares what was staged with what is there, and brings it over.
	// It returns the rejects that only the database can find (duplicates,
	// references that lead nowhere) and the counts by table. In mode replace
	// it may refuse a load with rejected rows with household.Conflict; the
	// rejects it found are returned then as well.
	Merge(ctx context.Context) (Merged, error)
	// Commit records the batch with its final counts and rejects, writes the
	// change rows, wakes the feed, and commits. It returns the batch's id.
	Commit(ctx context.Context, c Counts, rejects []Reject) (int64, error)
	// Rollback undoes everything; after Commit it does nothing.
	Rollback(ctx context.Context) error
}

// Merged is what a merge did.
type Merged struct {
	Tables  map[string]Counts    // by table name: Created, Updated, Unchanged
	Rejects []Reject             // ordered by row; no more than MaxRejects
	More    map[RejectCode]int64 // how many rows were rejected beyond these, by code
}

// Undoer takes loads back. Implemented by postgis.
type Undoer interface {
	// Undo restores what the batch changed, in one transaction: rows that it
	// made are deleted, values that it changed get back what they were, and
	// what it ended goes on. Whatever was edited or is used since stays.
	Undo(ctx context.Context, batch int64, account string) (UndoResult, error)
	// PlanUndo tells what Undo would do, and changes nothing.
	PlanUndo(ctx context.Context, batch int64) (UndoResult, error)
}

// UndoResult is what became of the rows that a batch made or changed. Each
// row is counted once.
type UndoResult struct {
	Batch    int64  `json:"batch"`      // the one undone
	Undo     int64  `json:"undo_batch"` // the undo's own; 0 for a plan
	Kind     Kind   `json:"kind"`
	FileName string `json:"file"`
	// By table: as before the batch; kept, because they were edited or are
	// used since; could not be put back.
	Reversed map[string]int64 `json:"reversed"`
	Kept     map[string]int64 `json:"kept"`
	Failed   map[string]int64 `json:"failed"`
	Reasons  []UndoReason     `json:"reasons"`
	// Later are the batches, the newest first, that hold what was kept. To
	// undo them first leaves less behind.
	Later []int64 `json:"later"`
}

// UndoReason says why rows were kept or failed.
type UndoReason struct {
	Table  string   `json:"table"`
	Failed bool     `json:"failed"` // else kept
	Reason string   `json:"reason"`
	Rows   int64    `json:"rows"`
	Codes  []string `json:"codes"` // of some of them; empty for persons
}

// Total sums one of the buckets.
func (UndoResult) Total(bucket map[string]int64) int64 {
	var n int64
	for _, rows := range bucket {
		n += rows
	}
	return n
}

// sheetBits is where the number of a workbook's sheet begins in a row's key.
const sheetBits = 40

// RowKey is one number for a row of a workbook: a Load is given its items
// with such keys as Row, so that rows of several sheets stay apart. The key
// of a row of the first sheet, or of any other file, is the row itself.
func RowKey(sheet int, row int64) int64 { return int64(sheet)<<sheetBits | row }

// SplitRow takes a key apart: the sheet's number from 0, and the row.
func SplitRow(key int64) (sheet int, row int64) {
	return int(key >> sheetBits), key & (1<<sheetBits - 1)
}
