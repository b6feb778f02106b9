package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"hearthmap/household"
)

const (
	uploadPath = "/api/v1/imports/files"
	// multipartSpare is for what a form adds to the file.
	multipartSpare = 1 << 20
)

// uploadInput takes the request as it is: a file of gigabytes is streamed, and
// never held in memory or written twice.
type uploadInput struct{ request *http.Request }

// Resolve implements huma.Resolver.
func (in *uploadInput) Resolve(ctx huma.Context) []error {
	in.request, _ = humago.Unwrap(ctx)
	return nil
}

func (s *Server) routeUpload(api huma.API) {
	register(s, api, admin, huma.Operation{
		OperationID: "upload-file", Method: http.MethodPost, Path: uploadPath, Tags: []string{tagImports},
		Summary: "Hand over a file to import", DefaultStatus: http.StatusCreated,
		Errors: []int{http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType},
	}, s.uploadFile)
	// Said in the description only: an operation with a body has it read by
	// huma, into memory.
	described := *api.OpenAPI().Paths[uploadPath].Post
	described.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"multipart/form-data": {
		Schema: &huma.Schema{Type: "object", Required: []string{"file"}, Properties: map[string]*huma.Schema{
			"file": {Type: "string", Format: "binary", Description: "the file, with its name"},
		}},
	}}}
	api.OpenAPI().Paths[uploadPath].Post = &described
}

func (s *Server) uploadFile(ctx context.Context, in *uploadInput) (*body[household.ImportFile], error) {
	imports, err := s.imports()
	if err != nil {
		return nil, err
	}
	f, err := receiveFile(ctx, imports, in.request)
	subject := "file"
	if f.ID != "" {
		subject = "file " + f.ID
	}
	s.auditImport(ctx, "import_upload", subject, err)
	if err != nil {
		return nil, err
	}
	return private(f), nil
}

// receiveFile finds the file's part in the form and streams it on.
func receiveFile(ctx context.Context, imports household.Imports, r *http.Request) (household.ImportFile, error) {
	none := household.ImportFile{}
	if r.ContentLength > imports.Limit()+multipartSpare {
		return none, tooLarge(imports.Limit())
	}
	form, err := r.MultipartReader()
	if err != nil {
		return none, &problem{
			Type: "about:blank", Title: http.StatusText(http.StatusUnsupportedMediaType), Status: http.StatusUnsupportedMediaType,
			Code: string(household.Invalid), Detail: "the file did not come as a form", Hint: `send multipart/form-data with a part "file"`,
		}
	}
	for {
		part, err := form.NextPart()
		switch {
		case errors.Is(err, io.EOF):
			return none, household.Errorf(household.Invalid, "web.uploadFile", "the form holds no file").WithHint(`send it as the part "file"`)
		case err != nil:
			return none, brokenUpload(err, imports.Limit())
		case part.FormName() != "file" || part.FileName() == "":
			continue
		}
		return keepPart(ctx, imports, part, max(0, r.ContentLength))
	}
}

func keepPart(ctx context.Context, imports household.Imports, part *multipart.Part, expected int64) (household.ImportFile, error) {
	from := &limited{r: part, left: imports.Limit()}
	f, err := imports.Upload(ctx, principalOf(ctx), part.FileName(), expected, from)
	if from.err != nil {
		return household.ImportFile{}, brokenUpload(from.err, imports.Limit())
	}
	return f, err
}

var errTooLarge = errors.New("too large")

// limited reads so much and no more, and remembers why it ended early.
type limited struct {
	r    io.Reader
	left int64
	err  error
}

// Read implements io.Reader.
func (l *limited) Read(b []byte) (int, error) {
	n, err := l.r.Read(b)
	l.left -= int64(n)
	if l.left < 0 {
		n, err = 0, errTooLarge
	}
	if err != nil && !errors.Is(err, io.EOF) {
		l.err = err
	}
	return n, err
}

func brokenUpload(err error, limit int64) error {
	var tooLong *http.MaxBytesError
	if errors.Is(err, errTooLarge) || errors.As(err, &tooLong) {
		return tooLarge(limit)
	}
	return household.Errorf(household.Invalid, "web.uploadFile", "the upload broke off before its end").
		WithHint("upload the file again; on a bad line, import it on the server's command line")
}

func tooLarge(limit int64) error {
	return &problem{
		Type: "about:blank", Title: http.StatusText(http.StatusRequestEntityTooLarge), Status: http.StatusRequestEntityTooLarge,
		Code: "too_large", Detail: fmt.Sprintf("the file is larger than %s", sizeText(limit)),
		Hint: "split it, import it on the server's command line, or have the administrator raise --max-upload",
	}
}

func sizeText(n int64) string {
	switch {
	case n >= 1<<30 && n%(1<<30) == 0:
		return fmt.Sprintf("%d GiB", n>>30)
	case n >= 1<<20:
		return fmt.Sprintf("%d MiB", n>>20)
	}
	return fmt.Sprintf("%d bytes", n)
}
