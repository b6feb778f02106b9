package main

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"

	"hearthmap/geo/coverage"
	"hearthmap/household"
)

// library reads the standards that can be named: those of the product and
// those in the city's directory, which has to be there when it was named.
func (s *settings) library(con *console) (*coverage.Library, error) {
	dir := s.Standards
	if dir != "" {
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			return nil, household.Errorf(household.NotFound, "hearthmap", "there is no directory %s of standards", dir).
				WithHint("make it and put a standard's file there, or leave --standards out")
		}
		return coverage.ReadLibrary(dir)
	}
	data, err := s.dataDir(con)
	if err != nil {
		return nil, err
	}
	return coverage.ReadLibrary(filepath.Join(data, "standards"))
}

// standard is the one that is named, or the one in a file.
func (s *settings) standard(con *console, id, file string) (*coverage.Standard, error) {
	if file != "" {
		return coverage.ReadStandard(file)
	}
	l, err := s.library(con)
	if err != nil {
		return nil, err
	}
	return l.ByID(id)
}

// ownCategories are the categories and words of the city's own standards, for
// files of facilities.
func ownCategories(list []*coverage.Standard) (all []household.CategoryInfo) {
	for _, std := range list {
		for _, c := range std.Categories {
			info := std.Info(c.ID)
			info.Aliases = c.Codes
			all = append(all, info)
		}
	}
	return all
}

type coverageStandards struct {
	Show  string `help:"Print one standard as a file to start from." placeholder:"ID"`
	Check string `help:"Read a standard's file and say whether it is right." placeholder:"FILE.json"`
}

// Run lists the standards, prints or checks one.
func (c coverageStandards) Run(_ context.Context, con *console, s *settings) error {
	if c.Check != "" {
		std, err := coverage.ReadStandard(c.Check)
		if err != nil {
			return err
		}
		con.print("%s: %s, %d requirements, %d verified", c.Check, std.ID, len(std.Requirements), verified(std))
		return nil
	}
	l, err := s.library(con)
	if err != nil {
		return err
	}
	if c.Show != "" {
		std, err := l.ByID(c.Show)
		if err != nil {
			return err
		}
		return con.printStandard(std)
	}
	if s.JSON {
		return con.printJSON(l.All())
	}
	con.print("%-28s %12s %9s  %s", "id", "requirements", "verified", "name")
	for _, std := range l.All() {
		con.print("%-28s %12d %9d  %s", std.ID, len(std.Requirements), verified(std), std.NameZh)
	}
	return nil
}

// verified counts the distances that were compared with a source.
func verified(std *coverage.Standard) (n int) {
	for _, q := range std.Requirements {
		if q.Verified {
			n++
		}
	}
	return n
}

// printStandard prints a standard without the ids that are made when it is
// read, so that it can be read again.
func (c *console) printStandard(std *coverage.Standard) error {
	type requirement struct {
		coverage.Requirement
		ID *string `json:"id,omitempty"`
	}
	file := struct {
		*coverage.Standard
		Requirements []requirement `json:"requirements"`
	}{Standard: std}
	for _, q := range std.Requirements {
		file.Requirements = append(file.Requirements, requirement{Requirement: q})
	}
	e := json.NewEncoder(c.out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(file)
}
