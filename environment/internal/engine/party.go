package engine

import (
	"strings"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/rows"
)

// How somebody takes part in an email: values of activityparty.participationtypemask
// (Dataverse facts 5.10).
const (
	partySender    = 1
	partyTo        = 2
	partyCopy      = 3
	partyBlindCopy = 4
)

// isParties reports a collection of parties, which are made and changed with their activity
// alone.
func isParties(nav meta.Navigation) bool {
	return !nav.Single && nav.Target != nil && nav.Target.LogicalName == meta.PartyTable && nav.To != nil && nav.To.LogicalName == "activityid"
}

// apart gives the parties among related rows, and the others.
func apart(related []op.Related) (parties, others []op.Related) {
	for _, rel := range related {
		if isParties(rel.Nav) {
			parties = append(parties, rel)
		} else {
			others = append(others, rel)
		}
	}
	return parties, others
}

// envelope is who an email is from and to, by addresses, as the email itself tells.
type envelope struct {
	sent     bool
	from, to []string
}

// addParties makes the parties of an activity that the caller has just written. Nobody owns
// parties and no privilege is theirs: whoever writes an activity says who takes part, and
// must be able to read those it names.
func (w *work) addParties(of op.Key, list []op.Related) error {
	var e envelope
	for _, rel := range list {
		if rel.New == nil {
			return dverr.InvalidArgument.Text("An activity party belongs to one activity and cannot be given to another.")
		}
		d, err := w.party(of, rel.New.Values)
		if err != nil {
			return err
		}
		if err := e.take(d); err != nil {
			return err
		}
		if err := w.Send(d.table, access.SystemChange("parties of an activity that the caller writes", access.Parts{Kind: access.Insert, Table: d.table, Set: d.Set})); err != nil {
			return err
		}
	}
	return w.address(of, e)
}

// replaceParties gives an activity other parties.
func (w *work) replaceParties(of op.Key, list []op.Related) error {
	t := w.Call.Model.Table(meta.PartyTable)
	err := w.Drop("parties that others take the place of", t, func(s *query.Select) query.Expr {
		return rows.Is(s, t.Column("activityid"), query.GUID(of.ID))
	})
	if err != nil {
		return err
	}
	return w.addParties(of, list)
}

// party is a new party of an activity.
func (w *work) party(of op.Key, values []op.Assignment) (*draft, error) {
	values, err := w.Bound(values)
	if err != nil {
		return nil, err
	}
	t := w.Call.Model.Table(meta.PartyTable)
	d, err := w.draft(t, values, true)
	if err != nil {
		return nil, err
	}
	d.Link(t.Column("activityid"), of.Table, of.ID)
	return d, through(d, w.addressed, w.identify, w.stamp, w.complete, require)
}

// addressed finds the address that a party is written to: the one given, or that of the row
// it names, as far as the caller may read it.
func (w *work) addressed(d *draft) error {
	who, used := d.table.Column("partyid"), d.table.Column("addressused")
	if !d.Gives(who) {
		if d.Gives(used) {
			return nil
		}
		return dverr.InvalidArgument.Text("Activity party object Id or type is missing")
	}
	t := d.TargetOf(who)
	column := t.Column(map[string]string{"systemuser": "internalemailaddress"}[t.LogicalName])
	if column == nil {
		column = t.Column("emailaddress1")
	}
	r, err := w.Reach(op.Key{Table: t, ID: d.Value(who).GUID()}, meta.Read, []*meta.Column{column})
	if err != nil {
		return err
	}
	if address := r.Value(column); !address.IsNull() {
		d.Fill(used, address)
	}
	return nil
}

// take judges how a party takes part in an email.
func (e *envelope) take(d *draft) error {
	address := d.Value(d.table.Column("addressused")).Text()
	switch kind := d.Value(d.table.Column("participationtypemask")).Int(); kind {
	case partySender:
		if e.sent {
			return dverr.InvalidArgument.Text("An email has one sender.")
		}
		e.sent, e.from = true, append(e.from, address)
	case partyTo:
		e.to = append(e.to, address)
	case partyCopy, partyBlindCopy:
	default:
		return dverr.InvalidArgument.Text("The participation type %d is not valid for the parties of an email.", kind)
	}
	return nil
}

// address writes what an email tells of its parties: sender and torecipients.
func (w *work) address(of op.Key, e envelope) error {
	sender, to := of.Table.Column("sender"), of.Table.Column("torecipients")
	set := []op.Assignment{
		{Column: sender, Value: joinedAddresses(sender, e.from, "")}, {Column: to, Value: joinedAddresses(to, e.to, ";")},
	}
	s := &query.Select{Table: of.Table}
	return w.Send(of.Table, access.SystemChange("what an email tells of its parties", access.Parts{
		Kind: access.Modify, From: s, Table: of.Table, Set: set, Where: rows.Is(s, of.Table.PrimaryID, query.GUID(of.ID)),
	}))
}

// joinedAddresses puts a sign behind each address, as many as fit the column, whole ones;
// null for none.
func joinedAddresses(c *meta.Column, all []string, behind string) query.Value {
	text := ""
	for _, one := range all {
		if one = strings.TrimSpace(one); one != "" && len(text+one+behind) <= c.MaxLength {
			text += one + behind
		}
	}
	if text == "" {
		return query.Null()
	}
	return query.Text(text)
}

// The statuses of emails that were handed over.
const (
	statusSent        = 3
	statusPendingSend = 6
	completedState    = 1
)

// SendEmail marks an email as sent (Web API reference, SendEmail): issued, it waits to be
// taken away, which nobody does here; else its sender sent it by other means. It gives the
// email's subject.
func (w *Work) SendEmail(email op.Key, issue bool, token string) (subject string, err error) {
	t := email.Table
	old, err := w.Reach(email, meta.Write, rows.Columns(t, "statecode", "directioncode", "subject"))
	if err != nil {
		return "", err
	}
	switch {
	case old.Value(t.Column("statecode")).Int() != 0:
		return "", dverr.InvalidArgument.Text("The email %s is not open and cannot be sent.", email.ID)
	case old.Value(t.Column("directioncode")).Int() == 0:
		return "", dverr.InvalidArgument.Text("The email %s is incoming and cannot be sent.", email.ID)
	}
	if err := w.work.deliverable(email); err != nil {
		return "", err
	}
	status := query.Int(statusSent)
	if issue {
		status = query.Int(statusPendingSend)
	}
	values := []op.Assignment{{Column: t.Column("statecode"), Value: query.Int(completedState)}, {Column: t.Column("statuscode"), Value: status}}
	if token != "" {
		values = append(values, op.Assignment{Column: t.Column("trackingtoken"), Value: query.Text(token)})
	}
	if _, err := w.work.update(&op.Update{Key: email, Mode: op.UpdateOnly, Values: values}); err != nil {
		return "", err
	}
	return old.Value(t.Column("subject")).Text(), w.work.markSent(email, issue)
}

// deliverable wants an email to have a sender and somebody to go to.
func (w *work) deliverable(email op.Key) error {
	t := w.Call.Model.Table(meta.PartyTable)
	kind := t.Column("participationtypemask")
	parties, err := w.Gather("whom an email goes to", rows.Chosen(t, func(s *query.Select) query.Expr {
		return rows.Is(s, t.Column("activityid"), query.GUID(email.ID))
	}, kind.LogicalName))
	if err != nil {
		return err
	}
	var from, to int
	for _, r := range parties {
		if r.Value(kind).Int() == partySender {
			from++
		} else {
			to++
		}
	}
	switch {
	case from == 0:
		return dverr.InvalidArgument.Text("The email must have a sender before it can be sent.")
	case to == 0:
		return dverr.InvalidArgument.Text("The email must have at least one recipient before it can be sent.")
	}
	return nil
}

// markSent writes when an email ended, and when it was sent if it was.
func (w *work) markSent(email op.Key, waits bool) error {
	now := query.Int(w.Call.Now.Unix())
	set := []op.Assignment{{Column: email.Table.Column("actualend"), Value: now}}
	if !waits {
		set = append(set, op.Assignment{Column: email.Table.Column("senton"), Value: now})
	}
	s := &query.Select{Table: email.Table}
	return w.Send(email.Table, access.SystemChange("when an email was sent", access.Parts{
		Kind: access.Modify, From: s, Table: email.Table, Set: set, Where: rows.Is(s, email.Table.PrimaryID, query.GUID(email.ID)),
	}))
}
