package osmfile

import (
	"slices"
	"strconv"
	"strings"

	"github.com/paulmach/orb"

	"hearthmap/household"
)

// categoryRule gives the category of elements with key=value.
type categoryRule struct {
	key, value string
	category   household.Category
}

// categoryRules are tried in this order; the first that fits counts. Schools
// are told apart by schoolCategory, health centres by their names.
var categoryRules = []categoryRule{
	{"amenity", "kindergarten", "kindergarten"},
	{"amenity", "childcare", "nursery"},
	{"amenity", "school", "primary_school"},
	{"amenity", "hospital", "hospital"},
	{"healthcare", "hospital", "hospital"},
	{"healthcare", "centre", "health_centre"},
	{"amenity", "clinic", "clinic"},
	{"amenity", "doctors", "clinic"},
	{"healthcare", "clinic", "clinic"},
	{"healthcare", "doctor", "clinic"},
	{"amenity", "pharmacy", "pharmacy"},
	{"healthcare", "pharmacy", "pharmacy"},
	{"amenity", "nursing_home", "nursing_home"},
	{"social_facility", "nursing_home", "nursing_home"},
	{"social_facility", "assisted_living", "elderly_care_home"},
	{"social_facility", "group_home", "elderly_care_home"},
	{"social_facility", "day_care", "elderly_day_care"},
	{"social_facility", "outreach", "service_station"},
	{"amenity", "library", "culture_centre"},
	{"amenity", "arts_centre", "culture_centre"},
	{"amenity", "community_centre", "culture_station"},
	{"amenity", "social_centre", "culture_station"},
	{"leisure", "stadium", "large_sports_ground"},
	{"leisure", "sports_centre", "medium_sports_ground"},
	{"leisure", "sports_hall", "medium_sports_ground"},
	{"leisure", "track", "medium_sports_ground"},
	{"leisure", "pitch", "small_sports_ground"},
	{"leisure", "fitness_station", "outdoor_fitness"},
	{"leisure", "fitness_centre", "gym"},
	{"amenity", "gym", "gym"},
	{"amenity", "townhall", "service_centre"},
	{"amenity", "public_building", "service_centre"},
	{"amenity", "police", "police"},
	{"shop", "mall", "mall"},
	{"shop", "department_store", "mall"},
	{"shop", "supermarket", "supermarket"},
	{"shop", "convenience", "convenience_store"},
	{"amenity", "marketplace", "food_market"},
	{"shop", "greengrocer", "food_market"},
	{"amenity", "restaurant", "restaurant"},
	{"amenity", "fast_food", "restaurant"},
	{"amenity", "food_court", "restaurant"},
	{"amenity", "cafe", "restaurant"},
	{"shop", "butcher", "fresh_food"},
	{"shop", "seafood", "fresh_food"},
	{"shop", "copyshop", "printing"},
	{"shop", "photo", "printing"},
	{"shop", "repair", "repair"},
	{"craft", "shoemaker", "repair"},
	{"shop", "pet", "pet_service"},
	{"shop", "pet_grooming", "pet_service"},
	{"amenity", "veterinary", "pet_service"},
	{"amenity", "bank", "bank"},
	{"office", "telecommunication", "telecom"},
	{"shop", "mobile_phone", "telecom"},
	{"shop", "telecommunication", "telecom"},
	{"amenity", "post_office", "post"},
	{"amenity", "parcel_locker", "post"},
	{"highway", "bus_stop", "bus_stop"},
	{"amenity", "bus_station", "bus_stop"},
	{"railway", "station", "metro_station"},
	{"railway", "halt", "metro_station"},
	{"railway", "subway_entrance", "metro_station"},
	{"leisure", "park", "park"},
	{"amenity", "toilets", "public_toilet"},
	{"amenity", "recycling", "recycling_point"},
	{"amenity", "waste_transfer_station", "waste_station"},
	{"shop", "laundry", "laundry"},
	{"shop", "dry_cleaning", "laundry"},
	{"shop", "hairdresser", "hairdresser"},
	{"amenity", "payment_terminal", "self_service_kiosk"},
	{"emergency", "assembly_point", "emergency_shelter"},
	{"emergency", "disaster_shelter", "emergency_shelter"},
}

// category returns the kind of facility that an element is, "" for none.
func category(t tags) household.Category {
	if len(t) == 0 {
		return ""
	}
	for i := range categoryRules {
		r := &categoryRules[i]
		if t.get(r.key) == r.value {
			return refine(r.category, t)
		}
	}
	if t.is("public_transport", "platform") && t.is("bus", "yes") {
		return "bus_stop"
	}
	return ""
}

// refine tells apart what one OSM value stands for.
func refine(c household.Category, t tags) household.Category {
	switch c {
	case "primary_school":
		return schoolCategory(t)
	case "clinic", "hospital":
		if n := t.get("name"); strings.Contains(n, "社区卫生服务中心") || strings.Contains(n, "卫生院") {
			return "health_centre"
		} else if strings.Contains(n, "卫生服务站") {
			return "clinic"
		}
	case "elderly_care_home", "elderly_day_care":
		if !hasWord(t.get("social_facility:for"), "senior") {
			return ""
		}
	case "service_station":
		if n := t.get("name"); !strings.Contains(n, "社区服务") && !strings.Contains(n, "党群") {
			return ""
		}
	case "public_toilet", "park", "small_sports_ground", "outdoor_fitness", "medium_sports_ground":
		// Of use to the public only.
		if t.is("access", "private", "no", "customers", "members") {
			return ""
		}
	}
	return c
}

// schoolCategory tells primary from middle schools by their level
// (isced:level 1, 2) and else their name. Schools that do not say count as
// primary schools. High schools (level 3 only) are no facility of a circle.
func schoolCategory(t tags) household.Category {
	if level := t.get("isced:level"); level != "" {
		switch {
		case hasWord(level, "1"), hasWord(level, "0-1"), hasWord(level, "1-2"):
			return "primary_school"
		case hasWord(level, "2"), hasWord(level, "2-3"):
			return "middle_school"
		case hasWord(level, "3"):
			return ""
		}
	}
	name := strings.ToLower(t.get("name") + " " + t.get("name:en"))
	switch {
	case containsAny(name, "小学", "primary", "primar", "élémentaire", "elementary", "volksschule"):
		return "primary_school"
	case containsAny(name, "高中", "high school", "lycée", "gymnasium"):
		return ""
	case containsAny(name, "初中", "中学", "middle school", "secondary", "collège", "realschule", "sekundar", "oberschule"):
		return "middle_school"
	}
	return "primary_school"
}

func containsAny(s string, words ...string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(s, w) })
}

// hasWord reports whether a list of values ("0;1") has the word.
func hasWord(list, word string) bool {
	for _, w := range strings.Split(list, ";") {
		if strings.TrimSpace(w) == word {
			return true
		}
	}
	return false
}

// capacity reads the number of places or beds.
func capacity(t tags) int32 {
	for _, k := range [...]string{"capacity", "capacity:persons", "capacity:beds", "beds"} {
		if v, err := strconv.ParseInt(t.get(k), 10, 32); err == nil && v > 0 {
			return int32(v)
		}
	}
	return 0
}

// emitFacility yields the facility that an element is. at is called when it
// is needed.
func (c *city) emitFacility(id int64, code string, t tags, at func() (orb.Point, error)) error {
	cat := category(t)
	if cat == "" {
		return nil
	}
	tally := &c.stats.Facilities
	tally.Tagged++
	p, err := at()
	if err != nil {
		return c.reject(id, tally, "geometry", "facility: "+err.Error(), suggestion(err))
	}
	tally.Imported++
	return c.emit(id, household.Facility{
		Code:     code,
		Name:     first(t, "name", "brand", "operator"),
		NameEn:   t.get("name:en"),
		Category: cat,
		Capacity: capacity(t),
		Address:  address(t),
		Geom:     p,
	})
}
