package reports

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"hearthmap/geo/coverage"
)

// NewPolygonCoverage sums a result over areas of one's own. The hash of its
// inputs has the areas in it. Errors are those of coverage.Engine.PolygonParts.
func NewPolygonCoverage(r *coverage.Result, list []coverage.Polygon) (*Coverage, error) {
	parts, err := r.Engine().PolygonParts(list)
	if err != nil {
		return nil, err
	}
	h := sha256.New()
	h.Write([]byte(r.InputSHA256()))
	if err := json.NewEncoder(h).Encode(list); err != nil {
		return nil, err
	}
	return &Coverage{
		Standard: r.Standard.ID, Level: coverage.LevelPolygon, Method: r.Method, Profile: r.Profile, InputSHA256: hex.EncodeToString(h.Sum(nil)),
		Requirements: Requirements(r.Standard, r.Requirements), Areas: r.TotalsOf(parts, coverage.TotalsOptions{}), result: r, own: parts,
	}, nil
}

// parts are the parts of the city that the areas are.
func (c *Coverage) parts() (*coverage.Parts, error) {
	if c.own != nil {
		return c.own, nil
	}
	return c.result.Engine().Parts(c.Level, c.Area)
}
