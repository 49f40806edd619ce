package webapi

import (
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/file"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/odata"
)

// The headers of contents (Dataverse facts 5.18 and the service's article on file
// columns).
const (
	fileNameHeader  = "X-Ms-File-Name"
	fileSizeHeader  = "X-Ms-File-Size"
	chunkSizeHeader = "X-Ms-Chunk-Size"
	transferHeader  = "X-Ms-Transfer-Mode"
	binaryType      = "application/octet-stream"
)

// isContent reports a path to a file or image column whose content the request moves:
// not one that treats the column as any other.
func isContent(r *http.Request, p odata.Path) bool {
	if p.Kind != odata.PropertyPath || p.Column == nil || !p.Column.HoldsContent() || p.Nav.Name != "" {
		return false
	}
	switch r.Method {
	case http.MethodPatch:
		return true
	case http.MethodPut:
		kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
		return kind != "application/json"
	case http.MethodDelete:
		return p.Column == holderOf(p)
	}
	return p.Suffix == odata.ValueSuffix || wantsEncoded(r, p)
}

// content answers a request that moves a content. Bodies are read by the engine, once it
// knows that the caller may write.
func (a *API) content(q *request) (*asked, error) {
	if q.when.noneMatch.given {
		return nil, noneMatchOnWrite()
	}
	place := file.Place{Key: *q.path.Key, Column: q.path.Column}
	switch q.http.Method {
	case http.MethodPatch, http.MethodPut:
		return a.receive(q, place)
	case http.MethodDelete:
		return &asked{moves: true, fixed: func(w http.ResponseWriter) error {
			if err := a.Files.Discard(q.http.Context(), q.call, place, q.when.match.version); err != nil {
				return err
			}
			return nothing(w)
		}}, nil
	}
	return &asked{moves: true, fixed: func(w http.ResponseWriter) error { return a.sendContent(w, q, place) }}, nil
}

// receive takes a content whole, opens an upload in chunks, or takes a chunk.
func (a *API) receive(q *request, place file.Place) (*asked, error) {
	query, err := url.ParseQuery(q.http.URL.RawQuery)
	if err != nil {
		return nil, dverr.BadKeySyntax.With()
	}
	name := fileName(q.http.Header, query)
	u := file.Upload{Place: place, Name: name, IfVersion: q.when.match.version}
	if token := query.Get("sessiontoken"); token != "" {
		at, err := readContentRange(q.http.Header.Get("Content-Range"))
		if err != nil {
			return nil, err
		}
		return &asked{moves: true, fixed: func(w http.ResponseWriter) error { return a.chunk(w, q, token, name, at) }}, nil
	}
	if name == "" {
		return nil, dverr.InvalidArgument.Text("The file name must be specified in the x-ms-file-name header or query parameter.")
	}
	switch mode := strings.ToLower(q.http.Header.Get(transferHeader)); mode {
	case "":
		return &asked{moves: true, fixed: func(w http.ResponseWriter) error {
			if _, err := a.Files.Upload(q.http.Context(), q.call, u, q.http.Body); err != nil {
				return err
			}
			return nothing(w)
		}}, nil
	case "chunked":
		return &asked{moves: true, fixed: func(w http.ResponseWriter) error { return a.beginChunks(w, q, u) }}, nil
	default:
		return nil, dverr.InvalidArgument.Text("The value '%s' of the x-ms-transfer-mode header is not supported.", mode)
	}
}

// fileName is what the content is called; the header takes precedence, and may be
// percent-encoded.
func fileName(h http.Header, query url.Values) string {
	name := h.Get(fileNameHeader)
	if name == "" {
		name = query.Get("x-ms-file-name")
	} else if plain, err := url.PathUnescape(name); err == nil {
		name = plain
	}
	return name[strings.LastIndexAny(name, `/\`)+1:]
}

func (a *API) beginChunks(w http.ResponseWriter, q *request, u file.Upload) error {
	token, err := a.Files.BeginChunks(q.http.Context(), q.call, u)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Accept-Ranges", "bytes")
	h.Set("Location", q.odata.Root+rowPath(u.Key)+"/"+u.Column.Property+"?sessiontoken="+token)
	h.Set(chunkSizeHeader, strconv.Itoa(file.MaxPiece))
	h.Set("Access-Control-Expose-Headers", "x-ms-chunk-size")
	(&reply{w: w, status: http.StatusOK}).begin()
	return nil
}

func (a *API) chunk(w http.ResponseWriter, q *request, token, name string, at file.Range) error {
	done, err := a.Files.Chunk(q.http.Context(), q.call, token, name, at, q.http.Body)
	if err != nil {
		return err
	}
	if !done {
		(&reply{w: w, status: http.StatusPartialContent}).begin()
		return nil
	}
	return nothing(w)
}

// sendContent answers with a content or a part of it; 204 when there is none.
func (a *API) sendContent(w http.ResponseWriter, q *request, place file.Place) error {
	full := q.http.URL.Query().Get("size") == "full"
	f, err := a.Files.File(q.http.Context(), q.call, place, full)
	if err != nil {
		return err
	}
	if f == nil {
		return nothing(w)
	}
	tag := fileTag(f.ID)
	if named(q.http.Header.Get("If-None-Match"), tag) {
		w.Header().Set("ETag", tag)
		(&reply{w: w, status: http.StatusNotModified}).begin()
		return nil
	}
	asked := q.http.Header.Get("Range")
	if has := q.http.Header.Get("If-Range"); has != "" && has != tag { // a part of another content is of no use
		asked = ""
	}
	at, status, err := span(asked, f.Size)
	if err != nil {
		return err
	}
	w.Header().Set("ETag", tag)
	r, err := f.Open(at.First, at.Last-at.First+1)
	if err != nil {
		return err
	}
	defer r.Close()
	head(w.Header(), f, at, status)
	if wantsEncoded(q.http, q.path) {
		return sendEncoded(w, q, status, r)
	}
	w.WriteHeader(status)
	if q.http.Method == http.MethodHead {
		return nil
	}
	_, err = io.Copy(w, r)
	return err
}

// fileTag is the ETag of a content: what replaces a content has another id.
func fileTag(id meta.ID) string { return `"` + id.String() + `"` }

// named reports whether a list of ETags has this one (RFC 9110 13.1.2). The word null is
// none, as in other requests.
func named(list, tag string) bool {
	for item := range strings.SplitSeq(list, ",") {
		if item = strings.TrimPrefix(strings.TrimSpace(item), "W/"); item == tag || item == "*" {
			return true
		}
	}
	return false
}

// head writes the headers of a content.
func head(h http.Header, f *file.File, at file.Range, status int) {
	expose := "x-ms-file-size; x-ms-file-name; "
	if status == http.StatusPartialContent {
		h.Set(chunkSizeHeader, strconv.Itoa(file.MaxPiece))
		h.Set("Content-Range", "bytes "+strconv.FormatInt(at.First, 10)+"-"+strconv.FormatInt(at.Last, 10)+"/"+strconv.FormatInt(at.Size, 10))
		expose += "x-ms-chunk-size; "
	}
	h.Set("OData-Version", "4.0")
	h.Set("Accept-Ranges", "bytes")
	h.Set(fileSizeHeader, strconv.FormatInt(f.Size, 10))
	h.Set(fileNameHeader, headerText(f.Name))
	h.Set("Mimetype", headerText(f.Type))
	h.Set("Content-Type", binaryType)
	h.Set("Content-Length", strconv.FormatInt(at.Last-at.First+1, 10))
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": f.Name}))
	h.Set("X-Content-Type-Options", "nosniff") // what people upload is no page of this host
	h.Set("Access-Control-Expose-Headers", expose+"mimetype")
}

// headerText keeps what a header can hold and percent-encodes the rest.
func headerText(text string) string {
	var b strings.Builder
	for _, c := range []byte(text) {
		if c >= 0x20 && c < 0x7f && c != '%' {
			b.WriteByte(c)
		} else {
			b.WriteString("%" + strings.ToUpper(strconv.FormatUint(uint64(c)|0x100, 16)[1:]))
		}
	}
	return b.String()
}
