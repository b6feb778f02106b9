package reports

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"time"

	"hearthmap/household"
)

// printTime is how long the browser may take when the context does not say.
const printTime = 10 * time.Minute

// tagged is the size of page in bytes up to which the PDF is tagged for screen
// readers. The tags of a table of 2,400 areas are fifteen times the rest.
const tagged = 1 << 20

// chromiumNames are looked for in the PATH, in this order.
var chromiumNames = []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"}

// FindChromium finds the browser that prints reports: the one given, else
// $HEARTHMAP_CHROMIUM, else the first of the usual names in the PATH. The
// error is Unavailable.
func FindChromium(given string) (string, error) {
	const op = "reports.FindChromium"
	if given == "" {
		given = os.Getenv("HEARTHMAP_CHROMIUM")
	}
	if given != "" {
		path, err := exec.LookPath(given)
		if err != nil {
			return "", household.Errorf(household.Unavailable, op, "the browser %s that is to print the PDF cannot be run: %w", given, err).
				WithHint("set HEARTHMAP_CHROMIUM to a Chromium or Chrome, or write .html instead")
		}
		return path, nil
	}
	for _, name := range chromiumNames {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", household.Errorf(household.Unavailable, op, "a PDF needs Chromium to print it, and there is none").
		WithHint("install it (Debian: apt-get install chromium fonts-noto-cjk), set HEARTHMAP_CHROMIUM, or write .html instead")
}

// writePDF prints the HTML report.
func writePDF(ctx context.Context, w io.Writer, c *Coverage, o Options) error {
	browser, err := FindChromium(o.Chromium)
	if err != nil {
		return err
	}
	var page bytes.Buffer
	if err := writeHTML(&page, c, o); err != nil {
		return err
	}
	pdf, err := printPage(ctx, browser, page.Bytes())
	if err != nil {
		return err
	}
	if err := fixDates(pdf); err != nil {
		return err
	}
	_, err = w.Write(pdf)
	return err
}

// printPage has the browser print a page. Everything the browser keeps lies
// in a directory of its own, which is removed.
func printPage(ctx context.Context, browser string, page []byte) ([]byte, error) {
	if _, ok := ctx.Deadline(); !ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, printTime)
		defer cancel()
	}
	dir, err := os.MkdirTemp("", "hearthmap-print-")
	if err != nil {
		return nil, cannotWrite(os.TempDir(), err)
	}
	// A browser that was just stopped may still write; what is left of a
	// temporary directory then is no reason to fail.
	defer func() { _ = os.RemoveAll(dir) }()
	in, out := filepath.Join(dir, "report.html"), filepath.Join(dir, "report.pdf")
	if err := os.WriteFile(in, page, 0o600); err != nil {
		return nil, cannotWrite(in, err)
	}
	args := []string{
		"--headless", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking",
		"--disable-component-update", "--disable-sync", "--user-data-dir=" + filepath.Join(dir, "profile"),
		"--no-pdf-header-footer", "--print-to-pdf=" + out,
	}
	if len(page) > tagged {
		args = append(args, "--disable-pdf-tagging")
	}
	if os.Geteuid() == 0 {
		args = append(args, "--no-sandbox") // Chromium refuses to run as root with it
	}
	said := &tail{}
	cmd := exec.CommandContext(ctx, browser, append(args, (&url.URL{Scheme: "file", Path: in}).String())...)
	cmd.Stdout, cmd.Stderr = said, said
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 5 * time.Second
	runErr := cmd.Run()
	if err := ctx.Err(); err != nil {
		if errors.Is(err, context.DeadlineExceeded) {
			return nil, household.Errorf(household.Unavailable, "reports.WriteCoverage", "the browser did not finish printing in time: %w", err).
				WithHint("allow more time, ask for a larger level or one area, or write .html instead")
		}
		return nil, err
	}
	pdf, err := os.ReadFile(out)
	if err != nil || !bytes.HasPrefix(pdf, []byte("%PDF-")) {
		if runErr == nil {
			runErr = errors.New("it wrote no PDF")
		}
		return nil, household.Errorf(household.Unavailable, "reports.WriteCoverage", "%s could not print the report: %w: %s", browser, runErr, said).
			WithHint("see that it runs at all (%s --headless --version), that there is room in %s, or write .html instead", browser, os.TempDir())
	}
	return pdf, nil
}

// tail keeps the end of what a program says.
type tail struct{ text []byte }

// Write keeps the last half kilobyte.
func (t *tail) Write(p []byte) (int, error) {
	t.text = append(t.text, p...)
	t.text = t.text[max(0, len(t.text)-512):]
	return len(p), nil
}

func (t *tail) String() string { return strings.TrimSpace(string(t.text)) }

var pdfDate = regexp.MustCompile(`/(?:CreationDate|ModDate) ?\(D:([^)]*)\)`)

// fixDates sets the times of writing in a PDF's information to a fixed one of
// the same length, so that the offsets of the file's index stay right. The
// browser writes no other trace of when or where it printed.
func fixDates(pdf []byte) error {
	found := pdfDate.FindAllSubmatchIndex(pdf, -1)
	if len(found) == 0 {
		return household.Errorf(household.Internal, "reports.WriteCoverage", "the printed PDF has no dates where they were expected")
	}
	for _, m := range found {
		const fixed = "20000101000000+00'00'"
		text := pdf[m[2]:m[3]]
		for i := range text {
			text[i] = '0'
		}
		if len(text) >= len(fixed) {
			copy(text, fixed)
		} else {
			copy(text, fixed[:len(text)])
		}
	}
	return nil
}
