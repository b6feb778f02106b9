package importers

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"hearthmap/household"
)

const sniffBytes = 4096

// chooseFormat finds the format of the file among those that may hold the
// kind (any, when it is empty): by its name, then by its first bytes.
func chooseFormat(path string, kind Kind, formats []Format) (Format, error) {
	const op = "importers.Run"
	if kind != "" && !slices.Contains(Kinds, kind) {
		return Format{}, household.Errorf(household.Invalid, op, "unknown kind of import %q", kind).
			WithHint("use one of %s", joinKinds(Kinds))
	}
	head, err := readHead(path)
	if err != nil {
		return Format{}, err
	}
	name := strings.ToLower(path)
	var byName, bySniff *Format
	var extensions []string
	longest := 0
	for i := range formats {
		f := &formats[i]
		fits := kind == "" || slices.Contains(f.Kinds, kind)
		if fits {
			extensions = append(extensions, f.Extensions...)
		}
		for _, e := range f.Extensions {
			if strings.HasSuffix(name, e) && len(e) > longest {
				byName, longest = f, len(e)
			}
		}
		if fits && bySniff == nil && f.Sniff != nil && f.Sniff(head) {
			bySniff = f
		}
	}
	switch {
	case byName != nil && (kind == "" || slices.Contains(byName.Kinds, kind)):
		// A table named .txt or .csv may hold GeoJSON all the same.
		if bySniff != nil && byName.Sniff == nil {
			return *bySniff, nil
		}
		return *byName, nil
	case bySniff != nil:
		return *bySniff, nil
	case byName != nil:
		return Format{}, household.Errorf(household.Invalid, op, "%s are not read from %s files", kind, byName.Name).
			WithHint("hand over a file of one of these: %s", strings.Join(extensions, " "))
	}
	return Format{}, household.Errorf(household.Invalid, op, "the file's format is not known").
		WithHint("hand over a file of one of these: %s", strings.Join(extensions, " "))
}

func joinKinds(kinds []Kind) string {
	s := make([]string, len(kinds))
	for i, k := range kinds {
		s[i] = string(k)
	}
	return strings.Join(s, ", ")
}

// readHead returns the first bytes of a regular file that is not empty.
func readHead(path string) ([]byte, error) {
	const op = "importers.Run"
	f, err := os.Open(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, household.Errorf(household.NotFound, op, "there is no file %s", path).WithHint("check its name")
	case err != nil:
		return nil, household.Errorf(household.Invalid, op, "cannot open the file: %w", err).WithHint("check that you may read it")
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, household.Errorf(household.Invalid, op, "cannot read the file: %w", err)
	case !info.Mode().IsRegular():
		return nil, household.Errorf(household.Invalid, op, "%s is not a file", path).WithHint("name the files one by one")
	case info.Size() == 0:
		return nil, household.Errorf(household.Invalid, op, "the file is empty").WithHint("check that the export ended well")
	}
	head := make([]byte, sniffBytes)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, household.Errorf(household.Invalid, op, "cannot read the file: %w", err)
	}
	if len(bytes.Trim(head[:n], "\x00")) == 0 {
		return nil, household.Errorf(household.Invalid, op, "the file holds nothing but NUL bytes").
			WithHint("it was damaged when it was copied; copy or export it again")
	}
	return head[:n], nil
}

// openSource opens the file. The reader is nil for formats without records.
func openSource(path string, kind Kind, f Format, o FileOptions, m *Mapping, g *ground) (Source, Reader, error) {
	if f.OpenSource != nil {
		s, err := f.OpenSource(path, kind, o)
		return s, nil, err
	}
	r, err := f.OpenReader(path, o)
	if err != nil {
		return nil, nil, err
	}
	s, err := newTabular(r, kind, crsOf(r, o), m, g)
	if err != nil {
		r.Close()
		return nil, nil, err
	}
	s.judge.words.learn(o.Categories)
	return s, r, nil
}

// hashFile returns the SHA-256 of the file. Of one that is handed over in
// several parts it is that of the line "extension size" and the bytes of each
// part, in the format's order: it does not depend on the files' names.
func hashFile(ctx context.Context, f Format, path string) (sum [32]byte, err error) {
	h := sha256.New()
	parts := []string{path}
	if f.Parts != nil {
		if parts, err = f.Parts(path); err != nil {
			return sum, err
		}
	}
	for _, p := range parts {
		if len(parts) > 1 {
			info, err := os.Stat(p)
			if err != nil {
				return sum, household.Errorf(household.Invalid, "importers.Run", "cannot read the file: %w", err)
			}
			fmt.Fprintf(h, "%s %d\n", strings.ToLower(filepath.Ext(p)), info.Size())
		}
		if err := hashInto(ctx, h, p); err != nil {
			return sum, err
		}
	}
	h.Sum(sum[:0])
	return sum, nil
}

func hashInto(ctx context.Context, h hash.Hash, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return household.Errorf(household.Invalid, "importers.Run", "cannot open the file: %w", err)
	}
	defer f.Close()
	buf := make([]byte, 1<<20)
	for {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		n, err := f.Read(buf)
		h.Write(buf[:n])
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return household.Errorf(household.Invalid, "importers.Run", "cannot read the file: %w", err)
		}
	}
	return nil
}
