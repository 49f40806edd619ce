package odata

import (
	"strings"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
)

// ReadReference reads the address of a row as @odata.bind and @odata.id spell it:
// contacts(guid), /contacts(guid), /api/data/v9.2/contacts(guid), or the whole URL on
// the host of the request. The id may stand in braces.
func (r Request) ReadReference(uri string) (op.Key, error) {
	if strings.HasPrefix(uri, "$") {
		return r.content(uri)
	}
	path, ok := r.relative(uri)
	if !ok {
		return op.Key{}, invalid("The URI '%s' is not valid because it is not based on '%s'.", uri, r.Root)
	}
	p, err := r.ReadPath(unbraced(path))
	if err != nil {
		return op.Key{}, err
	}
	if p.Kind != RowPath || p.Suffix != NoSuffix {
		return op.Key{}, dverr.BadKeySyntax.With()
	}
	return *p.Key, nil
}

// relative cuts the service root, at any version, off an address.
func (r Request) relative(uri string) (string, bool) {
	if scheme := strings.Index(uri, "://"); scheme >= 0 {
		_, root, _ := strings.Cut(r.Root, "://")
		host, _, _ := strings.Cut(root, "/")
		rest := uri[scheme+3:]
		if len(rest) < len(host) || !strings.EqualFold(rest[:len(host)], host) {
			return "", false
		}
		if uri = rest[len(host):]; !strings.HasPrefix(uri, "/api/data/") {
			return "", false
		}
	}
	if after, ok := strings.CutPrefix(uri, "/api/data/"); ok {
		_, path, ok := strings.Cut(after, "/")
		return path, ok
	}
	return strings.TrimPrefix(uri, "/"), true
}

// unbraced turns accounts({guid}) into accounts(guid).
func unbraced(path string) string {
	name, inner, ok := strings.Cut(path, "(")
	inner, closed := strings.CutSuffix(inner, ")")
	id, err := meta.ParseID(inner)
	if !ok || !closed || err != nil {
		return path
	}
	return name + "(" + id.String() + ")"
}

// content gives the row that a content ID such as $1 stands for.
func (r Request) content(reference string) (op.Key, error) {
	key, ok := r.Content[strings.TrimPrefix(reference, "$")]
	if !ok {
		return op.Key{}, invalid("Content-ID Reference: '%s' does not exist in the batch context.", reference)
	}
	return key, nil
}
