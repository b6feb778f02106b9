package importers

import (
	"context"

	"github.com/paulmach/orb"
)

const (
	// samplePlaces and sampleRows bound what an import looks at before it
	// begins; an inspection looks at surveyPlaces of the whole file.
	samplePlaces = 500
	sampleRows   = 50_000
	surveyPlaces = 2000
)

// hasPlaces reports whether rows of the kind have coordinates.
func hasPlaces(kind Kind) bool {
	switch kind {
	case Areas, Compounds, Streets, Buildings, Facilities:
		return true
	}
	return false
}

// cityGround asks where the city is, for kinds that must lie there. New areas
// may lie anywhere: they are what makes the city.
func cityGround(ctx context.Context, ev Evidence, kind Kind) (*ground, []orb.Bound, error) {
	if ev == nil || !hasPlaces(kind) {
		return nil, nil, nil
	}
	boxes, err := ev.CityBoxes(ctx)
	if err != nil {
		return nil, nil, err
	}
	if kind == Areas {
		return nil, boxes, nil
	}
	return newGround(boxes), boxes, nil
}

// judgePlaces looks at a sample of the file's places before anything is
// staged, unless the user named their system.
func (r *run) judgePlaces(ctx context.Context, ev Evidence, city []orb.Bound) error {
	t, ok := r.source.(*tabular)
	if !ok || ev == nil || r.file.CRSGiven || len(city) == 0 || !hasPlaces(r.o.Kind) {
		return nil
	}
	s := sampler{limit: samplePlaces}
	n := 0
	err := r.again(ctx, func(rec Record) bool {
		n++
		if s.wants() {
			if l, err := t.table.arrange(rec.Names, t.judge.mapping); err == nil && len(rec.Values) == len(rec.Names) {
				row := row{Record: rec, layout: &l, mapping: t.judge.mapping}
				if at, ok := row.place(); ok {
					s.keep(sampled{at, row.question(r.o.Kind)})
				}
			}
		}
		return n < sampleRows
	})
	if err != nil {
		if ctx.Err() != nil {
			return err
		}
		return nil // reading the file for good says what is wrong
	}
	places := s.places()
	if len(places) < fewPlaces {
		return nil
	}
	list, err := weighPlaces(ctx, ev, places, candidates(places, r.file.CRS, city))
	if err != nil {
		return err
	}
	v := Judge(list)
	if err := v.Err(); err != nil {
		return err
	}
	if note := v.Note(); note != "" {
		r.report.Notes = append(r.report.Notes, note)
	}
	return nil
}
