package walk_test

import (
	"context"
	"testing"

	"github.com/paulmach/orb"

	"hearthmap/geo"
	"hearthmap/geo/walk"
	"hearthmap/household"
)

// plan draws in metres around a point on the equator of nowhere.
var plan = geo.NewPlane(orb.Point{123.4, 41.8})

func at(x, y float64) orb.Point { return plan.LL(orb.Point{x, y}) }

// line is a line through x,y pairs in metres.
func line(xy ...float64) orb.LineString {
	var l orb.LineString
	for i := 0; i < len(xy); i += 2 {
		l = append(l, at(xy[i], xy[i+1]))
	}
	return l
}

func box(x0, y0, x1, y1 float64) orb.MultiPolygon {
	return orb.MultiPolygon{{orb.Ring(line(x0, y0, x1, y0, x1, y1, x0, y1, x0, y0))}}
}

func path(xy ...float64) household.Street {
	return household.Street{Class: "footway", Foot: true, Geom: line(xy...)}
}

// walkDistance is the distance from a to b, or -1 with the reason why not.
func walkDistance(t *testing.T, g *walk.Graph, m walk.Mode, a, b orb.Point) int32 {
	t.Helper()
	ja, miss := g.Snap(a, walk.SnapOptions{Mode: m})
	if miss != walk.Joined {
		return -1
	}
	jb, miss := g.Snap(b, walk.SnapOptions{Mode: m})
	if miss != walk.Joined {
		return -1
	}
	f, err := g.Nearest(context.Background(), m, []walk.Target{{Join: jb, Rank: 7}}, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Release()
	d, rank, ok := f.At(ja)
	if !ok {
		return -1
	}
	if rank != 7 {
		t.Fatalf("rank %d, want 7", rank)
	}
	return d
}

// TestByHand holds small towns whose answers were worked out on paper. All
// distances are in metres on the plan; answers are decimetres, and may differ
// by the rounding of each edge and leg, so they are compared to 0.5 %.
func TestByHand(t *testing.T) {
	compound := []walk.Compound{{Walled: true, Geom: box(0, 0, 200, 200)}}
	// A way in through the south wall at x=100, joined to a street outside.
	estate := []household.Street{path(-300, -50, 100, -50), path(100, -50, 500, -50), path(100, -50, 100, 100), path(100, 100, 20, 100)}
	withID := func(s household.Street, ids ...int64) household.Street { s.NodeIDs = ids; return s }
	cases := []struct {
		name string
		net  walk.Network
		mode walk.Mode
		a, b orb.Point
		want float64 // metres; -1 no way
	}{
		{
			name: "same edge", net: walk.Network{Streets: []household.Street{path(0, 0, 1000, 0)}},
			a: at(400, 10), b: at(430, -20), want: 10 + 30 + 20,
		},
		{
			name: "same edge, shorter around",
			net: walk.Network{Streets: []household.Street{
				path(0, 0, 0, 300, 100, 300, 100, 0), path(0, 0, 100, 0),
			}},
			a: at(-10, 20), b: at(110, 20), want: 10 + 20 + 100 + 20 + 10,
		},
		{
			name: "same edge against the oneway goes around the block",
			net: walk.Network{Streets: []household.Street{
				func() household.Street { s := path(0, 0, 200, 0); s.FootOneway = 1; return s }(),
				path(200, 0, 200, 100, 0, 100, 0, 0),
			}},
			a: at(150, -5), b: at(50, -5), want: 5 + 50 + 100 + 200 + 100 + 50 + 5,
		},
		{
			name: "oneway walked along",
			net: walk.Network{Streets: []household.Street{
				func() household.Street { s := path(200, 0, 0, 0); s.FootOneway = -1; return s }(),
				path(200, 0, 200, 100, 0, 100, 0, 0),
			}},
			a: at(50, -5), b: at(150, -5), want: 5 + 100 + 5,
		},
		{
			name: "gate open", net: walk.Network{Streets: estate, Compounds: compound, Gates: []walk.Gate{{Open: true, Geom: at(101, 0)}}},
			a: at(50, 105), b: at(300, -60), want: 5 + 50 + 150 + 200 + 10,
		},
		{
			name: "no gate", net: walk.Network{Streets: estate, Compounds: compound},
			a: at(50, 105), b: at(300, -60), want: -1,
		},
		{
			name: "gate closed", net: walk.Network{Streets: estate, Compounds: compound, Gates: []walk.Gate{{Open: false, Geom: at(101, 0)}}},
			a: at(50, 105), b: at(300, -60), want: -1,
		},
		{
			name: "open gate elsewhere in the wall", net: walk.Network{Streets: estate, Compounds: compound, Gates: []walk.Gate{{Open: true, Geom: at(0, 100)}}},
			a: at(50, 105), b: at(300, -60), want: -1,
		},
		{
			name: "not walled", net: walk.Network{Streets: estate, Compounds: []walk.Compound{{Geom: compound[0].Geom}}},
			a: at(50, 105), b: at(300, -60), want: 5 + 50 + 150 + 200 + 10,
		},
		{
			name: "wall on a vertex of the way, no gate",
			net:  walk.Network{Streets: []household.Street{path(-300, -50, 100, -50), path(100, -50, 100, 0), path(100, 0, 100, 150)}, Compounds: compound},
			a:    at(105, 100), b: at(0, -60), want: -1,
		},
		{
			name: "wall on a vertex of the way, gate there",
			net: walk.Network{
				Streets:   []household.Street{path(-300, -50, 100, -50), path(100, -50, 100, 0), path(100, 0, 100, 150)},
				Compounds: compound, Gates: []walk.Gate{{Open: true, Geom: at(100, 0)}},
			},
			a: at(105, 100), b: at(0, -60), want: 5 + 150 + 100 + 10,
		},
		{
			name: "turnstile at a node, on foot",
			net:  walk.Network{Streets: []household.Street{withID(path(0, 0, 300, 0, 600, 0), 1, 2, 3)}, Gates: []walk.Gate{{Open: true, NoWheels: true, NodeID: 2, Geom: at(300, 0)}}},
			a:    at(100, 5), b: at(500, 5), want: 5 + 400 + 5,
		},
		{
			name: "turnstile at a node, on wheels", mode: walk.OnWheel,
			net: walk.Network{Streets: []household.Street{withID(path(0, 0, 300, 0, 600, 0), 1, 2, 3)}, Gates: []walk.Gate{{Open: true, NoWheels: true, NodeID: 2, Geom: at(300, 0)}}},
			a:   at(100, 5), b: at(500, 5), want: -1,
		},
		{
			name: "turnstile at a node, on wheels on its own side", mode: walk.OnWheel,
			net: walk.Network{Streets: []household.Street{withID(path(0, 0, 300, 0, 600, 0), 1, 2, 3)}, Gates: []walk.Gate{{Open: true, NoWheels: true, NodeID: 2, Geom: at(300, 0)}}},
			a:   at(100, 5), b: at(299, 5), want: 5 + 199 + 5,
		},
		{
			name: "stile without a node in the middle of a way, on wheels", mode: walk.OnWheel,
			net: walk.Network{Streets: []household.Street{path(0, 0, 600, 0)}, Gates: []walk.Gate{{Open: true, NoWheels: true, Geom: at(300, 0.5)}}},
			a:   at(100, 5), b: at(500, 5), want: -1,
		},
		{
			name: "stile without a node in the middle of a way, on foot",
			net:  walk.Network{Streets: []household.Street{path(0, 0, 600, 0)}, Gates: []walk.Gate{{Open: true, NoWheels: true, Geom: at(300, 0.5)}}},
			a:    at(100, 5), b: at(500, 5), want: 5 + 400 + 5,
		},
		{
			name: "stile on a crossing of ways, on wheels around it", mode: walk.OnWheel,
			net: walk.Network{Streets: []household.Street{
				withID(path(0, 0, 300, 0), 1, 2), withID(path(300, 0, 600, 0), 2, 3), withID(path(100, 0, 100, 100, 500, 100, 500, 0), 4, 5, 6, 7),
				withID(path(0, 0, 100, 0), 1, 4), withID(path(500, 0, 600, 0), 7, 3),
			}, Gates: []walk.Gate{{Open: true, NoWheels: true, NodeID: 2, Geom: at(300, 0)}}},
			a: at(95, 30), b: at(505, 30), want: 5 + 70 + 400 + 70 + 5,
		},
		{
			name: "closed gate at a node, no wall mapped",
			net: walk.Network{
				Streets: []household.Street{withID(path(0, 0, 300, 0), 1, 2), withID(path(300, 0, 600, 0), 2, 3)},
				Gates:   []walk.Gate{{NodeID: 2, Geom: at(300, 0)}},
			},
			a: at(100, 5), b: at(500, 5), want: -1,
		},
		{
			name: "closed gate at a vertex in the middle of a way",
			net: walk.Network{
				Streets: []household.Street{withID(path(0, 0, 300, 0, 600, 0), 1, 2, 3)},
				Gates:   []walk.Gate{{NodeID: 2, Geom: at(300, 0)}},
			},
			a: at(100, 5), b: at(500, 5), want: -1,
		},
		{
			name: "closed gate without a node, between vertices",
			net: walk.Network{
				Streets: []household.Street{path(0, 0, 600, 0)},
				Gates:   []walk.Gate{{Geom: at(300, 0.4)}},
			},
			a: at(100, 5), b: at(500, 5), want: -1,
		},
		{
			name: "closed gate beside the way",
			net: walk.Network{
				Streets: []household.Street{path(0, 0, 600, 0)},
				Gates:   []walk.Gate{{Geom: at(300, 4)}},
			},
			a: at(100, 5), b: at(500, 5), want: 5 + 400 + 5,
		},
		{
			name: "closed gate at a node in a wall leaves the street outside open",
			net: walk.Network{
				Streets: []household.Street{
					withID(path(-300, -50, 100, 0), 1, 2), withID(path(100, 0, 500, -50), 2, 3), withID(path(100, 0, 100, 150), 2, 4),
				},
				Compounds: compound, Gates: []walk.Gate{{NodeID: 2, Geom: at(100, 0)}, {Open: true, Geom: at(102, 0)}},
			},
			a: at(-300, -60), b: at(500, -60), want: 10 + 2*403.113 + 10,
		},
		{
			name: "bridge over a path: no way up at the crossing",
			net: walk.Network{Streets: []household.Street{
				func() household.Street { s := path(-300, 0, 0, 0, 300, 0); s.Bridge, s.Layer = true, 1; return s }(),
				path(0, -300, 0, 0, 0, 300),
			}},
			a: at(-200, 5), b: at(5, 200), want: -1,
		},
		{
			name: "crossing on the ground",
			net:  walk.Network{Streets: []household.Street{path(-300, 0, 0, 0, 300, 0), path(0, -300, 0, 0, 0, 300)}},
			a:    at(-200, 5), b: at(5, 200), want: 5 + 200 + 200 + 5,
		},
		{
			name: "ramp: the ends of bridge and street meet",
			net: walk.Network{Streets: []household.Street{
				func() household.Street { s := path(0, 0, 300, 0); s.Bridge, s.Layer = true, 1; return s }(),
				path(-300, 0, 0, 0),
			}},
			a: at(-200, 5), b: at(200, 5), want: 5 + 400 + 5,
		},
		{
			name: "bridge passes over a wall",
			net: walk.Network{
				Streets:   []household.Street{func() household.Street { s := path(-300, 100, 500, 100); s.Bridge = true; return s }()},
				Compounds: compound,
			},
			a: at(-200, 105), b: at(400, 105), want: 5 + 600 + 5,
		},
		{
			name: "ids decide, not coordinates",
			net: walk.Network{Streets: []household.Street{
				withID(path(-300, 0, 0, 0, 300, 0), 1, 2, 3), withID(path(0, -300, 0, 0, 0, 300), 4, 5, 6),
			}},
			a: at(-200, 5), b: at(5, 200), want: -1,
		},
		{
			name: "a drawn path meets a way with ids at its vertex",
			net: walk.Network{Streets: []household.Street{
				withID(path(-300, 0, 0, 0, 300, 0), 1, 2, 3), path(0, 0, 0, 300),
			}},
			a: at(-200, 5), b: at(5, 200), want: 5 + 200 + 200 + 5,
		},
		{
			name: "a drawn path does not meet a way it only crosses",
			net: walk.Network{Streets: []household.Street{
				withID(path(-300, 0, 300, 0), 1, 3), path(0, -300, 0, 300),
			}},
			a: at(-200, 5), b: at(5, 200), want: -1,
		},
		{
			name: "a gate is shared by two compounds with one wall between them",
			net: walk.Network{
				Streets:   []household.Street{path(100, 100, 300, 100), path(300, 100, 300, 180)},
				Compounds: []walk.Compound{compound[0], {Walled: true, Geom: box(200, 0, 400, 200)}},
				Gates:     []walk.Gate{{Open: true, Geom: at(200, 101)}},
			},
			a: at(110, 105), b: at(305, 150), want: 5 + 190 + 50 + 5,
		},
		{
			name: "two compounds with one wall between them, no gate",
			net: walk.Network{
				Streets:   []household.Street{path(100, 100, 300, 100), path(300, 100, 300, 180)},
				Compounds: []walk.Compound{compound[0], {Walled: true, Geom: box(200, 0, 400, 200)}},
			},
			a: at(110, 105), b: at(305, 150), want: -1,
		},
		{
			name: "a courtyard within a compound is part of its walls",
			net: walk.Network{
				Streets: []household.Street{path(20, 20, 100, 20, 100, 100)},
				Compounds: []walk.Compound{{Walled: true, Geom: orb.MultiPolygon{
					{box(0, 0, 200, 200)[0][0], box(60, 60, 140, 140)[0][0]},
				}}},
			},
			a: at(30, 15), b: at(105, 95), want: -1,
		},
		{
			name: "steps on foot", net: walk.Network{Streets: stairs()},
			a: at(-100, 5), b: at(100, 5), want: 5 + 100 + 50 + 50 + 5,
		},
		{
			name: "steps on wheels: the ramp around", net: walk.Network{Streets: stairs()}, mode: walk.OnWheel,
			a: at(-100, 5), b: at(100, 5), want: 5 + 100 + 100 + 50 + 100 + 50 + 5,
		},
		{
			name: "facility across a river, no bridge: joins its own bank",
			net: walk.Network{
				Streets: []household.Street{path(-300, 0, 300, 0), path(-300, 120, 300, 120)},
				Water:   []orb.MultiPolygon{box(-1000, 20, 1000, 60)},
			},
			a: at(0, 5), b: at(0, 65), want: -1,
		},
		{
			name: "facility across a river with a bridge",
			net: walk.Network{
				Streets: []household.Street{path(-300, 0, 300, 0), path(-300, 120, 300, 120), path(300, 0, 300, 120)},
				Water:   []orb.MultiPolygon{box(-1000, 20, 1000, 60)},
			},
			a: at(0, 5), b: at(0, 65), want: 5 + 300 + 120 + 300 + 55,
		},
		{
			name: "the nearest street lies behind a railway",
			net: walk.Network{
				Streets:  []household.Street{path(-300, 0, 300, 0), path(-300, 120, 300, 120), path(300, 0, 300, 120)},
				Barriers: []household.Barrier{{Kind: household.BarrierRailway, Geom: orb.MultiLineString{line(-1000, 30, 1000, 30)}}},
			},
			a: at(0, 40), b: at(0, -5), want: 80 + 300 + 120 + 300 + 5,
		},
		{
			name: "an entrance in the wall goes to the street outside",
			net: walk.Network{
				Streets:   []household.Street{path(-300, -20, 500, -20), path(20, 100, 180, 100, 180, 180)},
				Compounds: compound,
			},
			a: at(50, 0), b: at(250, -20), want: 20 + 200,
		},
		{
			name: "an island of 40 m is avoided",
			net:  walk.Network{Streets: []household.Street{path(-300, 0, 300, 0), path(-20, 50, 20, 50)}},
			a:    at(0, 45), b: at(100, 0), want: 45 + 100,
		},
		{
			name: "an island is better than nothing",
			net:  walk.Network{Streets: []household.Street{path(-300, 400, 300, 400), path(-20, 50, 20, 50)}},
			a:    at(-10, 45), b: at(10, 45), want: 5 + 20 + 5,
		},
		{
			name: "no street within reach",
			net:  walk.Network{Streets: []household.Street{path(-300, 0, 300, 0)}},
			a:    at(0, 151), b: at(100, 0), want: -1,
		},
		{
			name: "lights cost 20 s, which are 20 m",
			net:  walk.Network{Streets: crossing(household.CrossingSignals)},
			a:    at(-100, 5), b: at(112, 5), want: 5 + 100 + 12 + 20 + 100 + 5,
		},
		{
			name: "a zebra crossing costs 5 s",
			net:  walk.Network{Streets: crossing(household.CrossingMarked)},
			a:    at(-100, 5), b: at(112, 5), want: 5 + 100 + 12 + 5 + 100 + 5,
		},
		{
			name: "a crossing without marks costs 10 s",
			net:  walk.Network{Streets: crossing(household.CrossingUnmarked)},
			a:    at(-100, 5), b: at(112, 5), want: 5 + 100 + 12 + 10 + 100 + 5,
		},
		{
			name: "a crossing parted where a path meets it costs once",
			net: walk.Network{Streets: append(crossing(household.CrossingSignals)[:2:2],
				func() household.Street {
					s := crossing(household.CrossingSignals)[2]
					s.Geom = line(0, 0, 6, 0, 12, 0)
					return s
				}(), path(6, 0, 6, 300))},
			a: at(-100, 5), b: at(112, 5), want: 5 + 100 + 12 + 20 + 100 + 5,
		},
		{
			name: "half a crossing costs half the wait, from either side",
			net:  walk.Network{Streets: crossing(household.CrossingSignals)},
			a:    at(6, 5), b: at(112, 5), want: 5 + 6 + 10 + 100 + 5,
		},
		{
			name: "the detour by the bridge is shorter than the wait",
			net: walk.Network{Streets: append(crossing(household.CrossingSignals),
				func() household.Street { s := path(0, 0, 6, 12, 12, 0); s.Bridge = true; return s }())},
			a: at(-100, 5), b: at(112, 5), want: 5 + 100 + 26.83 + 100 + 5,
		},
		{
			name: "a kerb stops wheels", mode: walk.OnWheel,
			net: walk.Network{Streets: kerb()},
			a:   at(-100, 5), b: at(112, 5), want: -1,
		},
		{
			name: "a kerb stops nobody on foot",
			net:  walk.Network{Streets: kerb()},
			a:    at(-100, 5), b: at(112, 5), want: 5 + 100 + 12 + 5 + 100 + 5,
		},
		{
			name: "oneway steps lead up only, the way down goes around",
			net: walk.Network{Streets: func() []household.Street {
				s := stairs()
				s[1].FootOneway = 1
				return s
			}()},
			a: at(100, 5), b: at(-100, 5), want: 5 + 50 + 100 + 50 + 100 + 100 + 5,
		},
		{
			name: "oneway steps walked up",
			net: walk.Network{Streets: func() []household.Street {
				s := stairs()
				s[1].FootOneway = 1
				return s
			}()},
			a: at(-100, 5), b: at(100, 5), want: 5 + 100 + 50 + 50 + 5,
		},
		{
			name: "motorways are not walked",
			net:  walk.Network{Streets: []household.Street{{Class: "motorway", Geom: line(-300, 0, 300, 0)}}},
			a:    at(0, 5), b: at(100, 0), want: -1,
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := walkDistance(t, walk.Build(c.net, walk.Options{}), c.mode, c.a, c.b)
			if (got < 0) != (c.want < 0) || got >= 0 && (float64(got) < c.want*9.95 || float64(got) > c.want*10.05) {
				t.Errorf("%d dm, want %.1f m", got, c.want)
			}
		})
	}
}

// crossing is two streets of 300 m and 12 m across the carriageway between.
func crossing(kind household.Crossing) []household.Street {
	x := path(0, 0, 12, 0)
	x.Crossing = kind
	return []household.Street{path(-300, 0, 0, 0), path(12, 0, 312, 0), x}
}

// kerb is a zebra crossing with a kerb.
func kerb() []household.Street {
	s := crossing(household.CrossingMarked)
	s[2].NoWheels = true
	return s
}

// stairs are a street with steps in its middle and a ramp around them.
func stairs() []household.Street {
	steps := path(0, 0, 50, 0)
	steps.Steps, steps.Class = true, "steps"
	return []household.Street{path(-300, 0, 0, 0), steps, path(50, 0, 300, 0), path(0, 0, 0, -100, 50, -100, 50, 0)}
}

// TestMisses checks why a place does not join.
func TestMisses(t *testing.T) {
	g := walk.Build(walk.Network{
		Streets:   []household.Street{path(-300, -20, 500, -20)},
		Compounds: []walk.Compound{{Walled: true, Geom: box(0, 0, 200, 200)}},
	}, walk.Options{})
	if _, miss := g.Snap(at(100, 50), walk.SnapOptions{}); miss != walk.BehindBarrier {
		t.Errorf("behind the wall: %v", miss)
	}
	if _, miss := g.Snap(at(100, 190), walk.SnapOptions{}); miss != walk.NoStreet {
		t.Errorf("too far: %v", miss)
	}
	if _, miss := g.Snap(at(100, -60), walk.SnapOptions{MaxLeg: 30}); miss != walk.NoStreet {
		t.Errorf("leg of 40 m with a maximum of 30: %v", miss)
	}
	if j, miss := g.Snap(at(100, -60), walk.SnapOptions{}); miss != walk.Joined || j.Leg < 398 || j.Leg > 402 {
		t.Errorf("leg of 40 m: %v %d", miss, j.Leg)
	}
}

// TestEnclosed checks that a component knows the walls around it.
func TestEnclosed(t *testing.T) {
	net := walk.Network{
		Streets:   []household.Street{path(-300, -50, 100, -50), path(100, -50, 100, 100), path(100, 100, 20, 100)},
		Compounds: []walk.Compound{{}, {Walled: true, Geom: box(0, 0, 200, 200)}},
	}
	g := walk.Build(net, walk.Options{})
	j, _ := g.Snap(at(50, 105), walk.SnapOptions{})
	info := g.ComponentInfo(walk.OnFoot, g.Component(walk.OnFoot, g.Edge(j.Edge).From))
	if info.Inside != 1 || info.LengthDm < 1790 || info.LengthDm > 1810 || info.Viable {
		t.Errorf("closed compound: %+v", info)
	}
	net.Gates = []walk.Gate{{Open: true, Geom: at(100, 0)}}
	g = walk.Build(net, walk.Options{})
	j, _ = g.Snap(at(50, 105), walk.SnapOptions{})
	if info := g.ComponentInfo(walk.OnFoot, g.Component(walk.OnFoot, g.Edge(j.Edge).From)); info.Inside != -1 {
		t.Errorf("open compound: %+v", info)
	}
}
