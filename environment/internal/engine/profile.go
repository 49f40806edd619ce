package engine

import (
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/rows"
)

// Field security profiles: what they allow is said by rows of fieldpermission, and users
// and teams get them by their many-to-many relationships (Dataverse facts 3.13).

// holdsProfiles reports the relationships between profiles and who has them.
func holdsProfiles(l op.Link) bool {
	switch l.Nav.Relationship.SchemaName {
	case "systemuserprofiles_association", "teamprofiles_association":
		return true
	}
	return false
}

// giveProfile puts a user or a team into a profile.
func (w *work) giveProfile(o *op.Associate) (Result, error) {
	holder, profile, err := w.holderAndProfile(o.Link, o.Related)
	if err != nil {
		return Result{}, err
	}
	if kind := holder.Table.Column("teamtype"); kind != nil {
		team, err := w.Look("can the team have a profile", holder, kind)
		if err != nil {
			return Result{}, err
		}
		if team.Value(kind).Int() == accessTeam {
			return Result{}, dverr.AccessTeamProfile.With()
		}
	}
	r := o.Link.Nav.Relationship
	return Result{Key: o.Related}, w.Tie("a profile is given", r.Intersect,
		op.Assignment{Column: r.Intersect.Column(holder.Table.PrimaryID.LogicalName), Value: query.GUID(holder.ID)},
		op.Assignment{Column: r.Intersect.Column("fieldsecurityprofileid"), Value: query.GUID(profile.ID)})
}

// takeProfile takes a user or a team out of a profile.
func (w *work) takeProfile(o *op.Disassociate) (Result, error) {
	holder, profile, err := w.holderAndProfile(o.Link, o.Related)
	if err != nil {
		return Result{}, err
	}
	t := o.Link.Nav.Relationship.Intersect
	tied := func(s *query.Select) query.Expr {
		return rows.All(rows.Is(s, t.Column(holder.Table.PrimaryID.LogicalName), query.GUID(holder.ID)),
			rows.Is(s, t.Column("fieldsecurityprofileid"), query.GUID(profile.ID)))
	}
	there, err := w.IDs("is the profile held", t, tied)
	if err != nil {
		return Result{}, err
	}
	if len(there) == 0 {
		return Result{}, dverr.ObjectDoesNotExist.With(t.LogicalName, profile.ID).
			Helping("%s %s does not have profile %s.", holder.Table.LogicalName, holder.ID, profile.ID)
	}
	return Result{Key: o.Related}, w.Drop("a profile is taken", t, tied)
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
func (w *work) beginPermission(d *draft) error {
	table, column := d.Value(d.table.Column("entityname")).Text(), d.Value(d.table.Column("attributelogicalname")).Text()
	t := w.Call.Model.Table(table)
	if t == nil || t.Column(column) == nil || !t.Column(column).Secured {
		return dverr.ColumnNotSecured.With().Helping("Column %q of table %q is not there, or its IsSecured is false.", column, table)
	}
	return nil
}
