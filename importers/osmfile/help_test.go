package osmfile

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"hearthmap/household"
	"hearthmap/importers"
)

// readAll returns all items of the file, and the source for its counts.
func readAll(t testing.TB, path string) ([]importers.Item, *Source) {
	t.Helper()
	items, s, err := tryRead(path)
	if err != nil {
		t.Fatalf("%s: %v", filepath.Base(path), err)
	}
	return items, s
}

func tryRead(path string) ([]importers.Item, *Source, error) {
	s, err := Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = s.Close() }()
	var items []importers.Item
	err = s.Each(context.Background(), func(it importers.Item) error {
		items = append(items, it)
		return nil
	})
	return items, s, err
}

// write puts content into a file of the name and returns its path.
func write(t testing.TB, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// town reads a document written in a short form: one element a line.
//
//	n 1 10 20 barrier=gate      a node, 10 metres east and 20 north
//	w 5 1,2,3,1 building=yes    a way
//	r 7 w5:outer,w6:inner type=multipolygon
func town(t testing.TB, text string) ([]importers.Item, *Source) {
	t.Helper()
	return readAll(t, write(t, "town.osm", []byte(townXML(t, text))))
}

func townXML(t testing.TB, text string) string {
	t.Helper()
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n" + `<osm version="0.6">` + "\n")
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		f := strings.Fields(line)
		if len(f) < 3 {
			t.Fatalf("town: %q", line)
		}
		name, tagged := "", f[3:]
		var body strings.Builder
		switch f[0] {
		case "n":
			name = "node"
			x, _ := strconv.ParseFloat(f[2], 64)
			y, _ := strconv.ParseFloat(f[3], 64)
			tagged = f[4:]
			b.WriteString(`<node id="` + f[1] + `" lon="` + strconv.FormatFloat(x/111320, 'f', 7, 64) + `" lat="` + strconv.FormatFloat(y/110574, 'f', 7, 64) + `">`)
		case "w":
			name = "way"
			b.WriteString(`<way id="` + f[1] + `">`)
			for _, ref := range strings.Split(f[2], ",") {
				body.WriteString(`<nd ref="` + ref + `"/>`)
			}
		case "r":
			name = "relation"
			b.WriteString(`<relation id="` + f[1] + `">`)
			for _, m := range strings.Split(f[2], ",") {
				ref, role, _ := strings.Cut(m, ":")
				kind := map[byte]string{'n': "node", 'w': "way", 'r': "relation"}[ref[0]]
				body.WriteString(`<member type="` + kind + `" ref="` + ref[1:] + `" role="` + role + `"/>`)
			}
		}
		b.WriteString(body.String())
		for _, kv := range tagged {
			k, v, _ := strings.Cut(kv, "=")
			b.WriteString(`<tag k="` + k + `" v="` + strings.ReplaceAll(v, "~", " ") + `"/>`)
		}
		b.WriteString("</" + name + ">\n")
	}
	b.WriteString("</osm>\n")
	return b.String()
}

// of returns the entities of one type, by code.
func of[T importers.Entity](items []importers.Item, code func(T) string) map[string]T {
	m := map[string]T{}
	for _, it := range items {
		if e, ok := it.Entity.(T); ok {
			m[code(e)] = e
		}
	}
	return m
}

func buildings(items []importers.Item) map[string]household.Building {
	return of(items, func(b household.Building) string { return b.Code })
}

func streets(items []importers.Item) map[string]household.Street {
	return of(items, func(s household.Street) string { return s.Code })
}

func gates(items []importers.Item) map[string]household.Gate {
	return of(items, func(g household.Gate) string { return g.Code })
}

func rejects(items []importers.Item) []importers.Reject {
	var out []importers.Reject
	for _, it := range items {
		if it.Reject != nil {
			out = append(out, *it.Reject)
		}
	}
	return out
}
