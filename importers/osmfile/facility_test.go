package osmfile

import (
	"slices"
	"testing"

	"hearthmap/household"
)

func TestRulesNameCategoriesThatExist(t *testing.T) {
	known := map[household.Category]bool{}
	for _, c := range household.Categories {
		known[c.ID] = true
	}
	used := map[household.Category]bool{}
	for _, r := range categoryRules {
		if !known[r.category] {
			t.Errorf("%s=%s: there is no category %q", r.key, r.value, r.category)
		}
		used[r.category] = true
	}
	used["middle_school"] = true // told from primary schools by level and name
	// What OpenStreetMap has no tag for comes from the bureau's files only.
	untagged := []household.Category{
		"elderly_care_station", "elderly_canteen", "elderly_complex", "breakfast", "cafe", "housekeeping",
		"emergency_station", "emergency_supply_street", "emergency_supply_district",
	}
	for c := range known {
		if used[c] == slices.Contains(untagged, c) {
			t.Errorf("rules and untagged categories: %q", c)
		}
	}
}

func TestCategory(t *testing.T) {
	for text, want := range map[string]household.Category{
		"amenity=school name=和平小学":                                  "primary_school",
		"amenity=school name=第七中学":                                  "middle_school",
		"amenity=school name=第二高中":                                  "",
		"amenity=school isced:level=2;3 name=小学":                    "middle_school",
		"amenity=school isced:level=3":                              "",
		"amenity=school":                                            "primary_school",
		"amenity=hospital name=南湖社区卫生服务中心":                          "health_centre",
		"amenity=clinic":                                            "clinic",
		"amenity=social_facility social_facility=day_care":          "",
		"social_facility=day_care social_facility:for=child;senior": "elderly_day_care",
		"social_facility=outreach name=南湖党群服务中心":                    "service_station",
		"leisure=pitch":                                             "small_sports_ground",
		"leisure=pitch access=private":                              "",
		"amenity=toilets access=customers":                          "",
		"public_transport=platform bus=yes":                         "bus_stop",
		"public_transport=platform":                                 "",
		"shop=mall building=yes":                                    "mall",
		"disused:amenity=pub":                                       "",
		"railway=subway_entrance":                                   "metro_station",
		"building=yes":                                              "",
	} {
		if got := category(parseTags(text)); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

func TestFacilitiesOfAllKindsOfElements(t *testing.T) {
	items, s := town(t, `
n 1 0 0 amenity=pharmacy name=大药房 name:en=Pharmacy addr:street=中山路 addr:housenumber=1
n 2 40 0
n 3 40 40
n 4 0 40
n 5 10 0
n 6 10 30
n 7 40 30
w 1 1,2,3,4,1 amenity=school building=school capacity=600
w 2 1,5,6,7,3,4,1 leisure=park
w 3 1,2 public_transport=platform bus=yes
r 1 w4:outer type=multipolygon amenity=hospital
`)
	got := of(items, func(f household.Facility) string { return f.Code })
	if f := got["osm:n1"]; f.Category != "pharmacy" || f.Name != "大药房" || f.NameEn != "Pharmacy" || f.Address != "中山路1号" {
		t.Errorf("n1: %+v", f)
	}
	if f := got["osm:w1"]; f.Category != "primary_school" || f.Capacity != 600 {
		t.Errorf("w1: %+v", f)
	}
	if b := buildings(items)["osm:w1"]; b.Use != household.UsePublic {
		t.Errorf("the school is no building: %+v", b)
	}
	// The park has the shape of an L: its centroid may lie outside, the
	// place of the facility must not.
	land := of(items, func(l household.Land) string { return l.Code })["osm:w2"]
	if f := got["osm:w2"]; f.Category != "park" || !contains(land.Geom, f.Geom) {
		t.Errorf("w2: %+v is not in %v", f, land.Geom)
	}
	if f := got["osm:w3"]; f.Category != "bus_stop" {
		t.Errorf("w3: %+v", f)
	}
	if st := s.Stats().Facilities; !st.Balanced() || st.Tagged != 5 || st.Imported != 4 || st.Rejected != 1 {
		t.Errorf("counts %+v", st)
	}
}
