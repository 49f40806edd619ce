package engine

import (
	"slices"
	"strings"
	"unicode"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/rows"
)

// The tables of custom APIs.
const (
	apiTable       = "customapi"
	parameterTable = "customapirequestparameter"
	propertyTable  = "customapiresponseproperty"
)

// declaresAPIs reports the tables whose rows make custom APIs.
func declaresAPIs(t *meta.Table) bool {
	return t.LogicalName == apiTable || t.LogicalName == parameterTable || t.LogicalName == propertyTable
}

// beginAPI judges a new custom API (Microsoft Learn, "CustomAPI tables"). What makes it
// what it is cannot be changed later: those columns are for creation alone. The codes of
// the service's own refusals are not documented.
func (w *work) beginAPI(d *draft) error {
	column := d.table.Column
	if name := d.Value(column("uniquename")).Text(); name != "" {
		if err := w.beginAPIName(d, name); err != nil {
			return err
		}
	}
	if err := w.bindsAPI(d); err != nil {
		return err
	}
	if d.Value(column("isfunction")).Int() == 1 && d.Value(column("workflowsdkstepenabled")).Int() == 1 {
		return dverr.InvalidArgument.Text("A custom API that is a function cannot be enabled for workflow.")
	}
	return w.guardAPI(d)
}

// guardAPI wants the privilege that a custom API names to be there.
func (w *work) guardAPI(d *draft) error {
	c := d.table.Column("executeprivilegename")
	if name := d.Value(c).Text(); d.Gives(c) && w.Call.Model.Privilege(name) == nil {
		return dverr.InvalidArgument.Text("The execute privilege name '%s' is not the name of a privilege.", name)
	}
	return nil
}

// beginAPIName wants a publisher's prefix, no special characters, and nobody else to have
// the name.
func (w *work) beginAPIName(d *draft, name string) error {
	prefix, rest, found := strings.Cut(name, "_")
	if !found || !isPlainName(prefix) || !isPlainName(strings.ReplaceAll(rest, "_", "")) {
		return dverr.InvalidArgument.Text("The unique name %s must start with a valid customization prefix and cannot contain special characters.", name)
	}
	if err := w.isPrefix(prefix); err != nil {
		return err
	}
	return w.alone(d, taken(name), func(s *query.Select) query.Expr { return rows.Is(s, d.table.Column("uniquename"), query.Text(name)) })
}

// isPrefix wants a publisher to have a prefix.
func (w *work) isPrefix(prefix string) error {
	t := w.Call.Model.Table("publisher")
	mine, err := w.IDs("is a prefix a publisher's", t, func(s *query.Select) query.Expr {
		return rows.Is(s, t.Column("customizationprefix"), query.Text(prefix))
	})
	if err == nil && len(mine) == 0 {
		err = dverr.InvalidArgument.Text("The name must start with a valid customization prefix.").
			Helping("no publisher of this environment has the prefix %s", prefix)
	}
	return err
}

// alone refuses a row when there are others that the condition names; why tells a person.
func (w *work) alone(d *draft, why string, where func(*query.Select) query.Expr) error {
	others, err := w.IDs("is there another row like this", d.table, where)
	if err == nil && len(others) > 0 {
		err = dverr.DuplicateRecord.With().Helping("%s", why)
	}
	return err
}

func taken(name string) string { return "the unique name " + name + " is taken" }

// isPlainName reports letters and digits of ASCII, which every name of the Web API is
// made of.
func isPlainName(name string) bool {
	return name != "" && !strings.ContainsFunc(name, func(r rune) bool {
		return r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
}

// bindsAPI wants a table for a binding, and none without one.
func (w *work) bindsAPI(d *draft) error {
	name := d.Value(d.table.Column("boundentitylogicalname")).Text()
	switch bound := d.Value(d.table.Column("bindingtype")).Int() != int64(meta.Global); {
	case bound && w.Call.Model.Table(name) == nil:
		return dverr.InvalidArgument.Text("The bound entity logical name '%s' is not the name of an entity.", name)
	case !bound && name != "":
		return dverr.InvalidArgument.Text("The bound entity logical name must be empty for the binding type Global.")
	}
	return nil
}

// beginAPIMember judges a new parameter or property of a custom API.
func (w *work) beginAPIMember(d *draft) error {
	column, t := d.table.Column, w.Call.Model.Table(apiTable)
	of, name := d.Value(column("customapiid")), d.Value(column("uniquename")).Text()
	if of.IsNull() || name == "" || d.Value(column("type")).IsNull() {
		return nil // refused as any required column
	}
	api, err := w.Look("custom API: what a parameter belongs to", op.Key{Table: t, ID: of.GUID()}, t.Column("isfunction"), t.Column("bindingtype"))
	if err != nil || api == nil {
		return err // the link is refused
	}
	if !isPlainName(strings.ReplaceAll(name, "_", "")) || unicode.IsDigit(rune(name[0])) {
		return dverr.InvalidArgument.Text("The unique name %s cannot contain special characters.", name)
	}
	if err := w.typesAPIMember(d, api.Value(t.Column("isfunction")).Int() == 1); err != nil {
		return err
	}
	if d.table.LogicalName == parameterTable && strings.EqualFold(name, "Target") && api.Value(t.Column("bindingtype")).Int() == int64(meta.OneRow) {
		return dverr.InvalidArgument.Text("The request parameter Target is generated for a custom API that is bound to an entity.")
	}
	return w.alone(d, taken(name), func(s *query.Select) query.Expr {
		return rows.All(rows.Is(s, column("customapiid"), of), rows.Is(s, column("uniquename"), query.Text(name)))
	})
}

// typesAPIMember judges the type with the table: Entity and EntityReference may have one,
// EntityCollection in requests, where it tells which rows are wanted (Microsoft Learn,
// "CustomAPI tables", "Use open types with custom APIs").
func (w *work) typesAPIMember(d *draft, function bool) error {
	kind, name := meta.APIType(d.Value(d.table.Column("type")).Int()), d.Value(d.table.Column("logicalentityname")).Text()
	request := d.table.LogicalName == parameterTable
	rows := kind == meta.APIEntity || kind == meta.APIEntityReference || kind == meta.APIEntityCollection && request
	switch {
	case name != "" && !rows:
		return dverr.InvalidArgument.Text("A logical entity name cannot be set for the type %s.", kind)
	case name != "" && w.Call.Model.Table(name) == nil:
		return dverr.InvalidArgument.Text("The logical entity name '%s' is not the name of an entity.", name)
	case function && request && meta.APIMember{Type: kind, Table: w.Call.Model.Table(name)}.Open():
		return dverr.InvalidArgument.Text("A custom API that is a function cannot have a request parameter of an open type.")
	}
	return nil
}

// componentType is the type that a row has as a component of solutions. Those of custom
// APIs and connection references differ among environments of the service; these are those of its own example
// (Microsoft Learn, "Create a custom API with code").
func componentType(t *meta.Table) int64 {
	return map[string]int64{
		apiTable: 10546, parameterTable: 10547, propertyTable: 10548, variableTable: 380, valueTable: 381,
		resourceTable: 61, connectionTable: 10549,
	}[t.LogicalName]
}

// enlistNew puts a new component into the solution that the request names.
func (w *work) enlistNew(key op.Key) error {
	if w.Call.Solution == "" {
		return nil
	}
	m := &making{work: w, now: w.Call.Model}
	in, err := m.solution(w.Call.Solution)
	if err == nil {
		_, err = m.enlist(in, SolutionComponent{Type: componentType(key.Table), ID: key.ID})
	}
	return err
}

// endAPI takes a component, and those that go with it, out of all solutions.
func (w *work) endAPI(key op.Key) error {
	ids := []meta.ID{key.ID}
	for _, name := range []string{parameterTable, propertyTable} {
		t := w.Call.Model.Table(name)
		parts, err := w.IDs("custom API: what goes with it", t, func(s *query.Select) query.Expr {
			return rows.Is(s, t.Column("customapiid"), query.GUID(key.ID))
		})
		if err != nil {
			return err
		}
		ids = append(ids, parts...)
	}
	return w.delistRows(ids...)
}

// apiRows reads the custom APIs as they are declared, by name.
func (w *work) apiRows() ([]*meta.API, error) {
	t := w.Call.Model.Table(apiTable)
	found, err := w.Gather("the custom APIs", rows.Chosen(t, nil, "customapiid", "uniquename", "isfunction", "isprivate", "bindingtype", "boundentitylogicalname", "executeprivilegename"))
	if err != nil {
		return nil, err
	}
	var all []*meta.API
	for _, r := range found {
		if a := w.apiOf(t, r); a != nil {
			all = append(all, a)
		}
	}
	slices.SortFunc(all, func(a, b *meta.API) int { return strings.Compare(a.Name, b.Name) })
	for _, name := range []string{parameterTable, propertyTable} {
		if err := w.apiMembers(all, w.Call.Model.Table(name)); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// apiOf is a row as a custom API; nil when the table that it is bound to is gone.
func (w *work) apiOf(t *meta.Table, r *rows.Record) *meta.API {
	text := func(name string) string { return r.Value(t.Column(name)).Text() }
	flag := func(name string) bool { return r.Value(t.Column(name)).Int() == 1 }
	a := &meta.API{
		ID: r.Value(t.PrimaryID).GUID(), Name: text("uniquename"), Function: flag("isfunction"), Private: flag("isprivate"),
		Binding: meta.Binding(r.Value(t.Column("bindingtype")).Int()),
	}
	if a.Binding != meta.Global {
		if a.Bound = w.Call.Model.Table(text("boundentitylogicalname")); a.Bound == nil {
			return nil
		}
	}
	if name := text("executeprivilegename"); name != "" {
		if a.Privilege = w.Call.Model.Privilege(name); a.Privilege == nil {
			a.Privilege = &meta.Privilege{Name: name} // its table is gone: nobody holds it
		}
	}
	return a
}

// apiMembers adds the parameters or the properties, in the order in which they were made.
// One of a table that is gone is of any row.
func (w *work) apiMembers(all []*meta.API, t *meta.Table) error {
	names := []string{t.PrimaryID.LogicalName, "customapiid", "uniquename", "type", "logicalentityname"}
	if t.LogicalName == parameterTable {
		names = append(names, "isoptional")
	}
	s := rows.Chosen(t, nil, names...)
	s.Order = []query.Order{{Col: query.Col{Of: s, C: t.PrimaryID}}}
	found, err := w.Gather("the parameters and properties of custom APIs", s)
	if err != nil {
		return err
	}
	for _, r := range found {
		of := r.Value(t.Column("customapiid")).GUID()
		at := slices.IndexFunc(all, func(a *meta.API) bool { return a.ID == of })
		if at < 0 {
			continue
		}
		m := meta.APIMember{
			Name: r.Value(t.Column("uniquename")).Text(), Type: meta.APIType(r.Value(t.Column("type")).Int()),
			Table: w.Call.Model.Table(r.Value(t.Column("logicalentityname")).Text()), Optional: r.Value(t.Column("isoptional")).Int() == 1,
		}
		list := &all[at].Properties
		if t.LogicalName == parameterTable {
			list = &all[at].Parameters
		}
		*list = append(*list, m)
	}
	return nil
}
