package audit

import (
	"bufio"
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"io"
	"time"

	"hearthmap/household"
)

// format names the first line of an export.
const format = "hearthmap audit 1"

// An export is JSON lines: a header, the entries, the head.
type header struct {
	Format    string    `json:"format"`
	City      string    `json:"city"`
	PublicKey string    `json:"public_key"`
	At        time.Time `json:"exported_at"`
}

type exported struct {
	ID     int64           `json:"id"`
	Entry  json.RawMessage `json:"entry"` // the line
	Prev   Sum             `json:"prev"`
	SHA256 Sum             `json:"sha256"`
}

type footer struct {
	Head Head `json:"head"`
}

// Writer writes an export.
type Writer struct {
	to  *bufio.Writer
	enc *json.Encoder
}

// NewWriter begins an export with its header.
func NewWriter(w io.Writer, city string, key ed25519.PublicKey) (*Writer, error) {
	to := bufio.NewWriterSize(w, 1<<16)
	enc := json.NewEncoder(to)
	enc.SetEscapeHTML(false) // or the lines would not be those that were hashed
	return &Writer{to, enc}, enc.Encode(header{format, city, Key(key), time.Now().UTC().Truncate(time.Second)})
}

// Add writes an entry.
func (w *Writer) Add(e Entry) error {
	return w.enc.Encode(exported{e.ID, e.Line, e.Prev, e.SHA256})
}

// Close ends the export with the head.
func (w *Writer) Close(h Head) error {
	if err := w.enc.Encode(footer{h}); err != nil {
		return err
	}
	return w.to.Flush()
}

// maxLine bounds a line of an export.
const maxLine = 1 << 20

// Check reads an export and checks it. With a key, it has to be signed with
// that one; without, with the one that the export names, which proves less.
// The report is of a trail that was read to its end; an error says that it
// could not be.
func Check(r io.Reader, key ed25519.PublicKey, anchors ...Head) (Report, Head, error) {
	const op = "audit.Check"
	bad := func(text string) error {
		return household.Errorf(household.Invalid, op, "%s", text).WithHint("check a file that hearthmap audit export wrote, whole")
	}
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 1<<16), maxLine)
	var h header
	if !lines.Scan() || json.Unmarshal(lines.Bytes(), &h) != nil || h.Format != format {
		return Report{}, Head{}, bad("that is no export of an audit trail")
	}
	if key == nil {
		named, err := ParseKey(h.PublicKey)
		if err != nil {
			return Report{}, Head{}, err
		}
		key = named
	}
	c := NewChain(anchors...)
	for lines.Scan() {
		line := lines.Bytes()
		if bytes.HasPrefix(line, []byte(`{"head":`)) {
			var f footer
			if json.Unmarshal(line, &f) != nil || lines.Scan() {
				return Report{}, Head{}, bad("the export's end is not as it was written")
			}
			report := c.Close(f.Head, key)
			if f.Head.City != h.City {
				report.Problems = append(report.Problems, Problem{Entry: report.Entries, Text: "header and head name different cities"})
			}
			return report, f.Head, nil
		}
		var e exported
		if json.Unmarshal(line, &e) != nil {
			return Report{}, Head{}, bad("a line of the export cannot be read")
		}
		if len(e.Prev) == 0 {
			e.Prev = nil
		}
		c.Add(Entry{e.ID, e.Entry, e.Prev, e.SHA256})
	}
	if err := lines.Err(); err != nil {
		return Report{}, Head{}, household.Errorf(household.Invalid, op, "the export cannot be read: %w", err).WithHint("copy it again")
	}
	return Report{}, Head{}, bad("the export has no end: it was cut off")
}
