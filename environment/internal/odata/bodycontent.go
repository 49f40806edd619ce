package odata

import (
	"encoding/base64"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// content reads the base64 of a picture. What a file column holds is no part of a row's
// body (Dataverse facts 5.18).
func (v jsonValue) content(c *meta.Column) (query.Value, error) {
	if c.Kind == meta.File {
		return query.Value{}, dverr.PayloadInvalid.With(c.Table.SetName,
			"System.InvalidOperationException: The value of the file column '"+c.LogicalName+"' cannot be set with the row.").
			Helping("Send the content to %s(id)/%s with PATCH.", c.Table.SetName, c.LogicalName)
	}
	if v.kind != jsonString {
		return query.Value{}, v.mismatch(c)
	}
	if v.text == "" {
		return query.Null(), nil
	}
	for _, spelling := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding, base64.RawURLEncoding} {
		if content, err := spelling.DecodeString(v.text); err == nil {
			return query.Bytes(content), nil
		}
	}
	return query.Value{}, payloadError("The content of '" + c.LogicalName + "' is not base64.")
}
