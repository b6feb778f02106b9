package postgis

import "hearthmap/importers"

// rejects are those that a load keeps one by one, up to a limit, and how many
// more there were of each code: a file of millions of rows that all lead
// nowhere must not fill the memory.
type rejects struct {
	limit int
	kept  []importers.Reject
	more  map[importers.RejectCode]int64
	total int64
}

func (r *rejects) add(x importers.Reject) {
	r.total++
	if len(r.kept) < r.limit {
		r.kept = append(r.kept, x)
		return
	}
	if r.more == nil {
		r.more = map[importers.RejectCode]int64{}
	}
	r.more[x.Code]++
}

// take adds those of another list.
func (r *rejects) take(o *rejects) {
	for _, x := range o.kept {
		r.add(x)
	}
	for code, n := range o.more {
		r.total += n
		if r.more == nil {
			r.more = map[importers.RejectCode]int64{}
		}
		r.more[code] += n
	}
}
