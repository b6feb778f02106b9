package mvt

// feature reads one feature of the layer.
func (l *DecodedLayer) feature(b []byte) (Feature, *Error) {
	var f Feature
	var geometry []byte
	seen := [featureGeometry + 1]bool{}
	r := reader{b}
	for {
		fd, ok, err := r.next()
		if err != nil {
			return f, err
		}
		if !ok {
			break
		}
		if fd.number > featureGeometry {
			continue
		}
		if seen[fd.number] {
			return f, recoverable("field %d occurs twice", fd.number)
		}
		seen[fd.number] = true
		if err := l.featureField(&f, &fd); err != nil {
			return f, err
		}
		if fd.number == featureGeometry {
			geometry = fd.bytes
		}
	}
	switch {
	case !seen[featureType]:
		return f, recoverable("a feature has no type")
	case !seen[featureGeometry]:
		return f, recoverable("a feature has no geometry")
	}
	commands, err := packed(geometry, "a geometry")
	if err != nil {
		return f, err
	}
	if f.Type != Unknown {
		f.Geometry, err = decodeGeometry(f.Type, commands)
	}
	return f, err
}

func (l *DecodedLayer) featureField(f *Feature, fd *field) *Error {
	switch fd.number {
	case featureID:
		f.ID, f.HasID = fd.value, true
		return fd.want(wireVarint, "an id")
	case featureTags:
		if err := fd.want(wireBytes, "tags"); err != nil {
			return err
		}
		return l.properties(f, fd.bytes)
	case featureType:
		if err := fd.want(wireVarint, "a type"); err != nil {
			return err
		}
		if fd.value > uint64(PolygonType) {
			return recoverable("a feature has the type %d", fd.value)
		}
		f.Type = GeomType(fd.value)
		return nil
	default:
		return fd.want(wireBytes, "a geometry")
	}
}

func (l *DecodedLayer) properties(f *Feature, b []byte) *Error {
	tags, err := packed(b, "tags")
	if err != nil {
		return err
	}
	if len(tags)%2 != 0 {
		return recoverable("a feature has an odd number of tags")
	}
	f.Properties = make(map[string]any, len(tags)/2)
	for i := 0; i < len(tags); i += 2 {
		k, v := tags[i], tags[i+1]
		if uint64(k) >= uint64(len(l.Keys)) || uint64(v) >= uint64(len(l.Values)) {
			return fatal("a tag points to key %d of %d, value %d of %d", k, len(l.Keys), v, len(l.Values))
		}
		if _, ok := f.Properties[l.Keys[k]]; ok {
			return recoverable("a feature has the key %q twice", l.Keys[k])
		}
		f.Properties[l.Keys[k]] = l.Values[v]
	}
	return nil
}

// cursor reads the commands of a geometry. Coordinates wrap around at 32
// bits, as the specification's integers do.
type cursor struct {
	rest []uint32
	at   Point
}

// command reads a command and checks that its parameters are there.
func (c *cursor) command(want, minimum uint32) (count int, err *Error) {
	if len(c.rest) == 0 {
		return 0, fatal("a geometry ends where command %d should be", want)
	}
	id, n := c.rest[0]&7, c.rest[0]>>3
	c.rest = c.rest[1:]
	if id != want {
		return 0, fatal("a geometry has the command %d where %d should be", id, want)
	}
	if want == closePath {
		if n != 1 {
			return 0, fatal("ClosePath has the count %d", n)
		}
		return 1, nil
	}
	if n < minimum || uint64(n)*2 > uint64(len(c.rest)) {
		return 0, fatal("command %d has the count %d and %d parameters follow", id, n, len(c.rest))
	}
	return int(n), nil
}

func (c *cursor) point() (p Point, moved bool) {
	dx, dy := unzigzag(c.rest[0]), unzigzag(c.rest[1])
	c.rest = c.rest[2:]
	c.at[0] += dx
	c.at[1] += dy
	return c.at, dx != 0 || dy != 0
}

func decodeGeometry(kind GeomType, commands []uint32) ([][]Point, *Error) {
	c := cursor{rest: commands}
	if kind == PointType {
		n, err := c.command(moveTo, 1)
		if err != nil {
			return nil, err
		}
		points := make([]Point, n)
		for i := range points {
			points[i], _ = c.point()
		}
		if len(c.rest) > 0 {
			return nil, fatal("something follows the points of a geometry")
		}
		return [][]Point{points}, nil
	}
	var parts [][]Point
	for first := true; first || len(c.rest) > 0; first = false {
		part, err := c.path(kind)
		if err != nil {
			return nil, err
		}
		if kind == PolygonType {
			if err := checkRing(part, len(parts) == 0); err != nil {
				return nil, err
			}
		}
		parts = append(parts, part)
	}
	return parts, nil
}

// path reads one line or ring.
func (c *cursor) path(kind GeomType) ([]Point, *Error) {
	if n, err := c.command(moveTo, 1); err != nil {
		return nil, err
	} else if n != 1 {
		return nil, fatal("MoveTo has the count %d within a line or polygon", n)
	}
	start, _ := c.point()
	least := uint32(1)
	if kind == PolygonType {
		least = 2
	}
	n, err := c.command(lineTo, least)
	if err != nil {
		return nil, err
	}
	part := make([]Point, 1, n+1)
	part[0] = start
	for range n {
		p, moved := c.point()
		if !moved {
			return nil, recoverable("a line stands still")
		}
		part = append(part, p)
	}
	if kind == PolygonType {
		_, err = c.command(closePath, 1)
	}
	return part, err
}

func checkRing(ring []Point, first bool) *Error {
	switch area := SignedArea2(ring); {
	case area == 0:
		return recoverable("a ring has no area")
	case first && area < 0:
		return recoverable("the first ring of a polygon is a hole")
	case ring[0] == ring[len(ring)-1]:
		return recoverable("a ring repeats its first point at the end")
	}
	return nil
}
