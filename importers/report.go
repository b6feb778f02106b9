package importers

import (
	"encoding/hex"
	"encoding/json"
	"math"
	"time"
)

// Report is what an import did. Its JSON is part of the command line's
// contract.
type Report struct {
	Batch int64 // 0 for a dry run
	Kind  Kind
	// Counts are those of the kind's own entities. Where one record may give
	// several entities, Created + Updated + Unchanged may exceed Read.
	Counts
	Elapsed     time.Duration
	RejectsFile string // empty when nothing was rejected

	File   string
	SHA256 [32]byte
	DryRun bool
	Notes  []string
	Tables map[string]Counts    // by table, entities made on the way included
	Codes  map[RejectCode]int64 // rejects by code
}

// RowsPerSecond is the speed of the whole import.
func (r Report) RowsPerSecond() float64 {
	if r.Elapsed <= 0 {
		return 0
	}
	return math.Round(float64(r.Read) / r.Elapsed.Seconds())
}

// MarshalJSON writes the contract's document.
func (r Report) MarshalJSON() ([]byte, error) {
	type tableCounts struct {
		Created   int64 `json:"created"`
		Updated   int64 `json:"updated"`
		Unchanged int64 `json:"unchanged"`
	}
	tables := map[string]tableCounts{}
	for t, c := range r.Tables {
		tables[t] = tableCounts{c.Created, c.Updated, c.Unchanged}
	}
	notes := r.Notes
	if notes == nil {
		notes = []string{}
	}
	codes := r.Codes
	if codes == nil {
		codes = map[RejectCode]int64{}
	}
	return json.Marshal(struct {
		Batch int64 `json:"batch"`
		Kind  Kind  `json:"kind"`
		Counts
		Seconds       float64                `json:"seconds"`
		RowsPerSecond float64                `json:"rows_per_second"`
		RejectsFile   string                 `json:"rejects_file"`
		File          string                 `json:"file"`
		SHA256        string                 `json:"sha256"`
		DryRun        bool                   `json:"dry_run"`
		Notes         []string               `json:"notes"`
		Tables        map[string]tableCounts `json:"tables"`
		Codes         map[RejectCode]int64   `json:"reject_codes"`
	}{
		r.Batch, r.Kind, r.Counts, math.Round(r.Elapsed.Seconds()*1000) / 1000, r.RowsPerSecond(), r.RejectsFile,
		r.File, hex.EncodeToString(r.SHA256[:]), r.DryRun, notes, tables, codes,
	})
}

// tablesOf are the tables whose rows are the kind's own entities; nil for all.
func tablesOf(kind Kind) []string {
	switch kind {
	case Areas:
		return []string{"area", "grid"}
	case Compounds:
		return []string{"compound", "gate", "barrier"}
	case Streets:
		return []string{"street", "barrier", "land"}
	case Buildings:
		return []string{"building", "entrance"}
	case Units:
		return []string{"unit"}
	case Residents:
		return []string{"resident"}
	case Facilities:
		return []string{"facility"}
	}
	return nil
}

// addTables adds the counts of the kind's own tables to the report's.
func (r *Report) addTables(tables map[string]Counts) {
	r.Tables = tables
	names := tablesOf(r.Kind)
	if names == nil {
		for t := range tables {
			names = append(names, t)
		}
	}
	for _, t := range names {
		r.Created += tables[t].Created
		r.Updated += tables[t].Updated
		r.Unchanged += tables[t].Unchanged
	}
}
