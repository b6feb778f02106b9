package web

import (
	"context"
	"encoding/json"
	"mime"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"hearthmap/household"
)

const tagImports = "imports"

func (s *Server) routeImports(api huma.API) {
	s.routeUpload(api)
	register(s, api, admin, huma.Operation{
		OperationID: "inspect-file", Method: http.MethodGet, Path: uploadPath + "/{id}/inspect", Tags: []string{tagImports},
		Summary: "What an uploaded file holds: kind, encoding, columns, reference system, with evidence",
	}, s.inspectFile)
	register(s, api, admin, huma.Operation{
		OperationID: "start-import", Method: http.MethodPost, Path: "/api/v1/imports", Tags: []string{tagImports},
		Summary: "Import an uploaded file, or try to", DefaultStatus: http.StatusAccepted,
	}, s.startImport)
	register(s, api, admin, huma.Operation{
		OperationID: "jobs", Method: http.MethodGet, Path: "/api/v1/imports/jobs", Tags: []string{tagImports},
		Summary: "The account's own imports since the server started, the newest first",
	}, s.importJobs)
	register(s, api, admin, huma.Operation{
		OperationID: "imports", Method: http.MethodGet, Path: "/api/v1/imports", Tags: []string{tagImports},
		Summary: "What was imported, the newest first",
	}, s.importHistory)
	register(s, api, admin, huma.Operation{
		OperationID: "undo-import", Method: http.MethodPost, Path: "/api/v1/imports/{batch}/undo", Tags: []string{tagImports},
		Summary: "Take a batch back, or tell what that would do",
	}, s.undoImport)
	s.routeAddresses(api)
	s.routeRejects(api)
}

// imports returns the service behind, if this server has one.
func (s *Server) imports() (household.Imports, error) {
	if s.Imports == nil {
		return nil, household.Errorf(household.Unavailable, "web.imports", "this server takes no files").
			WithHint("import on the command line: hearthmap import")
	}
	return s.Imports, nil
}

// auditImport notes what an administrator did with a file, job or batch,
// which are named by their numbers: file names may tell too much.
func (s *Server) auditImport(ctx context.Context, action, subject string, err error) {
	p := principalOf(ctx)
	result := "ok"
	if err != nil {
		result = string(household.CodeOf(err))
	}
	s.audit(ctx, household.AuditEntry{Account: p.Name, Role: p.Role, Action: action, Subject: subject, Result: result})
}

type inspectInput struct {
	ID        string `path:"id" maxLength:"64"`
	Kind      string `query:"kind" enum:"areas,compounds,streets,buildings,units,residents,facilities,osm" doc:"found out when left out"`
	CRS       string `query:"crs" maxLength:"60" doc:"wgs84, gcj02, bd09, EPSG:N or gk:MERIDIAN,EASTING; as the file says when left out"`
	Encoding  string `query:"encoding" maxLength:"20" doc:"found out when left out"`
	Layer     string `query:"layer" maxLength:"300" doc:"a sheet of a workbook, or a layer, by its name"`
	HeaderRow int    `query:"header_row" minimum:"0" maximum:"1000" doc:"the row that names the columns; found out when left out"`
	Mapping   string `query:"mapping" maxLength:"8000" doc:"a JSON object: column to field"`
}

func (s *Server) inspectFile(ctx context.Context, in *inspectInput) (*body[household.ImportFindings], error) {
	imports, err := s.imports()
	if err != nil {
		return nil, err
	}
	q := household.ImportQuestion{Kind: in.Kind, CRS: in.CRS, Encoding: in.Encoding, Layer: in.Layer, HeaderRow: in.HeaderRow}
	if in.Mapping != "" {
		if json.Unmarshal([]byte(in.Mapping), &q.Mapping) != nil {
			return nil, household.Errorf(household.Invalid, "web.inspectFile", "the mapping is no JSON object of texts").
				WithHint(`write {"column": "field"}`)
		}
	}
	found, err := imports.Inspect(ctx, principalOf(ctx), in.ID, q)
	s.auditImport(ctx, "import_inspect", "file "+in.ID, err)
	return private(found), err
}

type jobBody struct {
	JobID string `json:"job_id"`
}

func (s *Server) startImport(ctx context.Context, in *struct{ Body household.ImportRequest }) (*body[jobBody], error) {
	imports, err := s.imports()
	if err != nil {
		return nil, err
	}
	job, err := imports.Start(ctx, principalOf(ctx), in.Body)
	if err != nil {
		s.auditImport(ctx, "import_start", "file "+in.Body.File, err)
		return nil, err
	}
	s.auditImport(ctx, "import_start", "file "+in.Body.File+" job "+job.ID, nil)
	return private(jobBody{job.ID}), nil
}

func (s *Server) importHistory(ctx context.Context, _ *struct{}) (*body[[]household.ImportBatch], error) {
	imports, err := s.imports()
	if err != nil {
		return nil, err
	}
	list, err := imports.History(ctx)
	return private(orEmpty(list)), err
}

type undoInput struct {
	Batch int64 `path:"batch" minimum:"1"`
	Body  struct {
		DryRun bool `json:"dry_run,omitempty" doc:"only tell what it would do"`
	}
}

func (s *Server) undoImport(ctx context.Context, in *undoInput) (*body[household.ImportUndo], error) {
	imports, err := s.imports()
	if err != nil {
		return nil, err
	}
	done, err := imports.Undo(ctx, principalOf(ctx), in.Batch, in.Body.DryRun)
	action := "import_undo"
	if in.Body.DryRun {
		action = "import_undo_plan"
	}
	s.auditImport(ctx, action, "batch "+strconv.FormatInt(in.Batch, 10), err)
	return private(done), err
}

func (s *Server) importJobs(ctx context.Context, _ *struct{}) (*body[[]household.ImportJob], error) {
	imports, err := s.imports()
	if err != nil {
		return nil, err
	}
	return private(imports.Jobs(principalOf(ctx))), nil
}

// attachment is a Content-Disposition that keeps Chinese names (RFC 6266).
func attachment(name string) string {
	if v := mime.FormatMediaType("attachment", map[string]string{"filename": name}); v != "" {
		return v
	}
	return "attachment"
}
