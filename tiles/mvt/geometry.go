package mvt

// Geometry writes the commands of one feature's geometry. The zero value is
// ready; Reset makes it ready for the next feature.
type Geometry struct {
	buf    []byte
	cursor Point
	kind   GeomType
}

// Reset forgets what was written.
func (g *Geometry) Reset() { *g = Geometry{buf: g.buf[:0]} }

// Empty reports whether nothing was written.
func (g *Geometry) Empty() bool { return len(g.buf) == 0 }

func (g *Geometry) command(id, count uint64) { g.buf = appendVarint(g.buf, id|count<<3) }

func (g *Geometry) to(p Point) {
	g.buf = appendVarint(g.buf, zigzag(p[0]-g.cursor[0]))
	g.buf = appendVarint(g.buf, zigzag(p[1]-g.cursor[1]))
	g.cursor = p
}

// Points writes one or several points; it is called once a feature.
func (g *Geometry) Points(points ...Point) {
	if len(points) == 0 {
		return
	}
	g.kind = PointType
	g.command(moveTo, uint64(len(points)))
	for _, p := range points {
		g.to(p)
	}
}

// Line writes a line of two or more points, no two in a row the same. It may
// be called several times.
func (g *Geometry) Line(points []Point) {
	g.kind = LineType
	g.path(points)
}

// Ring writes a ring of three or more points without the closing one: first
// an exterior ring, clockwise with y down, then its holes, the other way
// round; then the next exterior ring.
func (g *Geometry) Ring(points []Point) {
	g.kind = PolygonType
	g.path(points)
	g.command(closePath, 1)
}

func (g *Geometry) path(points []Point) {
	g.command(moveTo, 1)
	g.to(points[0])
	g.command(lineTo, uint64(len(points)-1))
	for _, p := range points[1:] {
		g.to(p)
	}
}
