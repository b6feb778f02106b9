package coverage

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"hearthmap/household"
)

//go:embed standards/*.json
var standardFiles embed.FS

// DefaultStandard is the id of the standard that is used unless told.
const DefaultStandard = "gb50180-2018"

// Library is the standards that can be named: those that come with the
// product and a city's own. Nil is those of the product.
type Library struct{ list []*Standard }

// builtin reads the standards that come with the product, once: the default
// one first, the others by id.
var builtin = sync.OnceValues(func() ([]*Standard, error) {
	entries, err := standardFiles.ReadDir("standards")
	if err != nil {
		return nil, err
	}
	var all []*Standard
	for _, e := range entries {
		data, err := standardFiles.ReadFile(path.Join("standards", e.Name()))
		if err != nil {
			return nil, err
		}
		s, err := ParseStandard(data)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", e.Name(), err)
		}
		if s.ID == DefaultStandard {
			all = append([]*Standard{s}, all...)
			continue
		}
		all = append(all, s)
	}
	return all, nil
})

// Standards lists the standards that come with the product, the default one
// first.
func Standards() []*Standard { return (*Library)(nil).All() }

// StandardByID finds a standard that comes with the product; the empty id is
// DefaultStandard. The error is NotFound and names those there are.
func StandardByID(id string) (*Standard, error) { return (*Library)(nil).ByID(id) }

// With returns the library with more standards. The error is Conflict when an
// id is taken.
func (l *Library) With(own ...*Standard) (*Library, error) {
	out := &Library{list: l.All()}
	for _, s := range own {
		if slices.ContainsFunc(out.list, func(o *Standard) bool { return o.ID == s.ID }) {
			return nil, household.Errorf(household.Conflict, "coverage.With", "there is a standard %q already", s.ID).
				WithHint("give the city's own standard an id of its own, such as %s-city", s.ID)
		}
		out.list = append(out.list, s)
	}
	return out, nil
}

// All lists the standards.
func (l *Library) All() []*Standard {
	if l == nil {
		all, _ := builtin() // TestStandards keeps them readable
		return slices.Clone(all)
	}
	return slices.Clone(l.list)
}

// ByID finds a standard; the empty id is DefaultStandard. The error is
// NotFound and names those there are.
func (l *Library) ByID(id string) (*Standard, error) {
	if id == "" {
		id = DefaultStandard
	}
	var ids []string
	for _, s := range l.All() {
		if s.ID == id {
			return s, nil
		}
		ids = append(ids, s.ID)
	}
	return nil, household.Errorf(household.NotFound, "coverage.StandardByID", "there is no standard %q", id).
		WithHint("one of: %s", strings.Join(ids, ", "))
}

// maxStandard is the largest standard file that is read.
const maxStandard = 4 << 20

// ReadStandard reads a city's own standard from a file. The error is NotFound,
// Unavailable, or Invalid and says what is wrong in the file.
func ReadStandard(file string) (*Standard, error) {
	const op = "coverage.ReadStandard"
	info, err := os.Stat(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, household.Errorf(household.NotFound, op, "there is no file %s", file).
			WithHint("hearthmap coverage standards --show %s prints a standard to start from", DefaultStandard)
	case err == nil && (info.IsDir() || info.Size() > maxStandard):
		return nil, household.Errorf(household.Invalid, op, "%s is not the file of a standard", file).
			WithHint("a standard is a JSON file of a few kilobytes; a directory of them is given with --standards")
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, household.Errorf(household.Unavailable, op, "%s cannot be read: %w", file, err).
			WithHint("check that you may read it")
	}
	s, err := ParseStandard(data)
	if err != nil {
		var e *household.Error
		if errors.As(err, &e) {
			return nil, household.Errorf(e.Code, op, "%s: %s", file, e.Message).WithHint("%s", e.Hint)
		}
		return nil, err
	}
	return s, nil
}

// ReadLibrary is the product's standards and those in a directory, one to
// each file *.json, by name of file. A directory that is not there, or an
// empty name, adds none.
func ReadLibrary(dir string) (*Library, error) {
	if dir == "" {
		return nil, nil
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil || len(files) == 0 {
		return nil, err
	}
	var own []*Standard
	for _, f := range files {
		s, err := ReadStandard(f)
		if err != nil {
			return nil, err
		}
		own = append(own, s)
	}
	return (*Library)(nil).With(own...)
}
