package webapi

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/edm"
	"github.com/stead-s2s/stead/environment/internal/engine"
)

const (
	xmlType        = "application/xml"
	changeTracking = "Org.OData.Capabilities.V1.ChangeTracking"
	readEntity     = "prvReadEntity"
)

// isMetadata reports the resources that describe tables and hold no rows, and the
// messages about them.
func (a *API) isMetadata(resource string) bool {
	_, message := a.Metadata.OwnsMessage(resource)
	return message || isDocument(resource) || a.Metadata.Owns(resource)
}

func isDocument(resource string) bool {
	name, err := url.PathUnescape(strings.TrimSuffix(resource, "/"))
	return err == nil && name == "$metadata"
}

// describe answers $metadata, to every user, and table definitions, to those who may
// read them (Dataverse facts 5.19, 5.20, 3.7), and lets them be changed.
func (a *API) describe(q *request, call engine.Call, resource string) (*asked, error) {
	document := isDocument(resource)
	function, message := a.Metadata.OwnsMessage(resource)
	methods := definitionMethods
	switch {
	case document, function:
		methods = definitionMethods[:1]
	case message:
		methods = definitionMethods[1:2]
	}
	if err := permitDefinition(q.http.Method, methods); err != nil {
		return nil, err
	}
	switch {
	case q.http.Method == http.MethodOptions:
		return &asked{fixed: options(allow(methods))}, nil
	case document:
		return a.document(q)
	}
	if err := checkAccept(q.http.Header); err != nil {
		return nil, err
	}
	if message || q.http.Method != http.MethodGet && q.http.Method != http.MethodHead {
		return a.define(q, call, resource)
	}
	return a.readDefinitions(q, call, resource)
}

func (a *API) readDefinitions(q *request, call engine.Call, resource string) (*asked, error) {
	if err := access.Hold(call.Caller, call.Model.Privilege(readEntity)); err != nil {
		return nil, err
	}
	text, err := a.Metadata.Read(edm.Question{Model: call.Model, Root: q.odata.Root, Path: resource, Query: q.http.URL.RawQuery})
	if err != nil {
		return nil, err
	}
	return &asked{fixed: func(w http.ResponseWriter) error {
		_, err := (&reply{w: w, status: http.StatusOK}).Write(text)
		return err
	}}, nil
}

// document writes $metadata, with annotations when the query or a preference asks for
// them.
func (a *API) document(q *request) (*asked, error) {
	apis, err := a.Makers.APIs(q.http.Context(), q.call)
	if err != nil {
		return nil, err
	}
	annotated := q.prefer.Annotations.Has(changeTracking) || q.http.URL.Query().Get("annotations") == "true"
	text := a.Metadata.CSDL(q.odata.Model, apis, annotated)
	return &asked{fixed: func(w http.ResponseWriter) error {
		h := w.Header()
		h["Content-Type"] = []string{xmlType}
		h["OData-Version"] = []string{"4.0"}
		_, err := w.Write(text)
		return err
	}}, nil
}
