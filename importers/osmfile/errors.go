package osmfile

import (
	"context"
	"errors"
	"fmt"

	"hearthmap/household"
)

const opRead = "osmfile.Each"

const (
	hintDownload = "the file is damaged or was not fully downloaded; fetch it again, or check it with `osmium fileinfo -e FILE`"
	hintConvert  = "convert it with `osmium cat FILE -o extract.osm.pbf` and import that"
	hintCut      = "cut it to your city with `osmium extract --bbox LEFT,BOTTOM,RIGHT,TOP` and import that"
)

// broken is the error for a file that cannot be read.
func broken(format string, args ...any) *household.Error {
	return household.Errorf(household.Invalid, opRead, "the OpenStreetMap file cannot be read: "+format, args...).
		WithHint("%s", hintDownload)
}

// asUserError makes what a reader returned fit to be shown: errors of ours
// and of the context stay, all others become Invalid with a hint.
func asUserError(err error) error {
	var he *household.Error
	if err == nil || errors.As(err, &he) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	var cb *callbackError
	if errors.As(err, &cb) {
		return cb.err
	}
	return broken("%w", err)
}

// callbackError carries an error of the caller's function through a reader,
// so that it is not taken for a fault of the file.
type callbackError struct{ err error }

func (e *callbackError) Error() string { return fmt.Sprint(e.err) }
func (e *callbackError) Unwrap() error { return e.err }
