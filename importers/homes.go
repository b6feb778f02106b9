package importers

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"hearthmap/household"
	"hearthmap/household/address"
	"hearthmap/importers/match"
)

// AddressBook is a Store that can list the city's buildings, so that homes
// given by their address only are found.
type AddressBook interface {
	// AddressBook yields every building once. It is called during a load, and
	// sees what was committed before.
	AddressBook(ctx context.Context, yield func(match.Building) error) error
}

// Review is a home whose address may mean several buildings, or one not for
// certain: for a person to decide.
type Review struct {
	Row   int64
	Sheet string
	// Address is personal: it is kept where only the city's owner can read.
	Address    string
	Reason     string
	Candidates []match.Candidate // from the best
	// Entity is the home or person as the row would load, but for its
	// building's code.
	Entity Entity
}

// Reviewer is a Load that keeps reviews. KeepReviews is called before Commit,
// and what it keeps goes with the load when that is rolled back.
type Reviewer interface {
	KeepReviews(ctx context.Context, list []Review) error
}

// maxReviews bounds the reviews that are kept; the rejects file has them all.
const maxReviews = 100_000

// homes finds the buildings of rows that have an address and no code. The
// index is built when the first such row comes. It is safe for use from
// several goroutines.
type homes struct {
	ctx  context.Context // of the import, for building the index
	book AddressBook
	once sync.Once
	x    *match.Index
	err  error

	linked, doubtful, unknown atomic.Int64

	mu      sync.Mutex
	reviews []Review
}

// matchHomes lets the source's rows find their buildings by address.
func (r *run) matchHomes(ctx context.Context, store Store) {
	t, ok := r.source.(*tabular)
	if !ok || r.o.Kind != Units && r.o.Kind != Residents {
		return
	}
	if book, ok := store.(AddressBook); ok {
		r.homes = &homes{ctx: ctx, book: book}
		t.judge.homes = r.homes
	}
}

// noteHomes tells in the report how the addresses fared.
func (r *run) noteHomes() error {
	h := r.homes
	if h == nil {
		return nil
	}
	if h.err != nil {
		return h.err
	}
	linked, doubtful, unknown := h.linked.Load(), h.doubtful.Load(), h.unknown.Load()
	if linked+doubtful+unknown > 0 {
		r.report.Notes = append(r.report.Notes, fmt.Sprintf(
			"%d rows were given their building by their address; %d addresses are doubtful and %d fit no building: those rows are rejected",
			linked, doubtful, unknown))
	}
	return nil
}

// keepReviews hands the doubtful addresses to the load.
func (r *run) keepReviews(ctx context.Context, load Load) error {
	keeper, ok := load.(Reviewer)
	if !ok || r.homes == nil || len(r.homes.reviews) == 0 {
		return nil
	}
	list := r.homes.reviews
	slices.SortStableFunc(list, func(a, b Review) int { return cmp.Or(cmp.Compare(a.Sheet, b.Sheet), cmp.Compare(a.Row, b.Row)) })
	return keeper.KeepReviews(ctx, list)
}

// index returns the index, building it at the first call.
func (h *homes) index() *match.Index {
	h.once.Do(func() {
		b := match.NewBuilder()
		h.err = h.book.AddressBook(h.ctx, func(in match.Building) error {
			b.Add(in)
			return nil
		})
		if h.err == nil {
			h.x = b.Build()
		}
	})
	return h.x
}

// find returns the code of the building that the row's address means, and
// keeps the address for its entrance, floor and room. It rejects the row when
// there is a doubt.
func (h *homes) find(r *row) string {
	x := h.index()
	if x == nil { // the import ends with h.err
		r.fail(fAddress, RejectAddress, "the city's buildings cannot be read", "import the file again")
		return ""
	}
	text := r.text(fAddress)
	a := address.Parse(text)
	res := x.Match(&a)
	switch res.Decision {
	case match.Certain:
		h.linked.Add(1)
		r.home = &a
		return res.Candidates[0].Code
	case match.Doubtful:
		// The rest of the row is judged as well: when nothing else is wrong
		// with it, a person's word on the building is all that it needs.
		r.home = &a
		r.doubt = &Review{Row: r.Row, Sheet: r.Sheet, Address: text, Reason: res.Reason, Candidates: res.Candidates}
	default:
		h.unknown.Add(1)
		r.fail(fAddress, RejectAddress, "no building fits the address: "+res.Reason, "correct the address, or write the building's code in the column building_code")
	}
	return ""
}

// mayMean names the buildings an address may mean.
func mayMean(list []match.Candidate) string {
	const show = 4
	codes := make([]string, 0, show)
	for _, c := range list[:min(show, len(list))] {
		codes = append(codes, c.Code)
	}
	switch {
	case len(list) == 1:
		return "1 building may be meant: " + codes[0]
	case len(list) > show:
		return fmt.Sprintf("%d buildings or more may be meant: %s …", len(list), strings.Join(codes, ", "))
	}
	return fmt.Sprintf("%d buildings may be meant: %s", len(list), strings.Join(codes, ", "))
}

// doubtful rejects a row that has nothing wrong with it but that its address
// is doubtful, and keeps it for review.
func (r *row) doubtful(e Entity) {
	v := *r.doubt
	v.Entity = e
	r.fail(fAddress, RejectAddress, "the address does not name one building for certain: "+v.Reason,
		"write the building's code in the column building_code; "+mayMean(v.Candidates))
	r.homes.doubtful.Add(1)
	r.homes.review(v)
}

func (h *homes) review(v Review) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.reviews) < maxReviews {
		v.Address = strings.Clone(v.Address)
		v.Entity = cloneHome(v.Entity)
		h.reviews = append(h.reviews, v)
	}
}

// cloneHome keeps the values of one row, not the memory of its whole chunk.
func cloneHome(e Entity) Entity {
	switch e := e.(type) {
	case household.Unit:
		e.Entrance, e.Room = strings.Clone(e.Entrance), strings.Clone(e.Room)
		return e
	case household.Resident:
		e.ID, e.Name, e.Phone = household.ResidentID(strings.Clone(string(e.ID))), strings.Clone(e.Name), strings.Clone(e.Phone)
		e.Entrance, e.Room = strings.Clone(e.Entrance), strings.Clone(e.Room)
		return e
	}
	return e
}

// homeEntrance is the entrance of a home: of its column, or of its address.
func (r *row) homeEntrance() string {
	e := r.entrance()
	if r.home == nil || r.home.Entrance == "" {
		return e
	}
	if r.raw(fEntrance) == "" {
		return r.home.Entrance
	}
	return r.agree(fEntrance, e, r.home.Entrance, "the entrance")
}

// homeRoom is the room of a home: of its column, or of its address.
func (r *row) homeRoom() string {
	if r.home == nil || r.home.Room == "" {
		return r.room()
	}
	if r.raw(fRoom) == "" {
		return r.home.Room
	}
	return r.agree(fRoom, r.room(), r.home.Room, "the room")
}

// agree rejects the row when a column says otherwise than its address.
func (r *row) agree(f field, given, written, what string) string {
	if strings.TrimLeft(given, "0") != strings.TrimLeft(written, "0") {
		r.fail(f, RejectAddress, what+" is not that of the address", "correct the one that is wrong")
	}
	return given
}
