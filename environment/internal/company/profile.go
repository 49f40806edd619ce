package company

import (
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/engine"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/rows"
)

// Field security profiles: what they allow is said by rows of fieldpermission, and users
// and teams get them by their many-to-many relationships (Dataverse facts 3.13).

// giveProfile puts a user or a team into a profile.
func (w *work) giveProfile(link op.Link, related op.Key) error {
	holder, profile, err := w.holderAndProfile(link, related)
	if err != nil {
		return err
	}
	if kind := holder.Table.Column("teamtype"); kind != nil {
		team, err := w.Look("can the team have a profile", holder, kind)
		if err != nil {
			return err
		}
		if team.Value(kind).Int() == engine.AccessTeam {
			return dverr.AccessTeamProfile.With()
		}
	}
	r := link.Nav.Relationship
	return w.Tie("a profile is given", r.Intersect,
		op.Assignment{Column: r.Intersect.Column(holder.Table.PrimaryID.LogicalName), Value: query.GUID(holder.ID)},
		op.Assignment{Column: r.Intersect.Column("fieldsecurityprofileid"), Value: query.GUID(profile.ID)})
}

// takeProfile takes a user or a team out of a profile.
func (w *work) takeProfile(link op.Link, related op.Key) error {
	holder, profile, err := w.holderAndProfile(link, related)
	if err != nil {
		return err
	}
	t := link.Nav.Relationship.Intersect
	tied := func(s *query.Select) query.Expr {
		return rows.All(rows.Is(s, t.Column(holder.Table.PrimaryID.LogicalName), query.GUID(holder.ID)),
			rows.Is(s, t.Column("fieldsecurityprofileid"), query.GUID(profile.ID)))
	}
	there, err := w.IDs("is the profile held", t, tied)
	if err != nil {
		return err
	}
	if len(there) == 0 {
		return dverr.ObjectDoesNotExist.With(t.LogicalName, profile.ID).
			Helping("%s %s does not have profile %s.", holder.Table.LogicalName, holder.ID, profile.ID)
	}
	return w.Drop("a profile is taken", t, tied)
}

// holderAndProfile finds which end is which. The caller must hold Append on the profile
// and AppendTo on who gets it (Dataverse facts 3.7).
func (w *work) holderAndProfile(l op.Link, related op.Key) (holder, profile op.Key, err error) {
	holder, profile = l.Key, related
	if holder.Table.LogicalName == "fieldsecurityprofile" {
		holder, profile = related, l.Key
	}
	if _, err := w.Reach(profile, meta.Append, nil); err != nil {
		return holder, profile, err
	}
	_, err = w.Reach(holder, meta.AppendTo, nil)
	return holder, profile, err
}

// beginPermission refuses a permission for a column that is not there or not secured:
// it would allow nothing.
func (w *work) beginPermission(d *rows.Draft) error {
	table, column := d.Value(d.Table.Column("entityname")).Text(), d.Value(d.Table.Column("attributelogicalname")).Text()
	t := w.Call.Model.Table(table)
	if t == nil || t.Column(column) == nil || !t.Column(column).Secured {
		return dverr.ColumnNotSecured.With().Helping("Column %q of table %q is not there, or its IsSecured is false.", column, table)
	}
	return nil
}
