// Package audit checks the audit trail: a chain of entries, each with the
// hash of all before it, and a signed head that says how long the chain is.
//
// An altered, removed or moved entry breaks the chain; entries cut off at the
// end contradict the head. Whoever can write to the database cannot sign a
// head of their own, and an older head put back contradicts the anchor: a
// head kept outside the database, such as in an earlier export. What none of
// this finds is entries that a thief of both the database and the key file
// adds or rewrites after the last anchor.
package audit

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"strconv"
	"time"

	"hearthmap/household"
)

// Line is what is hashed of an entry: a JSON array of its time in
// microseconds of UTC, account, role, action, subject, purpose and result.
func Line(e household.AuditEntry) []byte {
	// An array of strings and a number cannot fail to marshal.
	line, _ := json.Marshal([]any{e.At.UnixMicro(), e.Account, e.Role, e.Action, e.Subject, e.Purpose, e.Result})
	return line
}

// Hash is SHA-256 over the hash of the entry before, nil for the first, and
// an entry's line.
func Hash(prev, line []byte) []byte {
	h := sha256.New()
	h.Write(prev)
	h.Write(line)
	return h.Sum(nil)
}

// Sum is a SHA-256, written in hexadecimal.
type Sum []byte

// MarshalText writes hexadecimal.
func (s Sum) MarshalText() ([]byte, error) { return []byte(hex.EncodeToString(s)), nil }

// UnmarshalText reads hexadecimal.
func (s *Sum) UnmarshalText(text []byte) error {
	b, err := hex.DecodeString(string(text))
	*s = b
	return err
}

// Head says how long the chain of a city is and how it ends.
type Head struct {
	City      string `json:"city"`
	Entries   int64  `json:"entries"`
	SHA256    Sum    `json:"sha256"`              // of the last entry; empty with none
	Signature []byte `json:"signature,omitempty"` // Ed25519
}

func (h Head) message() []byte {
	return []byte("hearthmap audit head v1\n" + h.City + "\n" + strconv.FormatInt(h.Entries, 10) + "\n" + hex.EncodeToString(h.SHA256))
}

// Sign signs the head.
func (h *Head) Sign(key ed25519.PrivateKey) { h.Signature = ed25519.Sign(key, h.message()) }

// SignedBy reports whether the head was signed with the key.
func (h Head) SignedBy(key ed25519.PublicKey) bool {
	return len(key) == ed25519.PublicKeySize && ed25519.Verify(key, h.message(), h.Signature)
}

// Key is a public key as text, for people to keep and compare.
func Key(k ed25519.PublicKey) string { return base64.StdEncoding.EncodeToString(k) }

// ParseKey reads what Key writes.
func ParseKey(s string) (ed25519.PublicKey, error) {
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil || len(b) != ed25519.PublicKeySize {
		return nil, household.Errorf(household.Invalid, "audit.ParseKey", "that is no public key of an audit trail").
			WithHint("it has 44 characters; hearthmap audit export prints it")
	}
	return b, nil
}

// Entry is an entry as it is stored: its line and hashes.
type Entry struct {
	ID     int64
	Line   []byte
	Prev   []byte
	SHA256 []byte
}

// Problem is a place where the trail is not what was written.
type Problem struct {
	Entry int64  `json:"entry"` // its place, from 1
	ID    int64  `json:"id"`    // its number in the database; 0 for the end of the trail
	Text  string `json:"text"`
}

func (p Problem) String() string {
	if p.ID == 0 {
		return p.Text
	}
	return fmt.Sprintf("entry %d (id %d): %s", p.Entry, p.ID, p.Text)
}

// maxProblems bounds what is listed: one cut breaks one link, but a rewritten
// trail would break them all.
const maxProblems = 20

// Chain follows a trail from its first entry.
type Chain struct {
	anchors  []Head
	entries  int64
	lastID   int64
	running  []byte
	hash     hash.Hash
	problems []Problem
	more     int
}

// NewChain begins. Anchors are heads that were kept elsewhere; the trail has
// to pass through each.
func NewChain(anchors ...Head) *Chain {
	return &Chain{anchors: anchors, hash: sha256.New()}
}

func (c *Chain) problem(p Problem) {
	if len(c.problems) == maxProblems {
		c.more++
		return
	}
	c.problems = append(c.problems, p)
}

// Add takes the next entry. It keeps nothing of it.
func (c *Chain) Add(e Entry) {
	c.entries++
	at := func(text string) { c.problem(Problem{c.entries, e.ID, text}) }
	if e.ID <= c.lastID {
		at(fmt.Sprintf("comes after id %d: the order was changed", c.lastID))
	}
	c.lastID = e.ID
	if !bytes.Equal(e.Prev, c.running) {
		at("does not follow the entry before it: entries were removed, added or moved")
	}
	c.hash.Reset()
	c.hash.Write(e.Prev)
	c.hash.Write(e.Line)
	var sum [sha256.Size]byte
	if !bytes.Equal(c.hash.Sum(sum[:0]), e.SHA256) {
		at("was altered after it was written")
	}
	c.running = append(c.running[:0], e.SHA256...)
	for _, a := range c.anchors {
		if a.Entries == c.entries && !bytes.Equal(a.SHA256, c.running) {
			at("is not the one that an earlier export or anchor ended with: the trail was rewritten")
		}
	}
}

// Report is what a check found.
type Report struct {
	Entries  int64     `json:"entries"`
	SHA256   Sum       `json:"sha256"`
	Problems []Problem `json:"problems"`
	// More is how many problems there are beyond those listed.
	More int       `json:"more,omitempty"`
	At   time.Time `json:"at"`
}

// OK reports whether the trail is whole.
func (r Report) OK() bool { return len(r.Problems) == 0 }

// Close compares the end with the head and the anchors. key is the public key
// that the head has to be signed with.
func (c *Chain) Close(head Head, key ed25519.PublicKey) Report {
	end := func(format string, args ...any) {
		c.problem(Problem{Entry: c.entries, Text: fmt.Sprintf(format, args...)})
	}
	switch {
	case head.Entries > c.entries:
		end("the trail ends after %d entries, its head counts %d: the end was cut off", c.entries, head.Entries)
	case head.Entries < c.entries:
		end("the trail has %d entries, its head counts %d: entries were added past the program", c.entries, head.Entries)
	case !bytes.Equal(head.SHA256, c.running):
		end("the trail does not end as its head says")
	}
	// A city that has not recorded anything yet has nothing to sign.
	if empty := head.Entries == 0 && c.entries == 0; !empty && !head.SignedBy(key) {
		end("the head is not signed with the city's key")
	}
	for _, a := range c.anchors {
		if a.Entries > c.entries {
			end("an earlier export or anchor had %d entries, the trail has %d: the end was cut off", a.Entries, c.entries)
		}
	}
	return Report{Entries: c.entries, SHA256: bytes.Clone(c.running), Problems: c.problems, More: c.more, At: time.Now().UTC()}
}
