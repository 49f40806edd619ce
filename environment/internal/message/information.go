package message

import (
	"context"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/engine"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/store"
)

// organizationInfo tells the kind of organization, the customer's own, and the solutions
// that the caller may read.
func organizationInfo(ctx context.Context, call engine.Call, m *op.Message, tx *store.Tx) (op.Answer, error) {
	if m.Bound != nil {
		return op.Answer{}, dverr.SegmentNotFound.With("Microsoft.Dynamics.CRM." + m.Name)
	}
	publishers, err := listed(ctx, call, tx, call.Model.Table("publisher"), "publisherid", "friendlyname", "uniquename")
	if err != nil {
		return op.Answer{}, err
	}
	found, err := listed(ctx, call, tx, call.Model.Table("solution"), "solutionid", "friendlyname", "uniquename", "version", "publisherid")
	if err != nil {
		return op.Answer{}, err
	}
	solutions := make(op.List, len(found))
	for i, s := range found {
		one := []op.Member{
			{Name: "FriendlyName", Value: s[1]}, {Name: "Id", Value: s[0]}, {Name: "PublisherId", Value: s[4]},
			{Name: "PublisherName"}, {Name: "PublisherUniqueName"}, {Name: "SolutionUniqueName", Value: s[2]}, {Name: "VersionNumber", Value: s[3]},
		}
		for _, p := range publishers {
			if p[0] == s[4] {
				one[3].Value, one[4].Value = p[1], p[2]
			}
		}
		solutions[i] = one
	}
	return op.Answer{Type: "RetrieveOrganizationInfoResponse", Members: []op.Member{
		{Name: "organizationInfo", Value: []op.Member{{Name: "InstanceType", Value: "Customer"}, {Name: "Solutions", Value: solutions}}},
	}}, nil
}

// listed reads columns, texts and ids, of the rows of a table that the caller may read, by
// their ids.
func listed(ctx context.Context, call engine.Call, tx *store.Tx, t *meta.Table, columns ...string) ([][]any, error) {
	s := &query.Select{Table: t}
	for _, name := range columns {
		s.Columns = append(s.Columns, query.Output{Col: query.Col{Of: s, C: t.Column(name)}})
	}
	s.Order = []query.Order{{Col: query.Col{Of: s, C: t.PrimaryID}}}
	g, err := access.Read(call.Caller, s)
	if err != nil {
		return nil, err
	}
	page, err := tx.Page(ctx, g)
	if err != nil {
		return nil, err
	}
	var all [][]any
	for row, err := range page.Rows {
		if err != nil {
			return nil, err
		}
		values := make([]any, len(columns))
		for i, f := range page.Shape.Fields {
			switch {
			case i >= len(columns) || row.Null(f.Value):
			case f.Column.Storage() == meta.GUID:
				values[i] = meta.ID(row.Bytes(f.Value))
			default:
				values[i] = string(row.Bytes(f.Value))
			}
		}
		all = append(all, values)
	}
	return all, nil
}
