package main

import (
	"context"
	"errors"
	"io/fs"
	"os"

	"hearthmap/household"
	"hearthmap/importers"
	"hearthmap/importers/formats"
	"hearthmap/importers/inspect"
	"hearthmap/postgis"
)

// importInspect shows what files hold. It is what `import FILE` does when no
// kind is named, so that `import --inspect FILE` works as well.
type importInspect struct {
	Files    []string `arg:"" name:"file" help:"Files to look at."`
	Kind     string   `help:"What the file holds, when it cannot be told: areas, compounds, streets, buildings, units, residents or facilities." placeholder:"KIND"`
	CRS      string   `help:"Coordinates of the file, as for import." placeholder:"CRS"`
	Encoding string   `help:"Encoding of the file, as for import." default:"auto"`
	layerFlags
	langFlag
	Mapping      string `help:"Read the file by this mapping." placeholder:"FILE.yaml"`
	WriteMapping string `help:"Write a mapping file to start from." placeholder:"FILE.yaml"`
	NoDatabase   bool   `help:"Do not ask the city about coordinates."`
	Inspect      bool   `hidden:"" help:"For import --inspect FILE."`
}

// Run inspects the files.
func (c *importInspect) Run(ctx context.Context, con *console, s *settings) error {
	o := importers.Options{Kind: importers.Kind(c.Kind), CRS: c.CRS, Encoding: c.Encoding, Layer: c.layer(), HeaderRow: c.HeaderRow}
	return inspectFiles(ctx, con, s, o, c.Files, inspectWith{c.Mapping, c.WriteMapping, c.lang(con.getenv), c.NoDatabase})
}

// inspectWith says by and for which mapping.
type inspectWith struct {
	mapping, write, lang string
	alone                bool // without a database
}

func inspectFiles(ctx context.Context, con *console, s *settings, o importers.Options, files []string, with inspectWith) (err error) {
	if with.write != "" && len(files) > 1 {
		return household.Errorf(household.Invalid, "hearthmap import inspect", "--write-mapping names one file, but several are inspected").
			WithHint("inspect them one by one")
	}
	if err := filesExist(files); err != nil {
		return err
	}
	if o.Mapping, err = openMapping(with.mapping); err != nil {
		return err
	}
	o.Formats = formats.All()
	work := func(ev importers.Evidence) error {
		for _, f := range files {
			o.File = f
			if err := inspectFile(ctx, con, s, o, ev, with); err != nil {
				return err
			}
		}
		return nil
	}
	if with.alone {
		return work(nil)
	}
	return s.withDB(ctx, con, func(db *postgis.DB) error { return work(db) })
}

func inspectFile(ctx context.Context, con *console, s *settings, o importers.Options, ev importers.Evidence, with inspectWith) error {
	write := with.write
	survey, err := importers.NewSurvey(ctx, o, ev)
	if err != nil {
		return err
	}
	if s.JSON {
		err = con.printJSON(survey)
	} else {
		err = inspect.Text(con.out, survey, with.lang)
	}
	if err != nil || write == "" {
		return err
	}
	text, err := inspect.Mapping(survey)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(write, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return household.Errorf(household.Conflict, "hearthmap import inspect", "there is a file %s already", write).
			WithHint("choose another name; a mapping that somebody edited is not written over")
	}
	if err != nil {
		return cannotWrite(write, err)
	}
	if _, err = f.Write(text); err == nil {
		err = f.Close()
	} else {
		f.Close()
	}
	if err != nil {
		return cannotWrite(write, err)
	}
	con.say("the mapping is in %s; edit it, and import with --mapping %s", write, write)
	return nil
}

func openMapping(path string) (*importers.Mapping, error) {
	if path == "" {
		return nil, nil
	}
	return importers.OpenMapping(path)
}

// filesExist fails before a database is started for nothing.
func filesExist(files []string) error {
	for _, f := range files {
		if _, err := os.Stat(f); err != nil {
			return household.Errorf(household.Invalid, "hearthmap import", "%s cannot be read: %w", f, err).
				WithHint("check the name; nothing was imported")
		}
	}
	return nil
}
