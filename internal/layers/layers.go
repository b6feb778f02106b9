package layers

import (
	"bytes"
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"sort"
	"strconv"
	"strings"
)

// Violation is a breach of the table.
type Violation struct {
	File string // path from the root
	Line int
	Text string
}

func (v Violation) String() string { return fmt.Sprintf("%s:%d: %s", v.File, v.Line, v.Text) }

// Check reads every file of the project, whatever its build tags, and returns
// the violations in the order of the files.
func Check(root fs.FS) ([]Violation, error) {
	mod, err := fs.ReadFile(root, "go.mod")
	if err != nil {
		return nil, err
	}
	module := modulePath(mod)
	var found []Violation
	err = fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if skipped(name) {
				return fs.SkipDir
			}
			return nil
		}
		if !d.Type().IsRegular() || !written[path.Ext(name)] {
			return nil
		}
		text, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		found = append(found, checkLength(name, text)...)
		if path.Ext(name) != ".go" {
			return nil
		}
		more, err := checkImports(module, name, text)
		found = append(found, more...)
		return err
	})
	sort.SliceStable(found, func(i, j int) bool { return found[i].File < found[j].File })
	return found, err
}

// skipped reports whether a directory holds nothing that people of this
// project wrote.
func skipped(dir string) bool {
	switch base := path.Base(dir); {
	case dir == ".":
		return false
	case base == "node_modules", base == "dist", base == "bin", base == "vendor", base == "testdata" && dir != "internal/testdata":
		return true
	default:
		return strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_")
	}
}

func checkLength(name string, text []byte) []Violation {
	n := bytes.Count(text, []byte("\n"))
	if n <= maxLines || generated(text) {
		return nil
	}
	return []Violation{{name, maxLines + 1, fmt.Sprintf("the file has %d lines, more than %d: give each subject a file of its own", n, maxLines)}}
}

// generated looks for the mark of generated code in the first lines.
func generated(text []byte) bool {
	head := text[:min(len(text), 400)]
	return bytes.Contains(head, []byte("Code generated")) || bytes.Contains(head, []byte("auto-generated"))
}

func checkImports(module, name string, text []byte) ([]Violation, error) {
	if strings.HasSuffix(name, "_test.go") {
		return nil, nil
	}
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, name, text, parser.ImportsOnly)
	if err != nil {
		return nil, err
	}
	pkg := path.Dir(name)
	r, ok := rowOf(pkg)
	if !ok {
		return []Violation{{name, 1, fmt.Sprintf("the package %s is not in the table of internal/layers and docs/architecture.md", pkg)}}, nil
	}
	var found []Violation
	for _, spec := range file.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return found, err
		}
		if why := refuse(module, pkg, r, imported); why != "" {
			found = append(found, Violation{name, files.Position(spec.Pos()).Line, why})
		}
	}
	return found, nil
}

// refuse says why the package may not import the other; empty when it may.
func refuse(module, pkg string, r row, imported string) string {
	if imported == module || strings.HasPrefix(imported, module+"/") {
		other := strings.TrimPrefix(imported, module+"/")
		if !matchesAny(r.may, other) {
			return fmt.Sprintf("%s may not import %s, only %s", pkg, other, list(r.may))
		}
		return ""
	}
	for library, who := range guards {
		if within(imported, library) && !matchesAny(who, pkg) {
			return fmt.Sprintf("%s may not import %s, only %s may", pkg, imported, list(who))
		}
	}
	if r.libraries == nil || !thirdParty(imported) {
		return ""
	}
	for _, library := range r.libraries {
		if within(imported, library) {
			return ""
		}
	}
	return fmt.Sprintf("%s may not import %s, only the standard library and %s", pkg, imported, list(r.libraries))
}

func rowOf(pkg string) (row, bool) {
	for _, r := range table {
		if matches(r.pkg, pkg) {
			return r, true
		}
	}
	return row{}, false
}

// matches reports whether the pattern, a package or with a final /... all
// below it, fits the package.
func matches(pattern, pkg string) bool {
	if pattern == anything {
		return true
	}
	if parent, ok := strings.CutSuffix(pattern, "/..."); ok {
		return pkg == parent || strings.HasPrefix(pkg, parent+"/")
	}
	return pattern == pkg
}

func matchesAny(patterns []string, pkg string) bool {
	for _, p := range patterns {
		if matches(p, pkg) {
			return true
		}
	}
	return false
}

func within(imported, library string) bool {
	return imported == library || strings.HasPrefix(imported, library+"/")
}

// thirdParty tells other people's packages by the dot of their host.
func thirdParty(imported string) bool {
	host, _, _ := strings.Cut(imported, "/")
	return strings.Contains(host, ".")
}

func list(names []string) string {
	if len(names) == 0 {
		return "nothing"
	}
	return strings.Join(names, ", ")
}

func modulePath(mod []byte) string {
	for line := range strings.Lines(string(mod)) {
		if name, ok := strings.CutPrefix(line, "module "); ok {
			return strings.TrimSpace(name)
		}
	}
	return ""
}
