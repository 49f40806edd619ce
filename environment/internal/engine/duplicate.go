package engine

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/rows"
	"github.com/stead-s2s/stead/environment/internal/store"
)

// likeness is a published rule (a row of duplicaterule): a row of matching is a duplicate
// of one of base when all conditions hold.
type likeness struct {
	base, matching *meta.Table
	activeOnly     bool
	conditions     []sameness
}

// sameness is one condition of a rule (a row of duplicaterulecondition).
type sameness struct {
	base, matching *meta.Column
	operator       int64
	characters     int
	ignoreBlank    bool
}

// The operators of conditions (duplicaterulecondition.operatorcode) that are not plain
// equality.
const (
	sameFirst = 1
	sameLast  = 2
	sameDate  = 3
	sameLabel = 5
)

// values gives what a row holds in a column of the base table.
type values func(*meta.Column) query.Value

// detect refuses a row that a published rule finds a duplicate of another one (Dataverse
// facts 5.2). What the caller may not read counts, too.
func (w *work) detect(d *draft) error {
	rules, err := w.likenesses(d.table, "")
	if err != nil {
		return err
	}
	old, err := w.stored(d.table, d.ID, rules)
	if err != nil {
		return err
	}
	for _, rule := range rules {
		s := &query.Select{Table: rule.matching}
		s.Columns = []query.Output{{Col: query.Col{Of: s, C: rule.matching.PrimaryID}}}
		s.Where = rule.condition(s, d.ID, func(c *meta.Column) query.Value {
			if d.Sets(c) {
				return d.Value(c)
			}
			return old.Value(c)
		})
		there, err := w.DB.Exists(w.Ctx, access.System("duplicate detection", s))
		if err != nil {
			return err
		}
		if there {
			return dverr.DuplicateRecordsFound.With()
		}
	}
	return nil
}

// Duplicates narrows s to the rows of its table that published rules find duplicates of
// a row, which is there or described by its values alone.
func Duplicates(ctx context.Context, call Call, tx *store.Tx, row op.Row, s *query.Select) error {
	w := &work{Tx: rows.Tx{Ctx: ctx, Call: call, DB: tx}}
	rules, err := w.likenesses(row.Key.Table, s.Table.LogicalName)
	if err != nil {
		return err
	}
	old, err := w.readable(row.Key, rules)
	if err != nil {
		return err
	}
	found := query.Or{}
	for _, rule := range rules {
		found.Members = append(found.Members, rule.condition(s, row.Key.ID, func(c *meta.Column) query.Value {
			for _, a := range row.Values {
				if a.Column == c {
					return a.Value
				}
			}
			return old.Value(c)
		}))
	}
	s.Where = found
	return nil
}

// readable is stored for a row that the caller must be able to read if it is there.
func (w *work) readable(key op.Key, rules []likeness) (*rows.Record, error) {
	old, err := w.stored(key.Table, key.ID, rules)
	if err != nil || old == nil {
		return nil, err
	}
	_, err = w.Reach(key, meta.Read, []*meta.Column{key.Table.PrimaryID})
	return old, err
}

// stored reads what rules compare of a row as it is; nil when it is not there.
func (w *work) stored(t *meta.Table, id meta.ID, rules []likeness) (*rows.Record, error) {
	var columns []*meta.Column
	for _, rule := range rules {
		for _, c := range rule.conditions {
			columns = append(columns, c.base)
		}
	}
	if id.IsZero() || len(columns) == 0 {
		return nil, nil
	}
	return w.Look("duplicate detection: the row as it is", op.Key{Table: t, ID: id}, columns...)
}

// likenesses gives the published rules for rows of base; with matching, those that look
// for duplicates in the table of that name.
func (w *work) likenesses(base *meta.Table, matching string) ([]likeness, error) {
	t := w.Call.Model.Table("duplicaterule")
	if t == nil {
		return nil, nil
	}
	name, active := t.Column("matchingentityname"), t.Column("excludeinactiverecords")
	s := rows.Chosen(t, func(s *query.Select) query.Expr {
		published := []query.Expr{rows.Is(s, t.Column("statecode"), query.Int(1)), rows.Is(s, t.Column("baseentityname"), query.Text(base.LogicalName))}
		if matching != "" {
			published = append(published, rows.Is(s, name, query.Text(matching)))
		}
		return rows.All(published...)
	}, "duplicateruleid", "matchingentityname", "excludeinactiverecords")
	found, err := w.Gather("duplicate detection: the published rules", s)
	if err != nil {
		return nil, err
	}
	var rules []likeness
	for _, r := range found {
		rule := likeness{base: base, matching: w.Call.Model.Table(r.Value(name).Text()), activeOnly: r.Value(active).Int() == 1}
		if rule.matching == nil {
			continue // its table was deleted since
		}
		if rule.conditions, err = w.samenesses(rule, r.Value(t.PrimaryID)); err != nil {
			return nil, err
		}
		if len(rule.conditions) > 0 {
			rules = append(rules, rule)
		}
	}
	return rules, nil
}

// samenesses gives the conditions of a rule; none when a column of one is no longer
// there.
func (w *work) samenesses(rule likeness, id query.Value) ([]sameness, error) {
	t := w.Call.Model.Table("duplicaterulecondition")
	base, matching, operator := t.Column("baseattributename"), t.Column("matchingattributename"), t.Column("operatorcode")
	parameter, blank := t.Column("operatorparam"), t.Column("ignoreblankvalues")
	s := rows.Chosen(t, func(s *query.Select) query.Expr { return rows.Is(s, t.Column("regardingobjectid"), id) },
		"baseattributename", "matchingattributename", "operatorcode", "operatorparam", "ignoreblankvalues")
	found, err := w.Gather("duplicate detection: the conditions of a rule", s)
	if err != nil {
		return nil, err
	}
	conditions := make([]sameness, len(found))
	for i, r := range found {
		c := sameness{
			base: rule.base.Column(r.Value(base).Text()), matching: rule.matching.Column(r.Value(matching).Text()),
			operator: r.Value(operator).Int(), characters: int(r.Value(parameter).Int()), ignoreBlank: r.Value(blank).Int() == 1,
		}
		if c.base == nil || c.matching == nil || c.base.Storage() != c.matching.Storage() {
			return nil, nil
		}
		conditions[i] = c
	}
	return conditions, nil
}

// PublishDuplicateRule puts a rule into force, or ends that. A rule that compares nothing,
// or what its tables do not have, is refused.
func (w *Work) PublishDuplicateRule(id meta.ID, publish bool) error {
	if err := w.work.MustHold("prvPublishDuplicateRule"); err != nil {
		return err
	}
	t := w.work.Call.Model.Table("duplicaterule")
	key := op.Key{Table: t, ID: id}
	r, err := w.work.Reach(key, meta.Write, []*meta.Column{t.Column("baseentityname"), t.Column("matchingentityname")})
	if err != nil {
		return err
	}
	status := [2]int64{0, 0}
	if publish {
		status = [2]int64{1, 2}
		if err := w.work.publishable(r, query.GUID(id)); err != nil {
			return err
		}
	}
	next, err := w.work.DB.NextVersion()
	if err != nil {
		return err
	}
	s := &query.Select{Table: t}
	return w.work.DB.Send(w.work.Ctx, access.SystemChange("a duplicate detection rule comes into force or ends", access.Parts{
		Kind: access.Modify, From: s, Table: t, Where: rows.Is(s, t.PrimaryID, query.GUID(id)), Set: []op.Assignment{
			{Column: t.Column("statecode"), Value: query.Int(status[0])}, {Column: t.Column("statuscode"), Value: query.Int(status[1])},
			{Column: t.Column("versionnumber"), Value: query.Int(next)},
		},
	}))
}

func (w *work) publishable(r *rows.Record, id query.Value) error {
	t := w.Call.Model.Table("duplicaterule")
	rule := likeness{
		base: w.Call.Model.Table(r.Value(t.Column("baseentityname")).Text()), matching: w.Call.Model.Table(r.Value(t.Column("matchingentityname")).Text()),
	}
	if rule.base == nil || rule.matching == nil {
		return dverr.DuplicateCheckOff.With().Helping("The rule names a table that is not there.")
	}
	conditions, err := w.samenesses(rule, id)
	if err == nil && len(conditions) == 0 {
		err = dverr.InvalidArgument.Text("A duplicate detection rule needs conditions, each of two columns of one type.")
	}
	return err
}

// condition is what a duplicate of the row with these values meets.
func (rule likeness) condition(s *query.Select, self meta.ID, of values) query.Expr {
	like := query.And{}
	for _, c := range rule.conditions {
		like.Members = append(like.Members, c.condition(s, of(c.base)))
	}
	if rule.matching == rule.base && !self.IsZero() {
		like.Members = append(like.Members, query.Compare{Col: query.Col{Of: s, C: rule.matching.PrimaryID}, Op: query.NotEqual, Value: query.GUID(self)})
	}
	if state := rule.matching.Column("statecode"); rule.activeOnly && state != nil {
		like.Members = append(like.Members, rows.Is(s, state, query.Int(0)))
	}
	return like
}

// condition compares one column. Blank values are like each other unless the rule says
// that they are to be ignored.
func (c sameness) condition(s *query.Select, v query.Value) query.Expr {
	if v.IsNull() {
		if c.ignoreBlank {
			return query.Const{}
		}
		return query.IsNull{Col: query.Col{Of: s, C: c.matching}}
	}
	text, col := c.base.Storage() == meta.Text, query.Col{Of: s, C: c.matching}
	switch {
	case text && c.operator == sameFirst:
		return query.Match{Col: col, Kind: query.StartsWith, Pattern: literally(first(v.Text(), c.characters))}
	case text && c.operator == sameLast:
		return query.Match{Col: col, Kind: query.EndsWith, Pattern: literally(last(v.Text(), c.characters))}
	case c.base.Kind == meta.DateTime && c.operator == sameDate:
		const day = 24 * 60 * 60
		from := v.Int() - (v.Int()%day+day)%day
		return query.And{Members: []query.Expr{
			query.Compare{Col: col, Op: query.GreaterOrEqual, Value: query.Int(from)},
			query.Compare{Col: col, Op: query.Less, Value: query.Int(from + day)},
		}}
	case c.base.Kind == meta.Choice && c.operator == sameLabel:
		o, _ := c.base.Option(v.Int())
		at := slices.IndexFunc(c.matching.Options, func(other meta.Option) bool { return other.Label == o.Label })
		if at < 0 {
			return query.Const{}
		}
		v = query.Int(c.matching.Options[at].Value)
	}
	return rows.Is(s, c.matching, v)
}

// literally takes the wildcards of a pattern for themselves.
func literally(text string) string {
	return strings.NewReplacer("[", "[[]", "%", "[%]", "_", "[_]").Replace(text)
}

func first(text string, n int) string {
	if utf8.RuneCountInString(text) <= n {
		return text
	}
	return string([]rune(text)[:n])
}

func last(text string, n int) string {
	runes := []rune(text)
	return string(runes[max(0, len(runes)-n):])
}
