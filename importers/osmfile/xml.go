package osmfile

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"hearthmap/household"
)

// maxToken bounds one XML token (a tag with its attributes, or the text
// between two tags): what the parser holds in memory at a time.
const maxToken = 1 << 20

var errToken = errors.New("it holds a megabyte without a tag, so it is no OpenStreetMap XML")

// tokenLimit fails when the parser asks for more than maxToken bytes without
// having finished a token. The scanner sets left anew after every token.
type tokenLimit struct {
	r    io.Reader
	left int
}

func (t *tokenLimit) Read(p []byte) (int, error) {
	if t.left <= 0 {
		return 0, errToken
	}
	if len(p) > t.left {
		p = p[:t.left]
	}
	n, err := t.r.Read(p)
	t.left -= n
	return n, err
}

// xmlScan is the state of reading one XML file.
type xmlScan struct {
	h        handler
	depth    int
	element  byte // n, w or r while inside one; else 0
	deleted  bool
	id       int64
	lon, lat float64
	tags     tags
	way      way
	relation relation
}

// scanXML hands the elements of an .osm document to h.
func scanXML(ctx context.Context, r io.Reader, h handler) error {
	limit := &tokenLimit{r: r, left: maxToken}
	dec := xml.NewDecoder(limit)
	// The parser refuses encodings other than UTF-8, as it should: the format
	// has no other. Without a CharsetReader the error says so.
	s := &xmlScan{h: h}
	root := false
	for i := 0; ; i++ {
		if i&0xfff == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		tok, err := dec.Token()
		if err == io.EOF && root {
			return nil
		}
		if err != nil {
			return xmlError(err, root)
		}
		limit.left = maxToken
		switch t := tok.(type) {
		case xml.StartElement:
			if s.depth == 0 {
				if err := checkRoot(t.Name.Local); err != nil {
					return err
				}
				root = true
			}
			s.depth++
			if err := s.start(t); err != nil {
				return err
			}
		case xml.EndElement:
			s.depth--
			if err := s.end(); err != nil {
				return err
			}
		}
	}
}

func xmlError(err error, root bool) error {
	var syntax *xml.SyntaxError
	switch {
	case err == io.EOF || !root && errors.As(err, &syntax):
		return errors.New("it is neither OpenStreetMap XML nor PBF")
	case errors.Is(err, io.ErrUnexpectedEOF), errors.As(err, &syntax) && strings.Contains(syntax.Msg, "unexpected EOF"):
		return errors.New("it ends before its last element does")
	case errors.As(err, &syntax):
		return fmt.Errorf("line %d is not well-formed XML", syntax.Line)
	}
	return err
}

func checkRoot(name string) error {
	switch name {
	case "osm":
		return nil
	case "osmChange", "diff-result":
		return household.Errorf(household.Invalid, opRead, "the file holds changes (%s), not a map", name).
			WithHint("import an extract: an .osm or .osm.pbf file")
	}
	return errors.New("its root element is not <osm>")
}

func (s *xmlScan) start(t xml.StartElement) error {
	if s.depth > 8 {
		return errors.New("its elements are nested too deeply")
	}
	if s.depth == 2 {
		return s.open(t)
	}
	if s.depth != 3 || s.element == 0 {
		return nil
	}
	switch t.Name.Local {
	case "tag":
		if len(s.tags) >= maxTags {
			return errors.New("an element has too many tags")
		}
		s.tags = append(s.tags, tag{attr(t, "k"), attr(t, "v")})
	case "nd":
		ref, err := strconv.ParseInt(attr(t, "ref"), 10, 64)
		if err != nil || len(s.way.refs) >= maxRefs {
			return fmt.Errorf("way %d names a node that is no number, or too many nodes", s.id)
		}
		s.way.refs = append(s.way.refs, ref)
	case "member":
		ref, err := strconv.ParseInt(attr(t, "ref"), 10, 64)
		kind := attr(t, "type")
		if err != nil || !in(kind, "node", "way", "relation") || len(s.relation.members) >= maxMembers {
			return fmt.Errorf("relation %d has a member without a type or number, or too many members", s.id)
		}
		s.relation.members = append(s.relation.members, member{ref: ref, kind: kind[0], role: attr(t, "role")})
	}
	return nil
}

// open begins a node, way or relation. Others (bounds, note, meta,
// changeset) are passed over.
func (s *xmlScan) open(t xml.StartElement) error {
	switch t.Name.Local {
	case "node", "way", "relation":
	case "remark":
		// Overpass answers a query that ran out of time or memory with the
		// part it had found and this element.
		return household.Errorf(household.Invalid, opRead, "the file is incomplete: the Overpass server that made it stopped early").
			WithHint("ask for a smaller area, or raise [timeout:] and [maxsize:] in the query")
	default:
		return nil
	}
	id, err := strconv.ParseInt(attr(t, "id"), 10, 64)
	if err != nil {
		return fmt.Errorf("a %s has no number", t.Name.Local)
	}
	s.element, s.id, s.tags = t.Name.Local[0], id, s.tags[:0]
	s.deleted = attr(t, "visible") == "false" || attr(t, "action") == "delete"
	s.way.refs, s.relation.members = s.way.refs[:0], s.relation.members[:0]
	if s.element == 'n' {
		s.lon = number(attr(t, "lon"))
		s.lat = number(attr(t, "lat"))
	}
	return nil
}

func (s *xmlScan) end() error {
	if s.depth != 1 || s.element == 0 {
		return nil
	}
	kind := s.element
	s.element = 0
	if s.deleted {
		return nil
	}
	switch {
	case kind == 'n' && s.h.node != nil:
		x, y := math.Round(s.lon*1e7), math.Round(s.lat*1e7)
		// NaN fails these comparisons too.
		if !(math.Abs(x) <= 180e7 && math.Abs(y) <= 90e7) {
			if s.h.badNode != nil {
				s.h.badNode(s.id)
			}
			return nil
		}
		return s.h.node(s.id, pos{int32(x), int32(y)}, s.tags)
	case kind == 'w' && s.h.way != nil:
		s.way.id, s.way.tags = s.id, s.tags
		return s.h.way(&s.way)
	case kind == 'r' && s.h.relation != nil:
		s.relation.id, s.relation.tags = s.id, s.tags
		return s.h.relation(&s.relation)
	}
	return nil
}

func attr(t xml.StartElement, name string) string {
	for i := range t.Attr {
		if t.Attr[i].Name.Local == name {
			return t.Attr[i].Value
		}
	}
	return ""
}

func number(s string) float64 {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return math.NaN()
	}
	return v
}
