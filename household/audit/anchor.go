package audit

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"hearthmap/household"
)

// KeepHead writes the head to a file, as an anchor for later checks. The file
// is whole at any moment. A head that does not reach the one that is kept is
// refused with Conflict: the trail was cut off or rewritten, and the anchor
// proves it.
func KeepHead(path string, h Head) error {
	kept, err := KeptHead(path)
	if err != nil {
		return err
	}
	if len(kept) > 0 && (kept[0].Entries > h.Entries || kept[0].Entries == h.Entries && !bytes.Equal(kept[0].SHA256, h.SHA256)) {
		return household.Errorf(household.Conflict, "audit.KeepHead", "the audit trail had %d entries and now has %d: it was cut off or rewritten", kept[0].Entries, h.Entries).
			WithHint("run hearthmap audit verify, and compare the database with a backup")
	}
	text, err := json.Marshal(h)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".head-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(append(text, '\n'))
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// KeptHead reads what KeepHead wrote. Without a file there is no head and no
// error.
func KeptHead(path string) ([]Head, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var h Head
	if err == nil {
		err = json.Unmarshal(text, &h)
	}
	if err != nil {
		return nil, household.Errorf(household.Invalid, "audit.KeptHead", "the anchor %s cannot be read: %w", path, err).
			WithHint("restore it from a backup; the trail can be checked without it, but then a cut end may go unseen")
	}
	return []Head{h}, nil
}

// ExportedHead reads the head at the end of an export.
func ExportedHead(r io.Reader) (Head, error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 1<<16), maxLine)
	var last []byte
	for lines.Scan() {
		last = append(last[:0], lines.Bytes()...)
	}
	var f footer
	if err := lines.Err(); err != nil || !bytes.HasPrefix(last, []byte(`{"head":`)) || json.Unmarshal(last, &f) != nil {
		return Head{}, household.Errorf(household.Invalid, "audit.ExportedHead", "the earlier export has no end that can be read").
			WithHint("name a file that hearthmap audit export wrote, whole")
	}
	return f.Head, nil
}
