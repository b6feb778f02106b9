package importers

import (
	"cmp"
	"context"
	"errors"
)

var errEnough = errors.New("enough")

// Sample reads the file as the survey s of it found, with the mapping of o,
// and returns the first entities that an import would make of it, limit at
// most, in WGS 84. Rows that would be rejected are left out.
func Sample(ctx context.Context, o Options, s *Survey, limit int) ([]Entity, error) {
	o.Encoding, o.Layer = s.Encoding, cmp.Or(o.Layer, s.Layer)
	if o.HeaderRow == 0 && s.HeaderRow > 1 {
		o.HeaderRow = s.HeaderRow
	}
	file, err := o.fileOptions()
	if err != nil {
		return nil, err
	}
	m, err := o.Mapping.apply(s.Kind)
	if err != nil {
		return nil, err
	}
	file.Fit = quietly(fitOf(s.Kind, m))
	format, err := chooseFormat(o.File, s.Kind, o.Formats)
	if err != nil {
		return nil, err
	}
	source, _, err := openSource(o.File, s.Kind, format, file, o.Mapping, nil)
	if err != nil {
		return nil, err
	}
	defer source.Close()
	var out []Entity
	err = source.Each(ctx, func(it Item) error {
		if it.Reject == nil {
			out = append(out, it.Entity)
		}
		if len(out) >= limit {
			return errEnough
		}
		return nil
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return out, err
}

// FieldNames lists the English names of the fields that files of the kind may
// hold, for mappings.
func FieldNames(kind Kind) []string { return fieldNames(kind) }
