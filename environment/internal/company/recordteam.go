package company

import (
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/engine"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/rows"
)

// Teams of single rows (Microsoft Learn, "Use access teams and owner teams to collaborate
// and share information"): a template says for which table and which rights; the first user
// who is added makes the team, with which the row is shared. What a template gives is asked
// when a team is made: changing it changes no team that is there.

const templateTable = "teamtemplate"

// mostTemplates is how many templates a table can have.
const mostTemplates = 2

// guardTemplate wants rights that can be shared, and a table whose rows have teams.
func (w *work) guardTemplate(d *rows.Draft) error {
	mask, code := d.Table.Column("defaultaccessrightsmask"), d.Table.Column("objecttypecode")
	if d.Gives(mask) {
		if n := d.Value(mask).Int(); !engine.CanShare(n) {
			return dverr.InvalidTemplateMask.With()
		}
	}
	if !d.Gives(code) || !d.Creating() && d.Value(code) == d.Old.Value(code) {
		return nil
	}
	n := d.Value(code).Int()
	if t := w.tableOf(n); t == nil || !t.AccessTeams {
		return dverr.NoAccessTeams.With()
	}
	others, err := w.IDs("how many templates a table has", d.Table, func(s *query.Select) query.Expr { return rows.Is(s, code, query.Int(n)) })
	if err == nil && len(others) >= mostTemplates {
		err = dverr.TooManyTemplates.With(len(others)+1, mostTemplates, n)
	}
	return err
}

// tableOf finds a table by its object type code.
func (w *work) tableOf(code int64) *meta.Table {
	for _, t := range w.Call.Model.Tables {
		if t.TypeCode == code {
			return t
		}
	}
	return nil
}

// endTemplate ends the shares of the teams that go with their template.
func (w *work) endTemplate(key op.Key) error {
	teams := w.Call.Model.Table("team")
	ids, err := w.IDs("teams that go with their template", teams, func(s *query.Select) query.Expr {
		return rows.Is(s, teams.Column("teamtemplateid"), query.GUID(key.ID))
	})
	for _, id := range ids {
		if err == nil {
			err = w.dropShares(id)
		}
	}
	return err
}

// AddToRecordTeam makes a user a member of a row's team, which is made if it is not there,
// and gives the team. The caller needs Share on the row and every right that the template
// gives, as for any share.
func AddToRecordTeam(w *engine.Work, user, record, template op.Key) (meta.ID, error) {
	do := &work{Work: w}
	mask, err := do.teamTemplate(user, record, template)
	if err != nil {
		return meta.ID{}, err
	}
	if err := do.MayShare(record, mask); err != nil {
		return meta.ID{}, err
	}
	team, err := do.teamOf(record, template)
	if err != nil {
		return meta.ID{}, err
	}
	if team.ID.IsZero() {
		if team.ID, err = do.makeRecordTeam(record, template, mask); err != nil {
			return meta.ID{}, err
		}
	}
	there, err := do.isMember(team, user)
	if err != nil || there {
		return team.ID, err
	}
	t := do.Call.Model.Table("teammembership")
	return team.ID, do.Tie("a user joins a row's team", t,
		op.Assignment{Column: t.Column("teamid"), Value: query.GUID(team.ID)},
		op.Assignment{Column: t.Column("systemuserid"), Value: query.GUID(user.ID)})
}

// RemoveFromRecordTeam takes a user out of a row's team and gives the team, which stays. Who
// is no member is passed over. The caller needs Share on the row.
func RemoveFromRecordTeam(w *engine.Work, user, record, template op.Key) (meta.ID, error) {
	do := &work{Work: w}
	if _, err := do.teamTemplate(user, record, template); err != nil {
		return meta.ID{}, err
	}
	if err := do.MayShare(record, 0); err != nil {
		return meta.ID{}, err
	}
	team, err := do.teamOf(record, template)
	if err != nil {
		return meta.ID{}, err
	}
	if team.ID.IsZero() {
		return meta.ID{}, dverr.ObjectDoesNotExist.Text("The access team of the record %s does not exist.", record.ID)
	}
	return team.ID, do.Drop("a user leaves a row's team", do.Call.Model.Table("teammembership"), membership(team.ID, user.ID))
}

// teamTemplate gives the rights of a template for a row of its table. The caller must be able
// to read the template and the user.
func (w *work) teamTemplate(user, record, template op.Key) (mask int64, err error) {
	code, rights := template.Table.Column("objecttypecode"), template.Table.Column("defaultaccessrightsmask")
	r, err := w.Reach(template, meta.Read, []*meta.Column{code, rights})
	if err != nil {
		return 0, err
	}
	if _, err := w.Reach(user, meta.Read, []*meta.Column{user.Table.PrimaryID}); err != nil {
		return 0, err
	}
	switch {
	case !record.Table.AccessTeams:
		return 0, dverr.NoAccessTeams.With()
	case r.Value(code).Int() != record.Table.TypeCode:
		return 0, dverr.InvalidArgument.Text("The team template %s is not a template for the entity '%s'.", template.ID, record.Table.LogicalName)
	}
	return r.Value(rights).Int(), nil
}

// teamOf finds the team of a row; its id is zero when there is none.
func (w *work) teamOf(record, template op.Key) (op.Key, error) {
	t := w.Call.Model.Table("team")
	ids, err := w.IDs("is there a team of the row", t, func(s *query.Select) query.Expr {
		return rows.All(rows.Is(s, t.Column("regardingobjectid"), query.GUID(record.ID)), rows.Is(s, t.Column("teamtemplateid"), query.GUID(template.ID)),
			rows.Is(s, t.Column("systemmanaged"), query.Bool(true)))
	})
	if err != nil || len(ids) == 0 {
		return op.Key{Table: t}, err
	}
	return op.Key{Table: t, ID: ids[0]}, nil
}

// makeRecordTeam makes a row's team and shares the row with it. The team lies in the
// caller's business unit and bears the ids of row and template.
func (w *work) makeRecordTeam(record, template op.Key, mask int64) (id meta.ID, err error) {
	t, me := w.Call.Model.Table("team"), w.Call.Caller.Effective
	id = w.NewID()
	err = w.Add("a row has a team of who works on it", t, func(d *rows.Draft) {
		column := t.Column
		d.Put(t.PrimaryID, query.GUID(id))
		d.Put(column("name"), query.Text(record.ID.String()+"+"+template.ID.String()))
		d.Put(column("isdefault"), query.Bool(false))
		d.Put(column("systemmanaged"), query.Bool(true))
		d.Put(column("teamtype"), query.Int(engine.AccessTeam))
		d.Put(column("regardingobjectid"), query.GUID(record.ID))
		d.Link(column("teamtemplateid"), template.Table, template.ID)
		d.Link(column("businessunitid"), w.Call.Model.Table("businessunit"), me.Unit)
		d.Link(column("administratorid"), w.Call.Model.Table("systemuser"), me.ID)
	})
	if err != nil {
		return id, err
	}
	return id, w.ShareByRule(record, engine.Share{Principal: op.Key{Table: t, ID: id}, Mask: mask})
}
