package importertest

import (
	"context"
	"maps"
	"slices"

	"hearthmap/household"
	"hearthmap/importers"
	"hearthmap/importers/match"
)

// AddressBook implements importers.AddressBook.
func (s *Store) AddressBook(_ context.Context, yield func(match.Building) error) error {
	for _, code := range slices.Sorted(maps.Keys(s.tables["building"])) {
		b := s.tables["building"][code].(household.Building)
		in := match.Building{Code: b.Code, Name: b.Name, Address: b.Address, CompoundCode: b.CompoundCode}
		if c, ok := s.tables["compound"][b.CompoundCode].(household.Compound); ok {
			in.CompoundName, in.Aliases = c.Name, c.Aliases
		}
		for area := b.AreaCode; area != ""; {
			a, ok := s.tables["area"][area].(household.Area)
			if !ok {
				break
			}
			in.Areas = append(in.Areas, a.Name)
			area = a.ParentCode
		}
		if err := yield(in); err != nil {
			return err
		}
	}
	return nil
}

// KeepReviews implements importers.Reviewer; the last batch's are in Reviews.
func (l *load) KeepReviews(_ context.Context, list []importers.Review) error {
	l.store.Reviews = list
	return nil
}
