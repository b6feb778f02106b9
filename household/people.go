package household

import (
	"context"
	"time"
)

// PeopleReview is the list of entries that may be one person, as accounts see
// and decide it: grid workers and approvers see the pairs of which both
// entries live in their area; approvers decide. Errors are *Error with a hint.
type PeopleReview interface {
	// Pairs lists the pairs of a state, the certain ones first.
	Pairs(ctx context.Context, p Principal, q PairQuery) (PairList, error)
	// Decide notes that a pair is of two people, or opens it again.
	Decide(ctx context.Context, p Principal, pair int64, again bool, purpose string) error
	// Merge makes one person of two entries and returns the merge's number.
	Merge(ctx context.Context, p Principal, keep, gone int64, purpose string) (int64, error)
	// Unmerge takes a merge back.
	Unmerge(ctx context.Context, p Principal, merge int64, purpose string) (Unmerged, error)
	// Merges lists the merges of people in the caller's area, newest first.
	Merges(ctx context.Context, p Principal, limit int) ([]PeopleMerge, error)
}

// The states of a pair.
const (
	PairOpen      = "open"
	PairSame      = "same"
	PairDifferent = "different"
)

// PairQuery asks for pairs.
type PairQuery struct {
	State         string
	Limit, Offset int
}

// PairList is a part of the list, and how many pairs there are in all.
type PairList struct {
	Total   int64  `json:"total"`
	Pairs   []Pair `json:"pairs"`
	Decides bool   `json:"decides" doc:"whether the caller may decide"`
}

// Pair is two entries that may be one person.
type Pair struct {
	ID        int64        `json:"id"`
	Verdict   string       `json:"verdict" enum:"same,doubtful" doc:"of the comparison"`
	Score     float64      `json:"score" doc:"log2 of the odds that they are one person"`
	Reasons   []PairReason `json:"reasons"`
	Capped    *PairReason  `json:"capped,omitempty" doc:"why it is doubtful whatever its score"`
	State     string       `json:"state" enum:"open,same,different"`
	FoundAt   time.Time    `json:"found_at"`
	DecidedBy string       `json:"decided_by,omitempty"`
	DecidedAt *time.Time   `json:"decided_at,omitempty"`
	A         PairEntry    `json:"a"`
	B         PairEntry    `json:"b"`
}

// PairReason is what speaks for or against a pair.
type PairReason struct {
	Code string  `json:"code"`
	Bits float64 `json:"bits" doc:"log2 of the likelihood ratio; below 0 speaks against"`
	Zh   string  `json:"text_zh"`
	En   string  `json:"text_en"`
}

// PairEntry is one entry of a pair, number and phone masked.
type PairEntry struct {
	PersonCard
	Source string `json:"source" doc:"the department whose file told of the entry last"`
	Others int    `json:"other_homes" doc:"homes besides the one shown"`
}

// Unmerged says what taking a merge back did.
type Unmerged struct {
	Merge    int64 `json:"merge"`
	Restored int64 `json:"restored" doc:"rows as they were before the merge"`
	// Kept rows were edited since: they are given back to the entry they
	// belonged to, with the newer values.
	Kept int64 `json:"kept" doc:"rows edited since: given back with the newer values"`
}

// PeopleMerge is a line of the history of merges.
type PeopleMerge struct {
	Merge    int64      `json:"merge"`
	KeptID   int64      `json:"kept_id"`
	Name     string     `json:"name" doc:"of the entry that stayed"`
	Address  string     `json:"address"`
	Account  string     `json:"account"`
	Purpose  string     `json:"purpose"`
	MergedAt time.Time  `json:"merged_at"`
	UndoneAt *time.Time `json:"undone_at,omitempty"`
	UndoneBy string     `json:"undone_by,omitempty"`
}
