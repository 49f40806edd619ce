package queue

import (
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/engine"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/rows"
)

// Membership is the relationship of queues and their members.
const Membership = "queuemembership_association"

// Ties are the rules of who is a member of a queue: whoever may write it says so.
func Ties() map[string]engine.Tie {
	return map[string]engine.Tie{Membership: {
		Give: func(w *engine.Work, l op.Link, related op.Key) error {
			queue, user := ends(l, related)
			return AddPrincipal(w, queue, user)
		},
		Take: func(w *engine.Work, l op.Link, related op.Key) error {
			queue, user := ends(l, related)
			return removeMember(w, l.Nav.Relationship, queue, user)
		},
	}}
}

func ends(l op.Link, related op.Key) (queue, user op.Key) {
	if l.Key.Table.LogicalName == Table {
		return l.Key, related
	}
	return related, l.Key
}

func removeMember(w *engine.Work, r *meta.Relationship, queue, user op.Key) error {
	if _, err := w.Reach(queue, meta.Write, nil); err != nil {
		return err
	}
	member := func(s *query.Select) query.Expr {
		return rows.All(rows.Is(s, r.IntersectColumn1, query.GUID(queue.ID)), rows.Is(s, r.IntersectColumn2, query.GUID(user.ID)))
	}
	there, err := w.IDs("is somebody a member of a queue", r.Intersect, member)
	if err == nil && len(there) == 0 {
		err = dverr.ObjectDoesNotExist.With(r.Intersect.LogicalName, user.ID).Helping("User %s is no member of queue %s.", user.ID, queue.ID)
	}
	if err != nil {
		return err
	}
	return w.Drop("members of queues", r.Intersect, member)
}

// AddPrincipal makes a user a member of a queue, or each member that a team has now. Who is
// a member already stays one. The caller must be able to write the queue and to read the
// principal.
func AddPrincipal(w *engine.Work, queue, principal op.Key) error {
	if _, err := w.Reach(queue, meta.Write, nil); err != nil {
		return err
	}
	if _, err := w.Reach(principal, meta.Read, nil); err != nil {
		return err
	}
	users := []meta.ID{principal.ID}
	if principal.Table.LogicalName == "team" {
		var err error
		if users, err = paired(w, "teammembership", "teamid", principal.ID); err != nil {
			return err
		}
	}
	there, err := paired(w, "queuemembership", "queueid", queue.ID)
	if err != nil {
		return err
	}
	is := map[meta.ID]bool{}
	for _, id := range there {
		is[id] = true
	}
	r := w.Call.Model.Relationship(Membership)
	for _, id := range users {
		if is[id] {
			continue
		}
		is[id] = true
		err := w.Tie("members of queues", r.Intersect,
			op.Assignment{Column: r.IntersectColumn1, Value: query.GUID(queue.ID)}, op.Assignment{Column: r.IntersectColumn2, Value: query.GUID(id)})
		if err != nil {
			return err
		}
	}
	return nil
}

// paired gives the users that an intersect table pairs with a row.
func paired(w *engine.Work, table, column string, id meta.ID) ([]meta.ID, error) {
	t := w.Call.Model.Table(table)
	user := t.Column("systemuserid")
	found, err := w.Gather("the members of a team or a queue", rows.Chosen(t, func(s *query.Select) query.Expr {
		return rows.Is(s, t.Column(column), query.GUID(id))
	}, user.LogicalName))
	ids := make([]meta.ID, len(found))
	for i, r := range found {
		ids[i] = r.Value(user).GUID()
	}
	return ids, err
}
