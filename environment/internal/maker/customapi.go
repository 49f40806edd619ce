package maker

import (
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

// beginAPI judges a new custom API (Microsoft Learn, "CustomAPI tables"). What makes it
// what it is cannot be changed later: those columns are for creation alone. The codes of
// the service's own refusals are not documented.
func (w work) beginAPI(d *rows.Draft) error {
	column := d.Table.Column
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
func (w work) guardAPI(d *rows.Draft) error {
	c := d.Table.Column("executeprivilegename")
	if name := d.Value(c).Text(); d.Gives(c) && w.Call.Model.Privilege(name) == nil {
		return dverr.InvalidArgument.Text("The execute privilege name '%s' is not the name of a privilege.", name)
	}
	return nil
}

// beginAPIName wants a publisher's prefix, no special characters, and nobody else to have
// the name.
func (w work) beginAPIName(d *rows.Draft, name string) error {
	prefix, rest, found := strings.Cut(name, "_")
	if !found || !isPlainName(prefix) || !isPlainName(strings.ReplaceAll(rest, "_", "")) {
		return dverr.InvalidArgument.Text("The unique name %s must start with a valid customization prefix and cannot contain special characters.", name)
	}
	if err := w.isPrefix(prefix); err != nil {
		return err
	}
	return w.alone(d, taken(name), func(s *query.Select) query.Expr { return rows.Is(s, d.Table.Column("uniquename"), query.Text(name)) })
}

// isPrefix wants a publisher to have a prefix.
func (w work) isPrefix(prefix string) error {
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
func (w work) alone(d *rows.Draft, why string, where func(*query.Select) query.Expr) error {
	others, err := w.IDs("is there another row like this", d.Table, where)
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
func (w work) bindsAPI(d *rows.Draft) error {
	name := d.Value(d.Table.Column("boundentitylogicalname")).Text()
	switch bound := d.Value(d.Table.Column("bindingtype")).Int() != int64(meta.Global); {
	case bound && w.Call.Model.Table(name) == nil:
		return dverr.InvalidArgument.Text("The bound entity logical name '%s' is not the name of an entity.", name)
	case !bound && name != "":
		return dverr.InvalidArgument.Text("The bound entity logical name must be empty for the binding type Global.")
	}
	return nil
}

// beginAPIMember judges a new parameter or property of a custom API.
func (w work) beginAPIMember(d *rows.Draft) error {
	column, t := d.Table.Column, w.Call.Model.Table(apiTable)
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
	if d.Table.LogicalName == parameterTable && strings.EqualFold(name, "Target") && api.Value(t.Column("bindingtype")).Int() == int64(meta.OneRow) {
		return dverr.InvalidArgument.Text("The request parameter Target is generated for a custom API that is bound to an entity.")
	}
	return w.alone(d, taken(name), func(s *query.Select) query.Expr {
		return rows.All(rows.Is(s, column("customapiid"), of), rows.Is(s, column("uniquename"), query.Text(name)))
	})
}

// typesAPIMember judges the type with the table: Entity and EntityReference may have one,
// EntityCollection in requests, where it tells which rows are wanted (Microsoft Learn,
// "CustomAPI tables", "Use open types with custom APIs").
func (w work) typesAPIMember(d *rows.Draft, function bool) error {
	kind, name := meta.APIType(d.Value(d.Table.Column("type")).Int()), d.Value(d.Table.Column("logicalentityname")).Text()
	request := d.Table.LogicalName == parameterTable
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
func (w work) enlistNew(d *rows.Draft) error {
	key := d.Key()
	if w.Call.Solution == "" {
		return nil
	}
	m := &making{Work: w.Work, now: w.Call.Model}
	in, err := m.solution(w.Call.Solution)
	if err == nil {
		_, err = m.enlist(in, SolutionComponent{Type: componentType(key.Table), ID: key.ID})
	}
	return err
}

// endAPI takes a component, and those that go with it, out of all solutions.
func (w work) endAPI(key op.Key) error {
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
