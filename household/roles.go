package household

// Role is what an account may do. Roles do not include one another: an admin
// sees no persons, an auditor nothing but the audit trail.
type Role string

// The roles.
const (
	RolePlanner  Role = "planner"  // map, counts, analysis; no persons
	RoleGrid     Role = "grid"     // persons of the own grids
	RoleApprover Role = "approver" // decides change requests of the own areas, and sees the persons in them
	RoleAuditor  Role = "auditor"  // the audit trail only
	RoleAdmin    Role = "admin"    // accounts and settings; no persons
)

// Roles lists the roles.
var Roles = []Role{RolePlanner, RoleGrid, RoleApprover, RoleAuditor, RoleAdmin}

// Valid reports whether r is one of Roles.
func (r Role) Valid() bool {
	for _, k := range Roles {
		if k == r {
			return true
		}
	}
	return false
}

// SeesMap reports whether the role may see the map, tiles and counts.
func (r Role) SeesMap() bool { return r != RoleAuditor && r.Valid() }

// SeesPersons reports whether the role may see persons within its scope.
func (r Role) SeesPersons() bool { return r == RoleGrid || r == RoleApprover }

// Principal is who asks: an account, its role, and the areas it answers for.
type Principal struct {
	AccountID int64
	Name      string // login name
	Role      Role
	// Scope lists the codes of the areas or grids the account answers for.
	// It bounds persons; it does not bound the map.
	Scope []string
}
