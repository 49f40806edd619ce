package access

import (
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// followed finds the relationship by which rows of a table follow others in who may do
// what with them: attachments and parties of activities have neither owners nor privileges
// of their own (the service's references of activitymimeattachment and activityparty), nor
// have items of queues (Microsoft Learn, "Queue tables"). nil for other tables.
func followed(t *meta.Table) *meta.Relationship {
	switch t.LogicalName {
	case meta.MailAttachmentTable, meta.PartyTable:
		for _, r := range t.ManyToOne {
			if r.Referenced.Activity {
				return r
			}
		}
	case meta.QueueItemTable:
		for _, r := range t.ManyToOne {
			if r.ReferencingColumn.LogicalName == "queueid" {
				return r
			}
		}
	}
	return nil
}

// rightOnFollowed is the right on a row that a right on those that follow it takes: who may
// read it reads them; to change them is to change it, but for items, which are appended to
// their queue. False for rights that nobody has on rows that follow others.
func rightOnFollowed(t *meta.Table, right meta.Right) (meta.Right, bool) {
	switch right {
	case meta.Read:
		return meta.Read, true
	case meta.Create, meta.Write, meta.Delete:
		if t.LogicalName == meta.QueueItemTable {
			return meta.AppendTo, true
		}
		return meta.Write, true
	default:
		return right, false
	}
}

// withFollowed is the condition that a caller has the right on the row that a row of s
// follows.
func (c Caller) withFollowed(right meta.Right, s *query.Select, r *meta.Relationship) query.Expr {
	on, ok := rightOnFollowed(s.Table, right)
	if !ok || c.quietly().admit(on, r.Referenced) != nil {
		return query.Const{}
	}
	row := &query.Select{Table: r.Referenced}
	row.Where = c.scope(on, row)
	narrow(row, query.Compare{
		Col: query.Col{Of: row, C: r.Referenced.PrimaryID}, Op: query.Equal, Other: &query.Col{Of: s, C: r.ReferencingColumn},
	})
	return query.Exists{Select: row}
}

// MayMake refuses a caller that could make no row of a table, whatever it held.
func MayMake(c Caller, t *meta.Table) error { return c.admit(meta.Create, t) }
