package household

import "time"

// The states of an address on the list for review.
const (
	AddressOpen     = "open"
	AddressAccepted = "accepted" // the row was brought in
	AddressDeclined = "declined" // no building in the city is meant
	AddressSettled  = "settled"  // a later file brought the row in, or asks again
)

// AddressQuery asks for doubtful addresses.
type AddressQuery struct {
	Batch int64  // 0: of all
	State string // "": open
	Limit int    // 0: all
	// After is the Cursor of the last entry the caller has.
	After AddressCursor
}

// AddressCursor is a place in the list: newer batches come first.
type AddressCursor struct{ Batch, N int64 }

// AddressList is a part of the list, and how many there are in all.
type AddressList struct {
	Total   int64           `json:"total"`
	Reviews []AddressReview `json:"reviews"`
}

// AddressReview is a row of an import whose address may mean several
// buildings, or one not for certain. The address is personal.
type AddressReview struct {
	Batch   int64  `json:"batch"`
	N       int64  `json:"n" doc:"its number in the batch"`
	Kind    string `json:"kind"`
	File    string `json:"file"`
	Row     int64  `json:"row"`
	Sheet   string `json:"sheet,omitempty"`
	Address string `json:"address"`
	// Entrance and Room are those that an accepted row gets.
	Entrance   string             `json:"entrance,omitempty"`
	Room       string             `json:"room,omitempty"`
	Reason     string             `json:"reason" doc:"why it is not certain"`
	State      string             `json:"state" enum:"open,accepted,declined,settled"`
	Code       string             `json:"code,omitempty" doc:"the building that was accepted"`
	DecidedBy  string             `json:"decided_by,omitempty"`
	DecidedAt  *time.Time         `json:"decided_at,omitempty"`
	Candidates []AddressCandidate `json:"candidates" doc:"from the best"`
}

// AddressCandidate is a building that an address may mean.
type AddressCandidate struct {
	Code        string        `json:"code"`
	Score       float64       `json:"score" doc:"the share of what is written that agrees, from 0 to 1"`
	Explanation string        `json:"explanation" doc:"which parts agree, which do not"`
	Parts       []AddressPart `json:"parts" doc:"the same part by part, the largest first"`
	// As the register has the building now; empty when it has ended.
	Name     string  `json:"name"`
	Address  string  `json:"address"`
	Compound string  `json:"compound"`
	Area     string  `json:"area" doc:"the community"`
	Lon      float64 `json:"lon"`
	Lat      float64 `json:"lat"`
	Ended    bool    `json:"ended" doc:"the building is not in the register any more"`
}

// AddressPart says how a part of an address compares with a building.
type AddressPart struct {
	Part    string `json:"part" enum:"city,district,street,community,road,number,compound,building"`
	Outcome string `json:"outcome" enum:"unknown,differs,similar,agrees"`
}

// AddressRow names a row of a batch.
type AddressRow struct {
	Row   int64  `json:"row"`
	Sheet string `json:"sheet,omitempty" maxLength:"200"`
}

// AddressChoice says which building rows mean.
type AddressChoice struct {
	AddressRow
	Code string `json:"code" minLength:"1" maxLength:"100"`
}

// AddressAcceptance is what became of accepted rows.
type AddressAcceptance struct {
	Batch     int64           `json:"batch"`
	Created   int64           `json:"created"`
	Updated   int64           `json:"updated"`
	Unchanged int64           `json:"unchanged"`
	Refused   []AddressRefuse `json:"refused" doc:"rows that could not be brought in; they stay on the list"`
}

// Accepted is how many rows were brought in.
func (a AddressAcceptance) Accepted() int64 { return a.Created + a.Updated + a.Unchanged }

// AddressRefuse is why an accepted row could not be brought in.
type AddressRefuse struct {
	AddressRow
	Code       string `json:"code"`
	Reason     string `json:"reason"`
	Suggestion string `json:"suggestion"`
}
