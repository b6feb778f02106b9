package importjobs

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"hearthmap/household"
	"hearthmap/importers"
)

const (
	sampleFeatures = 200
	sampleVertices = 20_000
	shownProblems  = 20
	shownColumns   = 200
)

// Inspect surveys the file.
func (j *Jobs) Inspect(ctx context.Context, p household.Principal, id string, q household.ImportQuestion) (household.ImportFindings, error) {
	f, err := j.fileOf(p, id)
	if err != nil {
		return household.ImportFindings{}, err
	}
	select {
	case j.looks <- struct{}{}:
		defer func() { <-j.looks }()
	case <-ctx.Done():
		return household.ImportFindings{}, ctx.Err()
	}
	kind := importers.Kind(q.Kind)
	o := importers.Options{
		File: f.path, Kind: kind, Formats: j.o.Formats, CRS: q.CRS, Encoding: q.Encoding, Layer: q.Layer, HeaderRow: q.HeaderRow,
		Mapping: mappingOf(kind, q.Mapping), Account: p.Name,
	}
	s, err := importers.NewSurvey(ctx, o, j.o.Store)
	if err != nil {
		var known *household.Error
		if errors.As(err, &known) { // without the server's paths
			words := strings.NewReplacer(f.path, f.public.Name)
			mended := *known
			mended.Message, mended.Hint = words.Replace(known.Message), words.Replace(known.Hint)
			return household.ImportFindings{}, &mended
		}
		return household.ImportFindings{}, err
	}
	out := findingsOf(s)
	features := geojson.NewFeatureCollection()
	if s.Kind != "" && len(out.Missing) == 0 && drawn(s.Kind) {
		entities, err := importers.Sample(ctx, o, s, sampleFeatures)
		if err != nil && ctx.Err() != nil {
			return out, err
		}
		features = featuresOf(entities) // of what could be read
	}
	out.Sample, err = json.Marshal(features)
	return out, err
}

// drawn reports whether entities of the kind can be drawn without telling
// where a person lives.
func drawn(kind importers.Kind) bool { return kind != importers.Units && kind != importers.Residents }

func findingsOf(s *importers.Survey) household.ImportFindings {
	out := household.ImportFindings{
		Format: s.Format, Kind: string(s.Kind), Certain: s.KindCertain, Encoding: s.Encoding, EncodingCertain: s.EncodingCertain, Encodings: []household.ImportEncoding{},
		CRS: s.CRS, CRSFrom: s.CRSFrom, HeaderRow: s.HeaderRow, Layers: layersOf(s.Layers), Layer: s.Layer, LayerCertain: s.LayerCertain, Columns: []household.ImportColumn{}, Fields: importers.FieldNames(s.Kind), Datums: []household.ImportDatum{},
		Doubt: s.Verdict.Doubt, Wrong: s.Verdict.Wrong, Missing: append([]string{}, s.Missing...), Rows: s.Rows, Rejected: s.Rejected,
		Problems: []household.ImportProblem{}, Notes: append([]string{}, s.Notes...), NotesZh: inChinese(s.Notes),
	}
	if out.Fields == nil {
		out.Fields = []string{}
	}
	if s.Verdict.Doubt {
		out.Best = s.Verdict.Best.Name
	}
	for _, e := range s.Encodings {
		out.Encodings = append(out.Encodings, household.ImportEncoding{
			Encoding: string(e.Encoding), Score: e.Score, Header: append([]string{}, e.Header...), Reason: e.Reason,
		})
	}
	for _, c := range s.Columns[:min(len(s.Columns), shownColumns)] {
		out.Columns = append(out.Columns, household.ImportColumn{Name: c.Name, Field: c.Field, Masked: c.Masked, Filled: c.Filled, Samples: append([]string{}, c.Samples...)})
	}
	for _, d := range s.Datums {
		out.Datums = append(out.Datums, datumOf(d))
	}
	for _, p := range s.Problems[:min(len(s.Problems), shownProblems)] {
		out.Problems = append(out.Problems, household.ImportProblem{
			Code: string(p.Code), ID: p.ID, Params: append([]string{}, p.Params...), Column: p.Column,
			Reason: p.Reason, ReasonZh: importers.TextOf(p.Reason).Zh, Suggestion: p.Suggestion, SuggestionZh: importers.TextOf(p.Suggestion).Zh,
			Count: p.Count, Rows: slices.Clone(p.Rows),
		})
	}
	return out
}

// inChinese are the notes in Chinese.
func inChinese(notes []string) []string {
	out := make([]string, len(notes))
	for i, n := range notes {
		out[i] = importers.TextOf(n).Zh
	}
	return out
}

// shownLayers bounds the sheets or layers, and shownNames the columns of each.
const (
	shownLayers = 200
	shownNames  = 100
)

func layersOf(list []importers.Layer) []household.ImportLayer {
	out := []household.ImportLayer{}
	for _, l := range list[:min(len(list), shownLayers)] {
		out = append(out, household.ImportLayer{
			Name: l.Name, Type: string(l.Type), Columns: append([]string{}, l.Columns[:min(len(l.Columns), shownNames)]...),
			Rows: l.Rows, HeaderRow: l.Header, Hidden: l.Hidden, Read: l.Read, Lacks: append([]string{}, l.Lacks...),
		})
	}
	return out
}

func datumOf(c importers.Candidate) household.ImportDatum {
	d := household.ImportDatum{CRS: c.Name, Points: c.Points, Evidence: []household.ImportEvidence{}}
	for _, e := range []household.ImportEvidence{
		{Measure: "in_compound", Hits: c.InCompound, Of: c.Compounds},
		{Measure: "at_building", Hits: c.AtBuilding, Of: c.Buildings},
		{Measure: "in_area", Hits: c.InNamed, Of: c.Named},
		{Measure: "in_city", Hits: c.InCity, Of: c.Points},
		{Measure: "on_footprint", Hits: c.Footprint, Of: c.Points},
		{Measure: "near_building", Hits: c.Near, Of: c.Points},
	} {
		if e.Of > 0 {
			d.Evidence = append(d.Evidence, e)
		}
	}
	return d
}

// featuresOf are the shapes for a map, without anything that is not one.
func featuresOf(entities []importers.Entity) *geojson.FeatureCollection {
	fc := geojson.NewFeatureCollection()
	vertices := 0
	for _, e := range entities {
		g := shapeOf(e)
		if g == nil {
			continue
		}
		if vertices += countVertices(g); vertices > sampleVertices {
			break
		}
		fc.Append(geojson.NewFeature(g))
	}
	return fc
}

func shapeOf(e importers.Entity) orb.Geometry {
	switch e := e.(type) {
	case household.Area:
		return e.Geom
	case household.Compound:
		return e.Geom
	case household.Gate:
		return e.Geom
	case household.Barrier:
		return e.Geom
	case household.Land:
		return e.Geom
	case household.Street:
		return e.Geom
	case household.Building:
		return e.Geom
	case household.Entrance:
		if e.Located {
			return e.Geom
		}
	case household.Facility:
		return e.Geom
	}
	return nil
}

func countVertices(g orb.Geometry) int {
	n := 0
	switch g := g.(type) {
	case orb.LineString:
		n = len(g)
	case orb.MultiLineString:
		for _, l := range g {
			n += len(l)
		}
	case orb.Polygon:
		for _, r := range g {
			n += len(r)
		}
	case orb.MultiPolygon:
		for _, p := range g {
			n += countVertices(p)
		}
	default:
		n = 1
	}
	return n
}
