package webapi

import (
	"net/http"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/engine"
	"github.com/stead-s2s/stead/environment/internal/odata"
	"github.com/stead-s2s/stead/environment/internal/op"
)

// bulkMessages are the messages that a set has for many rows at once (Dataverse facts
// 5.16).
var bulkMessages = map[string]odata.Bulk{
	"CreateMultiple": odata.CreateMultiple, "UpdateMultiple": odata.UpdateMultiple, "UpsertMultiple": odata.UpsertMultiple,
}

// bulk reads a bulk message of a set; ok is false for all other messages.
func (q *request) bulk() (a *asked, ok bool, err error) {
	kind, known := bulkMessages[q.path.Message]
	if q.path.Table == nil || q.path.Key != nil || !known && q.path.Message != "DeleteMultiple" {
		return nil, false, nil
	}
	if !known {
		return nil, true, dverr.NotImplemented.Text("DeleteMultiple has not yet been implemented.").
			Helping("the service has it for elastic tables alone: send a $batch of DELETE requests")
	}
	body, err := readBody(q.http, q.path.Table)
	if err != nil {
		return nil, true, err
	}
	ops, err := q.odata.ReadTargets(q.path.Table, body, kind)
	if err != nil {
		return nil, true, err
	}
	return &asked{op: &op.Multiple{Ops: ops}, write: func(w http.ResponseWriter, r engine.Result) error {
		if kind != odata.CreateMultiple {
			return nothing(w)
		}
		ids := make(op.List, len(r.IDs))
		for i, id := range r.IDs {
			ids[i] = id
		}
		return q.writer(&reply{w: w, status: http.StatusOK}).Answer(op.Answer{
			Type: "CreateMultipleResponse", Members: []op.Member{{Name: "Ids", Value: ids}},
		})
	}}, true, nil
}
