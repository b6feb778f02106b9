package household

import (
	"context"
	"time"
)

// BuildingCard is what a click on a building shows: the building, counts,
// never persons.
type BuildingCard struct {
	Code         string  `json:"code"`
	Name         string  `json:"name"`
	Address      string  `json:"address"`
	Use          Use     `json:"use"`
	Floors       int16   `json:"floors"`
	Height       float32 `json:"height_m,omitempty"`
	BuiltYear    int16   `json:"built_year,omitempty"`
	CompoundCode string  `json:"compound_code,omitempty"`
	CompoundName string  `json:"compound_name,omitempty"`
	AreaCode     string  `json:"area_code,omitempty"` // its community
	AreaName     string  `json:"area_name,omitempty"`
	GridCode     string  `json:"grid_code,omitempty"`
	GridName     string  `json:"grid_name,omitempty"`
	Lon          float64 `json:"lon"`
	Lat          float64 `json:"lat"`
	Entrances    int     `json:"entrances"`
	Units        int     `json:"units"`
	Households   int     `json:"households"`
	People       int     `json:"people"` // living there (present)
}

// Chart is a stacking chart (楼盘表): the rooms of one building, side by side
// by entrance, floor by floor from the top.
type Chart struct {
	Building  BuildingCard    `json:"building"`
	Entrances []ChartEntrance `json:"entrances"`
	// Persons says whether the caller's rights let Rooms carry tags.
	Persons bool `json:"persons"`
}

// ChartEntrance is one stairwell of a chart.
type ChartEntrance struct {
	Number string       `json:"number"`
	Floors []ChartFloor `json:"floors"` // from the top down
}

// ChartFloor is one floor of a stairwell; floors without rooms are present
// with an empty list, so that gaps show.
type ChartFloor struct {
	Floor int16       `json:"floor"`
	Rooms []ChartRoom `json:"rooms"` // by room number
}

// ChartRoom is one room of a chart.
type ChartRoom struct {
	Code  string    `json:"code"`
	Room  string    `json:"room"`
	Use   Use       `json:"use"`
	State RoomState `json:"state"`
	// People and Households are counts, shown to every role of the map.
	People     int `json:"people"`
	Households int `json:"households"`
	// Tags are the distinct tags of people in the room; empty unless the
	// caller may see persons here.
	Tags []TagKind `json:"tags,omitempty"`
}

// RoomState sums up who lives in a room.
type RoomState string

// The states a chart colours.
const (
	RoomVacant     RoomState = "vacant"     // nobody is registered
	RoomResident   RoomState = "resident"   // residents, all registered here
	RoomFloating   RoomState = "floating"   // at least one person from elsewhere
	RoomRegistered RoomState = "registered" // registered here, nobody lives here
	RoomNotHome    RoomState = "not_home"   // not a dwelling
)

// UnitCard is one unit with its households; persons only by right.
type UnitCard struct {
	Code       string          `json:"code"`
	Building   string          `json:"building_code"`
	Address    string          `json:"address"` // compound, building, entrance and room in words
	Entrance   string          `json:"entrance"`
	Floor      int16           `json:"floor"`
	Room       string          `json:"room"`
	Use        Use             `json:"use"`
	AreaM2     float32         `json:"area_m2,omitempty"`
	People     int             `json:"people"`
	Households []HouseholdCard `json:"households"`
	// Persons says whether the caller may see who lives here; when false,
	// Households hold counts only.
	Persons bool `json:"persons"`
}

// HouseholdCard is one household of a unit.
type HouseholdCard struct {
	ID      int64        `json:"id"`
	People  int          `json:"people"`
	Members []PersonCard `json:"members,omitempty"`
}

// PersonCard is a person as shown by default: masked.
type PersonCard struct {
	ID        int64     `json:"id"` // the register's own id, not the identity number
	Name      string    `json:"name"`
	Sex       Sex       `json:"sex"`
	Age       int       `json:"age"`
	IDNumber  string    `json:"id_number"` // masked
	Phone     string    `json:"phone"`     // masked
	Relation  Relation  `json:"relation"`
	Residency Residency `json:"residency"`
	Tags      []TagKind `json:"tags"`
	UnitCode  string    `json:"unit_code"`
	Address   string    `json:"address"`
}

// Revealed is a person's protected fields, given once, for a purpose.
type Revealed struct {
	ID       int64  `json:"id"`
	Name     string `json:"name"`
	IDNumber string `json:"id_number"`
	Phone    string `json:"phone"`
}

// Hit is one result of a search.
type Hit struct {
	Kind   string  `json:"kind"` // compound, building, unit, person, facility, area
	Code   string  `json:"code"` // of the thing; for a person the register's own id
	Title  string  `json:"title"`
	Detail string  `json:"detail"`
	Lon    float64 `json:"lon"`
	Lat    float64 `json:"lat"`
	// BuildingCode lets the page open the building of a unit or person.
	BuildingCode string  `json:"building_code,omitempty"`
	Score        float64 `json:"score"`
	// Why says how the hit was found when not as asked, e.g. that only the
	// building of the room is known.
	Why string `json:"why,omitempty"`
}

// Registry answers look-ups in the register. Every call is bounded by the
// rights of the principal, enforced by the database as well.
type Registry interface {
	Building(ctx context.Context, p Principal, code string) (BuildingCard, error)
	Chart(ctx context.Context, p Principal, code string) (Chart, error)
	Unit(ctx context.Context, p Principal, code string) (UnitCard, error)
	Resident(ctx context.Context, p Principal, id int64) (PersonCard, error)
	// Reveal returns a person's protected fields and writes who asked and
	// why to the audit trail in the same transaction.
	Reveal(ctx context.Context, p Principal, id int64, purpose string) (Revealed, error)
	Search(ctx context.Context, p Principal, query string, limit int) ([]Hit, error)
}

// Account is a person who signs in.
type Account struct {
	ID       int64     `json:"id"`
	Login    string    `json:"login"`
	Name     string    `json:"name"`
	Role     Role      `json:"role"`
	Scope    []string  `json:"scope"`
	Disabled bool      `json:"disabled"`
	Created  time.Time `json:"created"`
}

// Accounts keeps who may sign in. Passwords are stored as argon2id hashes,
// tokens as SHA-256 of random 256-bit values.
type Accounts interface {
	Create(ctx context.Context, a Account, passwordHash string) (int64, error)
	List(ctx context.Context) ([]Account, error)
	ByLogin(ctx context.Context, login string) (a Account, passwordHash string, err error)
	ByID(ctx context.Context, id int64) (Account, error)
	SetScope(ctx context.Context, login string, role Role, scope []string) error
	SetDisabled(ctx context.Context, login string, disabled bool) error
	// AddToken stores the hash of an API token; ByToken finds its account.
	AddToken(ctx context.Context, login, name string, hash [32]byte, expires time.Time) error
	ByToken(ctx context.Context, hash [32]byte) (Account, error)
	// NoteSignIn records a sign-in or a failed one; it returns how many
	// failures in a row there have been.
	NoteSignIn(ctx context.Context, login string, ok bool) (failures int, err error)
	// Failures returns how many sign-ins in a row failed lately.
	Failures(ctx context.Context, login string) (int, error)
}

// AuditEntry is one line of the append-only audit trail.
type AuditEntry struct {
	ID      int64     `json:"id"`
	At      time.Time `json:"at"`
	Account string    `json:"account"`
	Role    Role      `json:"role"`
	Action  string    `json:"action"` // sign_in, reveal, import, export, account_create …
	Subject string    `json:"subject"`
	Purpose string    `json:"purpose,omitempty"`
	Result  string    `json:"result"`
}

// AuditQuery narrows a look at the audit trail. The zero value asks for the
// newest entries.
type AuditQuery struct {
	Before  int64 // entries with smaller ids; 0: from the newest
	Account string
	Action  string
	Subject string // the beginning of it
	From    time.Time
	To      time.Time
	Limit   int
}

// Auditor appends to the audit trail.
type Auditor interface {
	Record(ctx context.Context, e AuditEntry) error
}

// AuditTrail is what an auditor sees.
type AuditTrail interface {
	Auditor
	// Entries returns entries, newest first.
	Entries(ctx context.Context, q AuditQuery) ([]AuditEntry, error)
	// Verify checks the whole trail and returns how long it is and what is
	// wrong with it, in words; nothing when it is whole.
	Verify(ctx context.Context) (entries int64, problems []string, err error)
}
