package webapi

import (
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
)

// readBody gives the JSON text of a write to t.
func readBody(r *http.Request, t *meta.Table) ([]byte, error) {
	if err := checkContentType(r.Header, t); err != nil {
		return nil, err
	}
	return io.ReadAll(r.Body)
}

// readParameters gives the JSON text of a call of an action; one without parameters may
// come without a body, and then without its type.
func readParameters(r *http.Request, action string) ([]byte, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil || len(body) == 0 {
		return nil, err
	}
	return body, checkContentTypeOf(r.Header, action)
}

// checkContentType refuses bodies that are not said to be JSON (Dataverse facts 5.2).
// Parameters such as charset and type=entry are tolerated; another charset than
// UTF-8 would be misread, and is not.
func checkContentType(h http.Header, t *meta.Table) error { return checkContentTypeOf(h, t.SetName) }

func checkContentTypeOf(h http.Header, name string) error {
	text := h.Get("Content-Type")
	if strings.TrimSpace(text) == "" {
		return dverr.PayloadInvalid.With(name, "Microsoft.OData.ODataContentTypeException: A missing or empty content type header was found when trying to read a message. The content type header is required.")
	}
	kind, parameters, err := mime.ParseMediaType(text)
	charset := strings.ToLower(parameters["charset"])
	if err != nil || kind != "application/json" || charset != "" && charset != "utf-8" && charset != "utf8" {
		return dverr.UnsupportedMediaType.With("The request entity's media type '" + text + "' is not supported for this resource.")
	}
	return nil
}

// checkAccept refuses clients that take no JSON.
func checkAccept(h http.Header) error {
	values := h["Accept"]
	if len(values) == 0 {
		return nil
	}
	for _, v := range values {
		for item := range strings.SplitSeq(v, ",") {
			kind, _, _ := strings.Cut(item, ";")
			switch strings.ToLower(strings.TrimSpace(kind)) {
			case "*/*", "application/*", "application/json", "text/json", "":
				return nil
			}
		}
	}
	return dverr.NotAcceptable.With("The Web API answers application/json only.")
}
