package household

import (
	"errors"
	"fmt"
)

// ErrorCode is the kind of an error, as the command line maps it to an exit
// status and the web to an HTTP status.
type ErrorCode string

// The codes. There are few of them so that every caller can handle all.
const (
	Invalid     ErrorCode = "invalid"     // the input is wrong; the caller can mend it
	NotFound    ErrorCode = "not_found"   // there is no such thing, or none this caller may see
	Conflict    ErrorCode = "conflict"    // the thing changed meanwhile, or exists already
	Forbidden   ErrorCode = "forbidden"   // the caller's role or scope does not allow it
	Unavailable ErrorCode = "unavailable" // a part the work needs is missing or down
	Internal    ErrorCode = "internal"    // our fault; the text is not for users
)

// Error is an error that a user can act on.
//
// Message says what is wrong; Hint says what to do next and is shown as
// "try: …". Neither may hold personal data: both end in logs.
type Error struct {
	Code    ErrorCode
	Op      string // where it happened, as package.Function
	Message string
	Hint    string
	Err     error // the cause, if any; never shown to a user of the web
}

// Errorf makes an Error of the code, its message formatted as by fmt.Errorf.
// A %w verb sets the cause.
func Errorf(code ErrorCode, op, format string, args ...any) *Error {
	err := fmt.Errorf(format, args...)
	return &Error{Code: code, Op: op, Message: err.Error(), Err: errors.Unwrap(err)}
}

// WithHint returns the error with the hint set.
func (e *Error) WithHint(format string, args ...any) *Error {
	e.Hint = fmt.Sprintf(format, args...)
	return e
}

// Error returns the message, with the hint if there is one.
func (e *Error) Error() string {
	if e.Hint == "" {
		return e.Message
	}
	return e.Message + " (try: " + e.Hint + ")"
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// CodeOf returns the code of the first Error in err's chain, Internal if
// there is none, and "" for nil.
func CodeOf(err error) ErrorCode {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return Internal
}

// HintOf returns the hint of the first Error in err's chain.
func HintOf(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Hint
	}
	return ""
}
