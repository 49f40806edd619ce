package catalog

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/stead-s2s/stead/environment/internal/meta"
)

// relation reads "rel SchemaName lookup -> table [cascade|remove|restrict] [as Single
// Collection]": rows of this table point to rows of the other. Those that go with the
// other's rows follow them in all else: the relationship is parental (Dataverse facts
// 6.5). Single and Collection name navigation properties that are named by no rule.
func (t *tableReader) relation(words []string) error {
	if len(words) < 4 || words[2] != "->" {
		return errors.New("want: rel SchemaName lookup -> table")
	}
	name, lookup, target := words[0], words[1], words[3]
	if t.inPart && t.bound[lookup] {
		return nil
	}
	t.bound[lookup] = t.bound[lookup] || !t.inPart
	words, single, collection := namedNavigation(words)
	rule, err := cascade(words[4:])
	if err != nil {
		return err
	}
	c := t.find(lookup)
	if c == nil || c.Kind != meta.UniqueID {
		t.addTarget(lookup, target)
	}
	d := meta.RelationshipDefinition{
		SchemaName: name, Referenced: target, Referencing: t.table.LogicalName, Lookup: lookup,
		ReferencingNavigation: single, ReferencedNavigation: collection, Delete: rule,
	}
	if collection == "" {
		d.ReferencedNavigation = name
	}
	if rule == meta.CascadeAll && t.table.Ownership == meta.UserOwned { // parental
		d.Assign, d.Share, d.Unshare, d.Reparent = rule, rule, rule, rule
	}
	t.relationships = append(t.relationships, d)
	return nil
}

// namedNavigation cuts "as Single Collection" off the words of a relation.
func namedNavigation(words []string) (rest []string, single, collection string) {
	if n := len(words) - 3; n > 3 && words[n] == "as" {
		return words[:n], words[n+1], words[n+2]
	}
	return words, "", ""
}

func cascade(words []string) (meta.Cascade, error) {
	if len(words) == 0 {
		return meta.NoCascade, nil
	}
	rule, ok := map[string]meta.Cascade{
		"cascade": meta.CascadeAll, "remove": meta.RemoveLink, "restrict": meta.Restrict,
	}[words[0]]
	if !ok || len(words) > 1 {
		return 0, fmt.Errorf("unknown delete rule %q", strings.Join(words, " "))
	}
	return rule, nil
}

// targets reads "target lookup -> table …": where a lookup points that has no
// navigation property of its own (a mirror, an owner).
func (t *tableReader) targets(words []string) error {
	if len(words) < 3 || words[1] != "->" {
		return errors.New("want: target lookup -> table …")
	}
	if t.find(words[0]) == nil {
		return fmt.Errorf("no column %q", words[0])
	}
	for _, name := range words[2:] {
		t.addTarget(words[0], name)
	}
	return nil
}

func (t *tableReader) addTarget(lookup, table string) {
	if !slices.Contains(t.target[lookup], table) {
		t.target[lookup] = append(t.target[lookup], table)
	}
}

// manyToMany reads "manymany SchemaName table1 table2 intersect column1 column2".
func (t *tableReader) manyToMany(words []string) error {
	if len(words) != 6 {
		return errors.New("want: manymany SchemaName table1 table2 intersect column1 column2")
	}
	t.relationships = append(t.relationships, meta.RelationshipDefinition{
		SchemaName: words[0], Table1: words[1], Table2: words[2], Intersect: words[3], Column1: words[4], Column2: words[5],
		Navigation1: words[0], Navigation2: words[0],
	})
	return nil
}

// nameNavigation names the single-valued navigation properties (Dataverse facts
// 5.4): a lookup with one target gives its own name, one with several adds the
// target's, and the regarding lookup of an activity the activity's as well.
func (t *tableReader) nameNavigation() error {
	for i := range t.relationships {
		r := &t.relationships[i]
		if r.Intersect != "" {
			continue
		}
		c := t.find(r.Lookup)
		if c != nil && c.Kind == meta.UniqueID {
			continue // usersettings.systemuserid: the other end alone has a navigation property
		}
		if c == nil || !c.IsLookup() {
			return fmt.Errorf("relation %s: %q is no lookup of this table", r.SchemaName, r.Lookup)
		}
		if r.ReferencingNavigation != "" {
			continue
		}
		r.ReferencingNavigation = r.Lookup
		if len(t.target[r.Lookup]) > 1 || c.Kind == meta.Customer {
			r.ReferencingNavigation += "_" + r.Referenced
		}
		if t.table.Activity && r.Lookup == "regardingobjectid" {
			r.ReferencingNavigation += "_" + t.table.LogicalName
		}
	}
	return nil
}
