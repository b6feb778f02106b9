package household

import "time"

// Sex of a person as registers write it.
type Sex string

// Sexes as GB/T 2261.1 names them.
const (
	Male       Sex = "male"
	Female     Sex = "female"
	SexUnknown Sex = ""
)

// Residency is a person's residence status at an address (人口类型).
type Residency string

// The residence statuses.
const (
	ResidencyResident   Residency = "resident"   // 常住: registered here and living here
	ResidencyFloating   Residency = "floating"   // 流动: living here, registered in another city
	ResidencyRegistered Residency = "registered" // 户籍: registered here, living elsewhere
	ResidencyElsewhere  Residency = "elsewhere"  // 人户分离: living here, registered elsewhere in this city
)

// Present reports whether people of this status live at the address, and so
// count for coverage.
func (r Residency) Present() bool { return r != ResidencyRegistered }

// Relation is the relation to the head of the household (与户主关系).
type Relation string

// The relations, after GB/T 4761, shortened.
const (
	RelationHead       Relation = "head"
	RelationSpouse     Relation = "spouse"
	RelationChild      Relation = "child"
	RelationParent     Relation = "parent"
	RelationGrandchild Relation = "grandchild"
	RelationSibling    Relation = "sibling"
	RelationTenant     Relation = "tenant"
	RelationOther      Relation = "other"
)

// Resident is a person with the home a register gives. It exists in memory
// only while a file is read or a rightful request is answered.
type Resident struct {
	ID           ResidentID
	Name         string
	Sex          Sex
	BirthDate    time.Time // date only, UTC
	Phone        string
	BuildingCode string
	Entrance     string
	Room         string
	Relation     Relation
	Residency    Residency
	Tags         []TagKind
}

// UnitCode is the code of the unit the person lives in.
func (r Resident) UnitCode() string { return UnitCode(r.BuildingCode, r.Entrance, r.Room) }

// TagKind is a label of a person that a service needs to know of.
type TagKind string

// The tags that come with the product; a city may add its own.
const (
	TagSubsistence    TagKind = "subsistence"     // 低保
	TagExtremePoverty TagKind = "extreme_poverty" // 特困
	TagDisabled       TagKind = "disabled"        // 残疾
	TagLivingAlone    TagKind = "living_alone"    // 独居老人
	TagVeteran        TagKind = "veteran"         // 退役军人
	TagLeftBehind     TagKind = "left_behind"     // 留守儿童
	TagPartyMember    TagKind = "party_member"    // 党员
	TagDeceased       TagKind = "deceased"        // 死亡, as a register of the dead has it
	TagImprisoned     TagKind = "imprisoned"      // 在押
)
