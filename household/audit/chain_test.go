package audit_test

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hearthmap/household"
	"hearthmap/household/audit"
)

var key = ed25519.NewKeyFromSeed(bytes.Repeat([]byte{1}, ed25519.SeedSize))

func public() ed25519.PublicKey { return key.Public().(ed25519.PublicKey) }

// trail is a trail of n entries as it should be.
func trail(n int) ([]audit.Entry, audit.Head) {
	var list []audit.Entry
	var prev []byte
	for i := range n {
		line := audit.Line(household.AuditEntry{
			At: time.UnixMicro(int64(1e15 + i)), Account: fmt.Sprint("worker", i%3), Role: household.RoleGrid,
			Action: "reveal", Subject: fmt.Sprint("resident:", i), Purpose: "核对 <电话> & \"更新\"\u2028", Result: "shown",
		})
		sum := audit.Hash(prev, line)
		list = append(list, audit.Entry{ID: int64(2*i + 1), Line: line, Prev: prev, SHA256: sum})
		prev = sum
	}
	head := audit.Head{City: "town", Entries: int64(n), SHA256: prev}
	head.Sign(key)
	return list, head
}

func check(list []audit.Entry, head audit.Head, anchors ...audit.Head) audit.Report {
	c := audit.NewChain(anchors...)
	for _, e := range list {
		c.Add(e)
	}
	return c.Close(head, public())
}

func TestWholeTrail(t *testing.T) {
	for _, n := range []int{0, 1, 2, 50} {
		list, head := trail(n)
		_, half := trail(n / 2)
		if r := check(list, head, half, head); !r.OK() || r.Entries != int64(n) {
			t.Errorf("%d entries: %+v", n, r)
		}
	}
}

// TestTampering is that no single change goes unseen: an altered field, an
// entry taken out, put in, exchanged, doubled, or cut off at the end.
func TestTampering(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 30).Draw(t, "entries")
		list, head := trail(n)
		_, anchor := trail(rapid.IntRange(1, n).Draw(t, "anchor"))
		at := rapid.IntRange(0, n-1).Draw(t, "at")
		var anchors []audit.Head
		switch what := rapid.SampledFrom([]string{"edit", "edit and hash", "delete", "swap", "swap ids too", "double", "insert", "cut", "cut with head", "forge head", "rewrite"}).Draw(t, "what"); what {
		case "edit":
			list[at].Line = bytes.Replace(list[at].Line, []byte("worker"), []byte("Worker"), 1)
		case "edit and hash":
			list[at].Line = bytes.Replace(list[at].Line, []byte("worker"), []byte("Worker"), 1)
			list[at].SHA256 = audit.Hash(list[at].Prev, list[at].Line)
		case "delete":
			list = slices.Delete(list, at, at+1)
		case "swap", "swap ids too":
			other := (at + 1) % n
			list[at], list[other] = list[other], list[at]
			if what == "swap ids too" {
				list[at].ID, list[other].ID = list[other].ID, list[at].ID
			}
		case "double":
			list = slices.Insert(list, at, list[at])
		case "insert":
			e := list[at]
			e.Line = audit.Line(household.AuditEntry{Account: "nobody"})
			e.SHA256 = audit.Hash(e.Prev, e.Line)
			list = slices.Insert(list, at, e)
		case "cut":
			list = list[:at]
		case "cut with head": // an older, rightly signed head put back: only an anchor shows it
			list = list[:at]
			_, head = trail(at)
			_, anchor = trail(rapid.IntRange(at+1, n).Draw(t, "later anchor"))
			anchors = []audit.Head{anchor}
		case "forge head":
			list = list[:at]
			head = audit.Head{City: "town", Entries: int64(at)}
			if at > 0 {
				head.SHA256 = list[at-1].SHA256
			} else {
				head.Entries = 0
				anchors = []audit.Head{anchor}
			}
			head.Sign(ed25519.NewKeyFromSeed(bytes.Repeat([]byte{2}, ed25519.SeedSize)))
		case "rewrite": // with the key, but not with the anchor
			var prev []byte
			for i := range list {
				if i == 0 {
					list[i].Line = bytes.Replace(list[i].Line, []byte("worker"), []byte("Worker"), 1)
				}
				list[i].Prev = prev
				list[i].SHA256 = audit.Hash(prev, list[i].Line)
				prev = list[i].SHA256
			}
			head = audit.Head{City: "town", Entries: int64(n), SHA256: prev}
			head.Sign(key)
			anchors = []audit.Head{anchor}
		}
		if r := check(list, head, anchors...); r.OK() {
			t.Fatalf("goes unseen: %+v", r)
		}
	})
}

func export(t testing.TB, list []audit.Entry, head audit.Head) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := audit.NewWriter(&b, head.City, public())
	for _, e := range list {
		err = errors.Join(err, w.Add(e))
	}
	if err = errors.Join(err, w.Close(head)); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestExportIsCheckedOffline(t *testing.T) {
	list, head := trail(40)
	text := export(t, list, head)
	r, got, err := audit.Check(bytes.NewReader(text), public())
	if err != nil || !r.OK() || r.Entries != 40 || got.Entries != 40 || !bytes.Equal(got.SHA256, head.SHA256) {
		t.Fatalf("%+v %+v %v", r, got, err)
	}
	earlier, err := audit.ExportedHead(bytes.NewReader(export(t, list[:7], func() audit.Head { _, h := trail(7); return h }())))
	if err != nil {
		t.Fatal(err)
	}
	if r, _, err := audit.Check(bytes.NewReader(text), nil, earlier); err != nil || !r.OK() {
		t.Errorf("after an earlier export: %+v %v", r, err)
	}
	other := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{3}, ed25519.SeedSize)).Public().(ed25519.PublicKey)
	if r, _, err := audit.Check(bytes.NewReader(text), other); err != nil || r.OK() {
		t.Errorf("under another key: %+v %v", r, err)
	}
	// Every line taken out, every line altered, every cut: found, or refused.
	lines := bytes.SplitAfter(text, []byte("\n"))
	lines = lines[:len(lines)-1]
	found := func(what string, text []byte) {
		t.Helper()
		if r, _, err := audit.Check(bytes.NewReader(text), public()); err == nil && r.OK() {
			t.Errorf("%s goes unseen", what)
		}
	}
	for i := range lines {
		found(fmt.Sprint("without line ", i), bytes.Join(slices.Delete(slices.Clone(lines), i, i+1), nil))
		found(fmt.Sprint("cut at line ", i), bytes.Join(lines[:i], nil))
		if i > 0 {
			found(fmt.Sprint("altered line ", i), bytes.Replace(text, lines[i], bytes.Replace(lines[i], []byte("1"), []byte("7"), 1), 1))
		}
	}
}

func TestUnreadableExports(t *testing.T) {
	for _, text := range []string{"", "{}", "[]\n", `{"format":"hearthmap audit 1","city":"x","public_key":"x"}` + "\n", strings.Repeat("x", 2<<20)} {
		_, _, err := audit.Check(strings.NewReader(text), nil)
		var known *household.Error
		if !errors.As(err, &known) || known.Hint == "" {
			t.Errorf("%.20q: %v", text, err)
		}
		if _, err := audit.ExportedHead(strings.NewReader(text)); household.CodeOf(err) != household.Invalid {
			t.Errorf("%.20q has a head: %v", text, err)
		}
	}
}

func TestAnchorNeverGoesBack(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.head")
	if kept, err := audit.KeptHead(path); kept != nil || err != nil {
		t.Fatalf("%v %v", kept, err)
	}
	_, five := trail(5)
	_, nine := trail(9)
	forged := nine
	forged.SHA256 = five.SHA256
	for _, c := range []struct {
		head audit.Head
		ok   bool
	}{{five, true}, {nine, true}, {nine, true}, {five, false}, {forged, false}} {
		if err := audit.KeepHead(path, c.head); (err == nil) != c.ok {
			t.Errorf("%d entries: %v", c.head.Entries, err)
		}
	}
	if kept, err := audit.KeptHead(path); err != nil || len(kept) != 1 || kept[0].Entries != 9 || !kept[0].SignedBy(public()) {
		t.Errorf("%v %v", kept, err)
	}
}

func BenchmarkCheck(b *testing.B) {
	list, head := trail(20_000)
	text := export(b, list, head)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if r, _, err := audit.Check(bytes.NewReader(text), public()); err != nil || !r.OK() {
			b.Fatal(r, err)
		}
	}
	b.ReportMetric(20_000*float64(b.N)/b.Elapsed().Seconds(), "entries/s")
}
