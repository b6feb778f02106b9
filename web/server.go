package web

import (
	"context"
	"encoding/json"
	"io/fs"
	"log/slog"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"hearthmap/geo/cityindex"
	"hearthmap/geo/coverage"
	"hearthmap/household"
	"hearthmap/tiles"
)

// Config is what a Server needs. All fields but Imports, Reports, People and Demo are required.
type Config struct {
	City     *cityindex.Live
	Coverage *coverage.Live
	Tiles    *tiles.Service
	Registry household.Registry
	Accounts household.Accounts
	Audit    household.AuditTrail
	// Scenarios keeps what planners draw.
	Scenarios household.Scenarios
	Sessions  scs.CtxStore
	Page      fs.FS // the built front end
	Log       *slog.Logger
	Version   string
	// SecureCookies is set where the service is reached over HTTPS.
	SecureCookies bool
	// Imports loads files that are handed over here; nil where that is off.
	Imports household.Imports
	// Reports makes reports in the background; nil where that is off.
	Reports household.Reports
	// People is the review of entries that may be one person; nil where that
	// is off.
	People household.PeopleReview
	// Demo lists the accounts that the sign-in page offers; nil for real use.
	Demo []DemoAccount
}

// Server is the HTTP service.
type Server struct {
	Config
	log        *slog.Logger
	sessions   *scs.SessionManager
	principals principals
	signIns    chan struct{}
	sitings    chan struct{}
	sitingWait time.Duration
	metrics    *metrics
	planner    *coverage.Planner
	handler    http.Handler
	api        huma.API
}

// New builds the service.
func New(c Config) *Server {
	s := &Server{
		Config: c, log: c.Log, sessions: newSessions(c.Sessions),
		signIns: make(chan struct{}, 2), sitings: make(chan struct{}, 1), sitingWait: sitingWait, metrics: newMetrics(c.City), planner: coverage.NewPlanner(c.Coverage),
	}
	mux := http.NewServeMux()
	s.api = newAPI(mux, c.Version)
	s.routeSession(s.api)
	s.routeCity(s.api)
	s.routeCoverage(s.api)
	s.routeSiting(s.api)
	s.routeWhatIf(s.api)
	s.routeScenarios(s.api)
	s.routeIsochrone(s.api)
	s.routeGround(s.api)
	s.routeRegistry(s.api)
	s.routeImports(s.api)
	s.routeReports(s.api)
	s.routeJobs(s.api)
	s.routePeople(s.api)
	s.routeAudit(s.api)
	mux.HandleFunc("GET /api/v1/openapi.json", s.openAPI)
	mux.HandleFunc("/api/", func(w http.ResponseWriter, _ *http.Request) {
		s.writeProblem(w, household.Errorf(household.NotFound, "web", "there is no such address in the API").
			WithHint("see /api/v1/openapi.json"))
	})
	s.routeTiles(mux)
	s.routeFeatures(mux)
	s.routeHealth(mux)
	s.routePage(mux)
	s.handler = s.outermost(s.authenticate(mux))
	return s
}

// ServeHTTP answers a request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

func newAPI(mux *http.ServeMux, version string) huma.API {
	huma.NewError = newHumaError // huma has no other place for it
	config := huma.DefaultConfig("Hearthmap", version)
	config.Info.Description = "The electronic household map: areas, buildings, units and residents, and who reaches which service on foot."
	config.OpenAPIPath, config.DocsPath, config.SchemasPath = "", "", ""
	config.CreateHooks = nil // no $schema links in bodies
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"session": {Type: "apiKey", In: "cookie", Name: cookieName},
		"token":   {Type: "http", Scheme: "bearer"},
	}
	return humago.New(mux, config)
}

// OpenAPI returns the API's description as indented JSON.
func (s *Server) OpenAPI() ([]byte, error) {
	return json.MarshalIndent(s.api.OpenAPI(), "", "  ")
}

func (s *Server) openAPI(w http.ResponseWriter, r *http.Request) {
	s.authenticated(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		doc, err := s.OpenAPI()
		if err != nil {
			s.writeProblem(w, err)
			return
		}
		w.Header().Set("Content-Type", "application/openapi+json")
		_, _ = w.Write(doc)
	})).ServeHTTP(w, r)
}

// access is who may call an operation.
type access int

const (
	public   access = iota // without a session
	anyone                 // signed in
	mapOnly                // roles that see the map
	planning               // planners: analysis that takes the machine's time
	admin                  // administrators
	working                // administrators and planners: who starts background work
	auditor                // auditors
)

// register adds an operation, checks who calls it, and turns the handler's
// errors into problem documents.
func register[I, O any](s *Server, api huma.API, who access, op huma.Operation, handle func(context.Context, *I) (*O, error)) {
	if who != public {
		op.Security = []map[string][]string{{"session": {}}, {"token": {}}}
	}
	op.Errors = append(op.Errors, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusServiceUnavailable)
	huma.Register(api, op, func(ctx context.Context, in *I) (*O, error) {
		p := principalOf(ctx)
		switch {
		case who != public && p.Role == "":
			return nil, unauthenticated()
		case who == mapOnly && !p.Role.SeesMap():
			return nil, problemOf(s.log, noMap(p.Role))
		case who == planning && p.Role != household.RolePlanner:
			return nil, problemOf(s.log, notPlanner(p.Role))
		case who == working && p.Role != household.RoleAdmin && p.Role != household.RolePlanner:
			return nil, problemOf(s.log, notWorking(p.Role))
		case who == admin && p.Role != household.RoleAdmin:
			return nil, problemOf(s.log, notAdmin(p.Role))
		case who == auditor && p.Role != household.RoleAuditor:
			return nil, problemOf(s.log, notAuditor(p.Role))
		}
		out, err := handle(ctx, in)
		if err != nil {
			return nil, problemOf(s.log, err)
		}
		return out, nil
	})
}
