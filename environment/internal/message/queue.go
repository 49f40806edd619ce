package message

import (
	"context"

	"github.com/stead-s2s/stead/environment/internal/engine"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/queue"
	"github.com/stead-s2s/stead/environment/internal/store"
)

// The messages of queues and of what stands in them (Web API action reference).

func addToQueue(w *engine.Work, m *op.Message) (op.Answer, error) {
	to, err := bound(m, queue.Table)
	if err != nil {
		return op.Answer{}, err
	}
	object, err := row(m, "Target", w.Call.Model.Table("task"), w.Call.Model.Table("email"))
	if err != nil {
		return op.Answer{}, err
	}
	var source *op.Key
	if v := m.Argument("SourceQueue"); v != nil {
		key, err := ofTable("SourceQueue", v, to.Table)
		if err != nil {
			return op.Answer{}, err
		}
		source = &key
	}
	more, given := m.Argument("QueueItemProperties").(op.Row)
	if m.Argument("QueueItemProperties") != nil && (!given || more.Key.Table.LogicalName != meta.QueueItemTable) {
		return op.Answer{}, badArgument("QueueItemProperties")
	}
	item, err := queue.Add(w, to, object, source, more.Values)
	return op.Answer{Type: "AddToQueueResponse", Members: []op.Member{{Name: "QueueItemId", Value: item.ID}}}, err
}

func addPrincipal(w *engine.Work, m *op.Message) (op.Answer, error) {
	to, err := bound(m, queue.Table)
	if err != nil {
		return op.Answer{}, err
	}
	users, teams := w.Call.Model.Table("systemuser"), w.Call.Model.Table("team")
	who, err := row(m, "Principal", users, teams)
	if err == nil && who.Table != users && who.Table != teams {
		err = badArgument("Principal")
	}
	if err != nil {
		return op.Answer{}, err
	}
	return op.Answer{}, queue.AddPrincipal(w, to, who)
}

func route(w *engine.Work, m *op.Message) (op.Answer, error) {
	item, err := bound(m, meta.QueueItemTable)
	if err != nil {
		return op.Answer{}, err
	}
	queues, users, teams := w.Call.Model.Table(queue.Table), w.Call.Model.Table("systemuser"), w.Call.Model.Table("team")
	to, err := row(m, "Target", queues, users, teams)
	if err == nil && to.Table != queues && to.Table != users && to.Table != teams {
		err = badArgument("Target")
	}
	if err != nil {
		return op.Answer{}, err
	}
	return op.Answer{}, queue.Route(w, item, to)
}

func pick(w *engine.Work, m *op.Message) (op.Answer, error) {
	item, err := bound(m, meta.QueueItemTable)
	if err != nil {
		return op.Answer{}, err
	}
	who, err := ofTable("SystemUser", m.Argument("SystemUser"), w.Call.Model.Table("systemuser"))
	if err != nil {
		return op.Answer{}, err
	}
	remove, ok := m.Argument("RemoveQueueItem").(bool)
	switch {
	case m.Argument("RemoveQueueItem") == nil:
		return op.Answer{}, missingArgument("RemoveQueueItem")
	case !ok:
		return op.Answer{}, badArgument("RemoveQueueItem")
	}
	return op.Answer{}, queue.Pick(w, item, who, remove)
}

// ofItem makes an action that needs nothing but the item it is called on.
func ofItem(do func(*engine.Work, op.Key) error) engine.Action {
	return func(w *engine.Work, m *op.Message) (op.Answer, error) {
		item, err := bound(m, meta.QueueItemTable)
		if err != nil {
			return op.Answer{}, err
		}
		return op.Answer{}, do(w, item)
	}
}

// userQueues lists the private queues of a user, who is a member of them or owns them, and
// the public ones if the client wants them; active ones, as far as the caller reads them.
func userQueues(ctx context.Context, call engine.Call, m *op.Message, tx *store.Tx) (op.Answer, error) {
	user, err := bound(m, "systemuser")
	if err != nil {
		return op.Answer{}, err
	}
	public, ok := m.Argument("IncludePublic").(bool)
	switch {
	case m.Argument("IncludePublic") == nil:
		return op.Answer{}, missingArgument("IncludePublic")
	case !ok:
		return op.Answer{}, badArgument("IncludePublic")
	}
	if err := engine.Sees(ctx, call, tx, user, meta.Read); err != nil {
		return op.Answer{}, err
	}
	s, err := ask(call, m, queue.Table, false)
	if err != nil {
		return op.Answer{}, err
	}
	any := query.Or{Members: []query.Expr{ofUser(call, s, user.ID)}}
	if public {
		any.Members = append(any.Members, where(s, "queueviewtype", query.Int(0)))
	}
	s.Where = query.And{Members: []query.Expr{where(s, "statecode", query.Int(0)), any}}
	return list(ctx, call, tx, s)
}

// ofUser holds for private queues of a user.
func ofUser(call engine.Call, s *query.Select, user meta.ID) query.Expr {
	r := call.Model.Relationship(queue.Membership)
	member := &query.Select{Table: r.Intersect}
	member.Where = query.And{Members: []query.Expr{
		query.Compare{Col: query.Col{Of: member, C: r.IntersectColumn1}, Op: query.Equal, Other: &query.Col{Of: s, C: s.Table.PrimaryID}},
		query.Compare{Col: query.Col{Of: member, C: r.IntersectColumn2}, Op: query.Equal, Value: query.GUID(user)},
	}}
	return query.And{Members: []query.Expr{
		where(s, "queueviewtype", query.Int(1)),
		query.Or{Members: []query.Expr{where(s, "ownerid", query.GUID(user)), query.Exists{Select: member}}},
	}}
}
