package household

import (
	"context"
	"encoding/json"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// SavedScenario is a scenario that planners keep under a name, with what it
// is computed by. Content is the scenario as JSON, without persons.
type SavedScenario struct {
	ID       int64
	Name     string // unique in the city, whatever the case of its letters
	Standard string
	Method   string
	Profile  string
	Changes  int // how many things it changes
	Content  json.RawMessage
	// Version counts how often it was saved.
	Version   int
	CreatedBy string // login
	CreatedAt time.Time
	UpdatedBy string
	UpdatedAt time.Time
}

// MaxScenarioName is how many characters the name of a scenario may have.
const MaxScenarioName = 100

// MaxScenarios is how many scenarios a city keeps.
const MaxScenarios = 1000

// ScenarioName is the text as the name of a scenario, without the blanks
// around it. The error is Invalid.
func ScenarioName(text string) (string, error) {
	name := strings.TrimSpace(text)
	switch {
	case name == "" || !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl):
		return "", Errorf(Invalid, "household.ScenarioName", "a scenario needs a name of one line").WithHint("name it after what it changes")
	case utf8.RuneCountInString(name) > MaxScenarioName:
		return "", Errorf(Invalid, "household.ScenarioName", "the name of a scenario is longer than %d characters", MaxScenarioName).WithHint("shorten it")
	}
	return name, nil
}

// Scenarios keeps the scenarios of a city. Errors are *Error with a hint.
type Scenarios interface {
	// List returns all, the last saved first, without their Content.
	List(ctx context.Context) ([]SavedScenario, error)
	// ByID and ByName find one; the error is NotFound.
	ByID(ctx context.Context, id int64) (SavedScenario, error)
	ByName(ctx context.Context, name string) (SavedScenario, error)
	// Save keeps a scenario as of the login: a new one when ID is 0, else in
	// place of the one there. A name that another has is a Conflict, and so is
	// a Version other than the one there; Version 0 asks for none. It returns
	// what is kept.
	Save(ctx context.Context, login string, s SavedScenario) (SavedScenario, error)
	Delete(ctx context.Context, id int64) error
}
