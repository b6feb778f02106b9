package reportjobs

import (
	"archive/zip"
	"context"
	"io"
	"os"
	"path/filepath"
	"sync/atomic"

	"hearthmap/household"
	"hearthmap/reports"
)

// limited refuses files once there are too many bytes of them.
func limited(to reports.Sink, limit int64) reports.Sink {
	var sum atomic.Int64
	return func(name string, content []byte) error {
		if sum.Add(int64(len(content))) > limit {
			return household.Errorf(household.Invalid, "reportjobs", "the reports are larger than %d MiB", limit>>20).
				WithHint("ask for fewer standards, areas or formats at a time")
		}
		return to(name, content)
	}
}

// of returns the account's own job.
func (j *Jobs) of(p household.Principal, id string) (household.ReportJob, error) {
	x, owner, ok := j.board.Get(id)
	if !ok || owner != p.AccountID {
		return household.ReportJob{}, gone()
	}
	return x, nil
}

func gone() error {
	return household.Errorf(household.NotFound, "reportjobs", "this job is not known here").
		WithHint("reports are kept for a day, and not across a restart; ask for them again")
}

// Job returns the job as it is now.
func (j *Jobs) Job(p household.Principal, id string) (household.ReportJob, error) { return j.of(p, id) }

// List lists the account's jobs, the newest first.
func (j *Jobs) List(p household.Principal) []household.ReportJob { return j.board.List(p.AccountID) }

// Watch waits for the job to change.
func (j *Jobs) Watch(ctx context.Context, p household.Principal, id string, version int64) (household.ReportJob, error) {
	if _, err := j.of(p, id); err != nil {
		return household.ReportJob{}, err
	}
	x, ok, err := j.board.Watch(ctx, id, version)
	if !ok {
		return x, gone()
	}
	return x, err
}

// Cancel stops the job.
func (j *Jobs) Cancel(p household.Principal, id string) (household.ReportJob, error) {
	x, err := j.of(p, id)
	if err == nil {
		j.board.Cancel(id)
	}
	return x, err
}

// done returns the account's own job when it has files.
func (j *Jobs) done(p household.Principal, id string) (household.ReportJob, error) {
	x, err := j.of(p, id)
	if err == nil && x.State != household.ImportDone {
		err = household.Errorf(household.Conflict, "reportjobs", "this job has no reports: it is %s", x.State).
			WithHint("wait until it is done, or start it again")
	}
	return x, err
}

// Open opens a file by its name in the job.
func (j *Jobs) Open(p household.Principal, id, name string) (household.ReportContent, error) {
	none := household.ReportContent{}
	x, err := j.done(p, id)
	if err != nil {
		return none, err
	}
	// Only names that the job knows become paths.
	kind := ""
	if name == reports.ManifestName {
		kind = reports.JSON.ContentType()
	}
	for _, f := range x.Files {
		if f.Name == name {
			kind = reports.Format(f.Format).ContentType()
		}
	}
	if kind == "" {
		return none, household.Errorf(household.NotFound, "reportjobs", "the job has no such file").
			WithHint("the job lists its files")
	}
	f, err := os.Open(filepath.Join(j.dir(id), name))
	if err != nil {
		return none, gone()
	}
	info, err := f.Stat()
	if err != nil {
		_ = f.Close()
		return none, gone()
	}
	return household.ReportContent{Name: name, ContentType: kind, Size: info.Size(), ReadCloser: f}, nil
}

// Archive writes the files and the manifest as a ZIP, without times, so that
// the same reports make the same archive.
func (j *Jobs) Archive(p household.Principal, id string, w io.Writer) error {
	x, err := j.done(p, id)
	if err != nil {
		return err
	}
	names := []string{reports.ManifestName}
	for _, f := range x.Files {
		names = append(names, f.Name)
	}
	z := zip.NewWriter(w)
	for _, name := range names {
		if err := j.pack(p, z, id, name); err != nil {
			return err // without an end the archive is seen to be broken
		}
	}
	return z.Close()
}

func (j *Jobs) pack(p household.Principal, z *zip.Writer, id, name string) error {
	f, err := j.Open(p, id, name)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	out, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate})
	if err != nil {
		return err
	}
	_, err = io.Copy(out, f)
	return err
}
