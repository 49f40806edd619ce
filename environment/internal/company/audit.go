package company

import (
	"slices"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/audit"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
)

// noteMember notes that a user joined a team, or left it.
func (w *work) noteMember(team, user op.Key, joined bool) error {
	return w.Note(audit.Joins(audit.Members, team, user, joined)...)
}

// notePrivileges runs a change of what a role holds, and notes it where roles are audited.
func (w *work) notePrivileges(role op.Key, action audit.Action, change func() error) error {
	on, err := w.Audits(role.Table)
	if err != nil {
		return err
	}
	if !on {
		return change()
	}
	before, err := w.held(role.ID)
	if err != nil {
		return err
	}
	if err := change(); err != nil {
		return err
	}
	after, err := w.held(role.ID)
	if err != nil {
		return err
	}
	was, is := inOrder(before), inOrder(after)
	if slices.Equal(was, is) {
		return nil
	}
	return w.Note(audit.Event{Action: action, Object: role, Privileges: &audit.Privileges{Old: was, New: is}})
}

// inOrder lists privileges by their ids.
func inOrder(held map[meta.ID]access.Depth) []audit.Held {
	all := make([]audit.Held, 0, len(held))
	for id, d := range held {
		all = append(all, audit.Held{Privilege: id, Depth: int64(d - access.Basic)})
	}
	slices.SortFunc(all, func(a, b audit.Held) int { return slices.Compare(a.Privilege[:], b.Privilege[:]) })
	return all
}
