package importers

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// where says in which arguments of a function, or fields of a literal, the
// texts for clerks stand.
var where = map[string][]any{
	"fail": {2, 3}, "bad": {1, 2}, "spoiled": {3, 4}, "note": {0},
	"Reject": {"Reason", "Suggestion"}, "problem": {"reason", "suggestion", 0, 1, 2}, "valueError": {1, 2},
	"required": {1}, "number": {3}, "integer": {3}, "date": {1}, "float": {1}, "agree": {3},
}

// Every text that a reader, a judge or the store writes for clerks is listed
// with its Chinese.
func TestWordingsAreComplete(t *testing.T) {
	count := 0
	for _, dir := range []string{".", "csvfile", "xlsxfile", "geojsonfile", "shapefile", "gpkgfile", "osmfile", "../postgis"} {
		texts := textsOf(t, dir)
		count += len(texts)
		for _, text := range texts {
			if strings.IndexFunc(TextOf(text).Zh, isHan) < 0 {
				t.Errorf("%s: no Chinese for %q", dir, text)
			}
		}
	}
	if count < 200 {
		t.Errorf("only %d texts were found in the sources: the test looks in the wrong places", count)
	}
}

var verb = regexp.MustCompile(`%[-+.0-9]*[a-z]`)

// textsOf finds the texts in the sources of a package; what differs from row
// to row is 7 in them.
func textsOf(t *testing.T, dir string) (texts []string) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil || len(paths) == 0 {
		t.Fatal(dir, err)
	}
	fset := token.NewFileSet()
	var files []*ast.File
	consts := map[string]string{}
	for _, p := range paths {
		if strings.HasSuffix(p, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(fset, p, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
		for _, d := range f.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok || g.Tok != token.CONST {
				continue
			}
			for _, s := range g.Specs {
				v := s.(*ast.ValueSpec)
				for i := range min(len(v.Names), len(v.Values)) {
					if l, ok := v.Values[i].(*ast.BasicLit); ok && l.Kind == token.STRING {
						consts[v.Names[i].Name], _ = strconv.Unquote(l.Value)
					}
				}
			}
		}
	}
	take := func(e ast.Expr) {
		if text, constant := flatten(e, consts); constant && strings.Contains(text, " ") {
			texts = append(texts, text)
		}
	}
	for _, f := range files {
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				for _, at := range where[nameOf(n.Fun)] {
					if i, ok := at.(int); ok && i < len(n.Args) {
						take(n.Args[i])
					}
				}
				if nameOf(n.Fun) == "append" && len(n.Args) == 2 && strings.HasSuffix(strings.ToLower(nameOf(n.Args[0])), "notes") {
					take(n.Args[1])
				}
			case *ast.CompositeLit:
				for _, at := range where[nameOf(n.Type)] {
					for i, e := range n.Elts {
						kv, keyed := e.(*ast.KeyValueExpr)
						switch {
						case keyed && nameOf(kv.Key) == at:
							take(kv.Value)
						case !keyed && i == at:
							take(e)
						}
					}
				}
			}
			return true
		})
	}
	return texts
}

func nameOf(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	}
	return ""
}

// flatten puts a text together; constant is false when none of it is written
// in the source.
func flatten(e ast.Expr, consts map[string]string) (text string, constant bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		if e.Kind == token.STRING {
			s, err := strconv.Unquote(e.Value)
			return strings.Replace(s, "%s", "7", 1), err == nil
		}
	case *ast.BinaryExpr:
		a, ok := flatten(e.X, consts)
		b, more := flatten(e.Y, consts)
		return a + b, ok || more
	case *ast.Ident:
		if s, ok := consts[e.Name]; ok {
			return s, true
		}
	case *ast.CallExpr:
		if nameOf(e.Fun) == "Sprintf" {
			if s, ok := flatten(e.Args[0], consts); ok {
				return verb.ReplaceAllString(s, "7"), true
			}
		}
	}
	return "7", false
}

// Identifiers are unique, and the Chinese has the places of the English.
func TestWordings(t *testing.T) {
	place := regexp.MustCompile(`\{[0-9]\}`)
	ids, texts := map[string]bool{}, map[string]bool{}
	for _, list := range [][]wording{wordings, advice, remarks, subjects} {
		for _, w := range list {
			if w.id != "" && ids[w.id] || texts[w.en] {
				t.Errorf("twice: %q", w)
			}
			ids[w.id], texts[w.en] = true, true
			seen := map[string]int{}
			for _, p := range place.FindAllString(w.en, -1) {
				seen[p]++
			}
			for _, p := range place.FindAllString(w.zh, -1) {
				seen[p]--
			}
			for p, n := range seen {
				if n != 0 {
					t.Errorf("%s: %s stands in one language only", w.id, p)
				}
			}
			// The text itself is found, with what stands in its places.
			var params []string
			text := place.ReplaceAllStringFunc(w.en, func(p string) string {
				params = append(params, "n"+p[1:2])
				return "n" + p[1:2]
			})
			got := TextOf(text)
			if got.ID != w.id || len(got.Params) != len(params) || strings.Contains(got.Zh, "{0}") {
				t.Errorf("%q is read as %+v", text, got)
			}
		}
	}
}

func TestTextOf(t *testing.T) {
	for en, zh := range map[string]string{
		"the code is missing":                           "编码未填写",
		"the capacity is not within 0 and 1000000000":   "容量不在 0 到 1000000000 之间",
		"use one of: 男 女 (male female)":                 "请用其中之一：男 女",
		"building_code or address":                      "楼栋编码或地址",
		`sheet "说明" was skipped: it lacks code and wkt`: `工作表 "说明" 缺少 编码和图形，已略过`,
		"the address does not name one building for certain: several buildings fit equally well": "地址不能确定唯一的楼栋：有几栋楼同样相符",
		"the row has 1 field, the header 3 columns":                                              "该行有 1 个字段，表头有 3 列",
		"polygons mended: closed 2, turned the direction of 1":                                   "已修复的面：闭合 2，调转方向 1",
		"something else": "something else",
		"":               "",
	} {
		if got := TextOf(en); got.Zh != zh {
			t.Errorf("%q is %q, want %q", en, got.Zh, zh)
		}
	}
	if got := fmt.Sprint(TextOf("the longitude is not within -1 and 5").Params); got != "[the longitude -1 5]" {
		t.Errorf("parameters %s", got)
	}
}
