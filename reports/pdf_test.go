package reports_test

import (
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"hearthmap/household"
	"hearthmap/reports"
)

func needBrowser(t *testing.T) {
	t.Helper()
	if _, err := reports.FindChromium(""); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
}

// TestPDF prints twice in different seconds and compares the bytes.
func TestPDF(t *testing.T) {
	needBrowser(t)
	c := run(t, tinyTown(), tinyStandard, household.LevelCommunity)
	first := write(t, c, reports.PDF, reports.Options{})
	for start := time.Now().Unix(); time.Now().Unix() == start; {
		time.Sleep(20 * time.Millisecond)
	}
	if !bytes.Equal(first, write(t, c, reports.PDF, reports.Options{})) {
		t.Error("two runs gave different bytes")
	}
	if !bytes.HasPrefix(first, []byte("%PDF-")) || !bytes.Contains(first, []byte("/CreationDate (D:20000101000000+00'00')")) {
		t.Error("not a PDF of the fixed date")
	}
	text, err := exec.LookPath("pdftotext")
	if err != nil {
		return // what follows needs poppler
	}
	cmd := exec.Command(text, "-layout", "-", "-")
	cmd.Stdin = bytes.NewReader(first)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	pages := strings.Split(strings.TrimSuffix(string(out), "\f"), "\f")
	for i, page := range pages {
		if !strings.Contains(page, c.InputSHA256) {
			t.Errorf("page %d of %d lacks the hash of the input", i+1, len(pages))
		}
	}
}

func TestPDFWithoutBrowser(t *testing.T) {
	c := run(t, tinyTown(), tinyStandard, household.LevelCommunity)
	t.Setenv("PATH", t.TempDir())
	for _, env := range []string{"", "/no/such/browser"} {
		t.Setenv("HEARTHMAP_CHROMIUM", env)
		err := reports.WriteCoverage(context.Background(), io.Discard, reports.PDF, c, reports.Options{})
		if household.CodeOf(err) != household.Unavailable || !strings.Contains(household.HintOf(err), ".html") {
			t.Errorf("%q: %v", env, err)
		}
	}
}

// TestPDFBrokenBrowser runs programs that are no browser.
func TestPDFBrokenBrowser(t *testing.T) {
	c := run(t, tinyTown(), tinyStandard, household.LevelCommunity)
	o := reports.Options{Chromium: "/bin/false"}
	if err := reports.WriteCoverage(context.Background(), io.Discard, reports.PDF, c, o); household.CodeOf(err) != household.Unavailable {
		t.Error(err)
	}
	slow := t.TempDir() + "/slow"
	if err := os.WriteFile(slow, []byte("#!/bin/sh\nsleep 60\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	err := reports.WriteCoverage(ctx, io.Discard, reports.PDF, c, reports.Options{Chromium: slow})
	if household.CodeOf(err) != household.Unavailable || !strings.Contains(household.HintOf(err), "time") {
		t.Error(err)
	}
}
