package message

import (
	"context"
	"slices"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/engine"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/store"
)

// mapped are the columns that a new row takes from the row it begins from, where both
// tables have them. The service keeps such a list for each relationship, as data; these
// are what its own samples of accounts and contacts show.
var mapped = []string{
	"transactioncurrencyid", "telephone1", "paymenttermscode",
	"address1_addresstypecode", "address1_name", "address1_line1", "address1_line2", "address1_line3", "address1_city",
	"address1_stateorprovince", "address1_postalcode", "address1_country", "address1_freighttermscode", "address1_shippingmethodcode",
}

// initializeFrom gives what a new row would hold that is made below another one: a link
// to it, and the values that are mapped (InitializeFrom of the Web API function
// reference). Nothing is made.
func initializeFrom(ctx context.Context, call engine.Call, m *op.Message, tx *store.Tx) (op.Answer, error) {
	source, ok := m.Argument("EntityMoniker").(op.Row)
	name, named := m.Argument("TargetEntityName").(string)
	if !ok || !named || m.Bound != nil {
		return op.Answer{}, dverr.SegmentNotFound.With(m.Name)
	}
	target := call.Model.Table(name)
	if target == nil {
		return op.Answer{}, dverr.InvalidArgument.Text("The entity with a name = '%s' was not found.", name)
	}
	link := linkTo(source.Key.Table, target)
	if link == nil {
		return op.Answer{}, dverr.InvalidArgument.Text("No relationship lets a row of '%s' begin from a row of '%s'.", name, source.Key.Table.LogicalName)
	}
	answer := op.Answer{Set: target.SetName + "/$entity", Members: []op.Member{
		{Name: "@odata.type", Value: "#Microsoft.Dynamics.CRM." + name},
		bindTo(link.ReferencingNavigation, source.Key),
	}}
	columns := taken(source.Key.Table, target, m.Argument("TargetFieldType"))
	row, shape, err := readRow(ctx, call, tx, source.Key, columns)
	if err != nil {
		return op.Answer{}, err
	}
	for _, f := range shape.Fields {
		if f.Column != source.Key.Table.PrimaryID && !row.Null(f.Value) {
			answer.Members = append(answer.Members, given(f, row))
		}
	}
	return answer, nil
}

// linkTo finds the relationship by which a row of one table stands below one of another.
// The lookup to the row into which another was merged is none.
func linkTo(source, target *meta.Table) *meta.Relationship {
	for _, r := range source.OneToMany {
		if r.Referencing == target && r.ReferencingColumn.ForCreate && r.ReferencingNavigation != "" {
			return r
		}
	}
	return nil
}

// taken are the columns of source whose values a new row of target takes. kind is a
// member of TargetFieldType.
func taken(source, target *meta.Table, kind any) []*meta.Column {
	var columns []*meta.Column
	for _, name := range mapped {
		from, to := source.Column(name), target.Column(name)
		if from == nil || to == nil || from.Kind != to.Kind {
			continue
		}
		switch kind {
		case "Microsoft.Dynamics.CRM.TargetFieldType'ValidForUpdate'":
			if !to.ForUpdate {
				continue
			}
		case "Microsoft.Dynamics.CRM.TargetFieldType'ValidForCreate'":
			if !to.ForCreate {
				continue
			}
		}
		columns = append(columns, from)
	}
	return columns
}

// readRow reads columns of a row as the caller may see them.
func readRow(ctx context.Context, call engine.Call, tx *store.Tx, key op.Key, columns []*meta.Column) (query.Row, *query.Shape, error) {
	s := &query.Select{Table: key.Table}
	s.Where = query.Compare{Col: query.Col{Of: s, C: key.Table.PrimaryID}, Op: query.Equal, Value: query.GUID(key.ID)}
	for _, c := range slices.Concat([]*meta.Column{key.Table.PrimaryID}, columns) {
		s.Columns = append(s.Columns, query.Output{Col: query.Col{Of: s, C: c}})
	}
	g, err := access.Read(call.Caller, s)
	if err != nil {
		return nil, nil, err
	}
	row, shape, err := tx.One(ctx, g)
	if err == nil && row == nil {
		err = engine.Unreachable(ctx, call, tx, key, meta.Read)
	}
	return row, shape, err
}

// given words a value that a row could be made with. Lookups have one target here.
func given(f query.Field, row query.Row) op.Member {
	switch f.Column.Storage() {
	case meta.GUID:
		return bindTo(f.Column.LogicalName, op.Key{Table: f.Column.Targets[0], ID: meta.ID(row.Bytes(f.Value))})
	case meta.Int:
		return op.Member{Name: f.Column.LogicalName, Value: row.Int(f.Value)}
	default:
		return op.Member{Name: f.Column.LogicalName, Value: string(row.Bytes(f.Value))}
	}
}

func bindTo(navigation string, key op.Key) op.Member {
	return op.Member{Name: navigation + "@odata.bind", Value: key.Table.SetName + "(" + key.ID.String() + ")"}
}
