package importjobs

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
	"unicode"

	"hearthmap/household"
)

// spare is what has to stay free on the disk: the database may share it.
const spare = 512 << 20

// file is an uploaded file.
type file struct {
	public  household.ImportFile
	account int64
	dir     string // the file's own
	path    string
	at      time.Time
	uses    int // jobs that need it
}

// Upload streams the file to the spool, readable by this program's user only.
func (j *Jobs) Upload(ctx context.Context, p household.Principal, name string, expected int64, r io.Reader) (household.ImportFile, error) {
	const op = "importjobs.Upload"
	none := household.ImportFile{}
	if free, known := freeBytes(j.spool); known && free < expected+spare {
		return none, noSpace()
	}
	j.mu.Lock()
	many := len(j.files) >= maxFiles
	j.mu.Unlock()
	if many {
		return none, household.Errorf(household.Conflict, op, "%d files wait here already", maxFiles).
			WithHint("import or leave them; they are removed after a day")
	}
	f := &file{account: p.AccountID, at: time.Now()}
	f.public = household.ImportFile{ID: newID(), Name: cleanName(name)}
	f.dir = filepath.Join(j.spool, f.public.ID)
	f.path = filepath.Join(f.dir, f.public.Name)
	if err := os.Mkdir(f.dir, 0o700); err != nil {
		return none, cannotStore(err)
	}
	if err := f.receive(ctx, r); err != nil {
		_ = os.RemoveAll(f.dir)
		return none, err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.files[f.public.ID] = f
	return f.public, nil
}

func (f *file) receive(ctx context.Context, r io.Reader) (err error) {
	out, err := os.OpenFile(f.path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return cannotStore(err)
	}
	defer func() {
		if closeErr := out.Close(); err == nil && closeErr != nil {
			err = cannotStore(closeErr)
		}
	}()
	hash := sha256.New()
	buf := make([]byte, 256<<10)
	for n := 0; ; n++ {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if n%256 == 255 { // every 64 MiB or so
			if free, known := freeBytes(f.dir); known && free < spare {
				return noSpace()
			}
		}
		m, readErr := r.Read(buf)
		if m > 0 {
			hash.Write(buf[:m])
			f.public.Size += int64(m)
			if _, err := out.Write(buf[:m]); err != nil {
				return cannotStore(err)
			}
		}
		if errors.Is(readErr, io.EOF) {
			break
		}
		if readErr != nil {
			return readErr // the web knows what became of the request
		}
	}
	if f.public.Size == 0 {
		return household.Errorf(household.Invalid, "importjobs.Upload", "the file is empty").WithHint("check that the export ended well")
	}
	f.public.SHA256 = hex.EncodeToString(hash.Sum(nil))
	return nil
}

func noSpace() error {
	return household.Errorf(household.Unavailable, "importjobs.Upload", "the server's disk is too full for this file").
		WithHint("ask the administrator of the server to make room, or to import the file on the command line")
}

func cannotStore(err error) error {
	if errors.Is(err, syscall.ENOSPC) {
		return noSpace()
	}
	return household.Errorf(household.Internal, "importjobs.Upload", "the file cannot be stored: %w", err)
}

// cleanName is the last part of the name without what a file system, a
// terminal or a header could take amiss. The ending, which tells the format,
// stays.
func cleanName(name string) string {
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || r == unicode.ReplacementChar || strings.ContainsRune(`<>:"|?*`, r) {
			return '_'
		}
		return r
	}, strings.ToValidUTF8(name, "_"))
	name = strings.TrimLeft(strings.TrimSpace(name), ".-")
	if r := []rune(name); len(r) > 60 { // 240 bytes at most, below every file system's limit
		name = string(r[:40]) + string(r[len(r)-20:])
	}
	if name == "" {
		return "upload"
	}
	return name
}

// fileOf returns the account's own file.
func (j *Jobs) fileOf(p household.Principal, id string) (*file, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	f, ok := j.files[id]
	if !ok || f.account != p.AccountID {
		return nil, household.Errorf(household.NotFound, "importjobs", "this file is not here any more").
			WithHint("upload it again; files are kept for a day, and not across a restart")
	}
	return f, nil
}
