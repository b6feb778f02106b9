package importers

import (
	"fmt"
	"strings"
)

// quietly judges layers without stopping at those that are alike and lack a
// column: a survey tells of them in its list.
func quietly(fit func(Layer) Fitness) func(Layer) Fitness {
	if fit == nil {
		return nil
	}
	return func(l Layer) Fitness { return Fitness{Missing: fit(l).Missing} }
}

// layers lists the tables of the file and chooses what is looked at, so that
// what an import would refuse can be shown all the same.
func (v *surveyor) layers() error {
	fit, err := v.fit(v.s.Kind)
	v.file.Fit = quietly(fit)
	if err != nil || v.format.Layers == nil {
		return err
	}
	list, err := v.format.Layers(v.o.File, v.file)
	if err != nil {
		return err
	}
	if v.file.Layer != "" && len(list) > 0 {
		i, err := NamedLayer(list, v.file.Layer)
		if err != nil {
			return err
		}
		v.s.Layers, v.s.Layer = list, list[i].Name
		list[i].Read = true
		return nil
	}
	kind := v.s.Kind
	best := bestLayer(list, kind, v.s.File)
	if kind == "" && best >= 0 {
		if ranked := guessKind(v.s.File, list[best].Columns, nil); len(ranked) > 0 && ranked[0].Known > 0 {
			kind = ranked[0].Kind
		}
		if fit, err = v.fit(kind); err != nil {
			return err
		}
		// Once more: with a kind, names are found below titles as well.
		v.file.Fit = quietly(fit)
		if list, err = v.format.Layers(v.o.File, v.file); err != nil {
			return err
		}
	}
	v.s.Layers = append(v.s.Layers, list...)
	if best < 0 || fit == nil {
		return nil // reading the file says what is wrong
	}
	v.markLayers(fit, best)
	return nil
}

// fit judges layers for the kind by the mapping; nil without a kind.
func (v *surveyor) fit(kind Kind) (func(Layer) Fitness, error) {
	if kind == "" {
		return nil, nil
	}
	m, err := v.o.Mapping.apply(kind)
	if err != nil {
		return nil, err
	}
	return fitOf(kind, m), nil
}

// bestLayer is the layer whose columns suit the kind best, or any kind when
// it is empty; -1 when none has columns.
func bestLayer(list []Layer, kind Kind, file string) int {
	best, high := -1, -1.0
	for i, l := range list {
		if l.Hidden || len(l.Columns) == 0 {
			continue
		}
		score := 0.0
		for _, c := range guessKind(file, l.Columns, nil) {
			if kind == "" || c.Kind == kind {
				score = max(score, c.Score)
			}
		}
		if score > high {
			best, high = i, score
		}
	}
	return best
}

// markLayers says which layers are read and what the others lack.
func (v *surveyor) markLayers(fit func(Layer) Fitness, best int) {
	list := v.s.Layers
	var fits []int
	shapes := false
	tables := 0
	for i := range list {
		l := &list[i]
		if l.Hidden || len(l.Columns) == 0 {
			continue
		}
		tables++
		f := fit(*l)
		if l.Lacks = f.Missing; len(f.Missing) == 0 {
			fits = append(fits, i)
			shapes = shapes || l.Shapes
			continue
		}
		if f.Alike && l.Type == LayerSheet {
			v.s.Notes = append(v.s.Notes, fmt.Sprintf("sheet %s lacks %s, but looks like the others: an import stops there; name its columns, or the sheets to read", quoteName(l.Name), strings.Join(f.Missing, " and ")))
		}
	}
	if len(fits) == 0 {
		list[best].Read = true
		v.file.Layer, v.s.Layer = list[best].Name, list[best].Name
		v.s.LayerCertain = tables == 1
		return
	}
	if list[best].Type == LayerSheet {
		for _, i := range fits {
			list[i].Read = true
		}
		return
	}
	n := 0
	for _, i := range fits {
		if list[i].Shapes == shapes {
			n++
		}
	}
	if len(list[best].Lacks) > 0 || list[best].Shapes != shapes {
		for _, i := range fits {
			if list[i].Shapes == shapes {
				best = i
				break
			}
		}
	}
	list[best].Read = true
	v.s.Layer, v.s.LayerCertain = list[best].Name, n == 1
	if len(list) > 1 {
		v.file.Layer = v.s.Layer
	}
}

// headerRow is the row that names the columns: of all sheets that are read, 0
// when it is not the same one.
func (v *surveyor) headerRow() {
	v.s.HeaderRow = max(1, v.file.HeaderRow)
	first := true
	for _, l := range v.s.Layers {
		switch {
		case !l.Read || l.Header == 0 || v.file.HeaderRow > 0:
		case first:
			v.s.HeaderRow, first = l.Header, false
		case v.s.HeaderRow != l.Header:
			v.s.HeaderRow = 0
		}
	}
}
