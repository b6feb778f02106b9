package tiles

import (
	"testing"

	"hearthmap/tiles/mvt"
)

// At every zoom the hexagons of all tiles over the city, each counted once,
// hold all its people, households and buildings.
func TestHexagonsAddUpAtEveryZoom(t *testing.T) {
	s, live, _ := newService(t)
	city := live.City()
	for z := 6; z <= 15; z++ {
		f := newFrame(z, 0, 0)
		b := city.Bounds().Pad(hexReach(hexResolution(z)))
		from, to := f.xy(b.LeftTop()), f.xy(b.RightBottom())
		people := map[uint64]uint64{}
		buildings := map[uint64]uint64{}
		for x := int(from.x) / mvt.Extent; x <= int(to.x)/mvt.Extent; x++ {
			for y := int(from.y) / mvt.Extent; y <= int(to.y)/mvt.Extent; y++ {
				if x < 0 || y < 0 || x >= 1<<z || y >= 1<<z {
					continue
				}
				tile, err := s.Tile(t.Context(), Request{Layers: []Layer{Hexes}, Z: z, X: x, Y: y})
				if err != nil {
					t.Fatal(err)
				}
				if l := decode(t, tile).Layer("hexes"); l != nil {
					for _, h := range l.Features {
						people[h.ID] = h.Properties["people"].(uint64)
						buildings[h.ID] = h.Properties["buildings"].(uint64)
					}
				}
			}
		}
		if p, n := sum(people), sum(buildings); p != uint64(city.Totals().People) || n != uint64(city.Totals().Buildings) {
			t.Errorf("zoom %d: %d people in %d buildings, want %+v", z, p, n, city.Totals())
		}
	}
}

func sum(m map[uint64]uint64) (n uint64) {
	for _, v := range m {
		n += v
	}
	return n
}
