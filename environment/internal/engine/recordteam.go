package engine

import (
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/rows"
)

// Rows can have teams of their own, which company makes. Here is what they need of sharing,
// and that they go with their rows.

// CanShare reports rights that a share can give, some at least.
func CanShare(mask int64) bool { return mask != 0 && mask&^shareable == 0 }

// MayShare refuses a caller without Share on a row, or without a right of the mask.
func (w *Work) MayShare(target op.Key, mask int64) error { return w.work.mayShare(target, mask) }

// ShareByRule adds to what a row is shared for with a principal. Whether that may be is the
// rule's to judge.
func (w *Work) ShareByRule(target op.Key, to Share) error {
	return w.work.setShare(target, to.Principal, func(have int64) int64 { return have | to.Mask })
}

// disband takes away the teams of rows that are deleted.
func (w *work) disband(t *meta.Table, ids []meta.ID) error {
	if !t.AccessTeams {
		return nil
	}
	teams, templates := w.Call.Model.Table("team"), w.Call.Model.Table("teamtemplate")
	found, err := w.Gather("teams of rows that are deleted", rows.Chosen(teams, func(s *query.Select) query.Expr {
		regarding := query.In{Col: query.Col{Of: s, C: teams.Column("regardingobjectid")}, Values: rows.GUIDs(ids)}
		return rows.All(regarding, rows.Is(s, teams.Column("systemmanaged"), query.Bool(true)))
	}, "teamid", "teamtemplateid"))
	if err != nil {
		return err
	}
	var gone []meta.ID
	code := templates.Column("objecttypecode")
	for _, team := range found {
		of, err := w.Look("whose team it is", op.Key{Table: templates, ID: team.Value(teams.Column("teamtemplateid")).GUID()}, code)
		if err != nil {
			return err
		}
		if of.Value(code).Int() == t.TypeCode { // clients choose ids: another table's row can have this one
			gone = append(gone, team.Value(teams.PrimaryID).GUID())
		}
	}
	if len(gone) == 0 {
		return nil
	}
	shares := w.shares()
	if err := w.Erase("shares with teams that go with their rows", shares, shares.Column("principalid"), gone); err != nil {
		return err
	}
	return w.lend().Fell("a row's team goes with it", teams, gone)
}
