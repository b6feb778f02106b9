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
	// references that lead nowhere) and the counts by table.
	Merge(ctx context.Context) (Merged, error)
	// Commit records the batch with its final counts and rejects, writes the
	// change rows, wakes the feed, and commits. It returns the batch's id.
	Commit(ctx context.Context, c Counts, rejects []Reject) (int64, error)
	// Rollback undoes everything; after Commit it does nothing.
	Rollback(ctx context.Context) error
}

// Merged is what a merge did.
type Merged struct {
	Tables  map[string]Counts // by table name: Created, Updated, Unchanged
	Rejects []Reject          // ordered by row
}
