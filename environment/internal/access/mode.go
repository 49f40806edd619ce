package access

import (
	"github.com/stead-s2s/stead/environment/internal/meta"
)

// Access modes take from what a user's roles give (facts 1.5). An administrative user
// sees to settings and reaches no customer data; read and support users change nothing. The
// others take nothing: of non-interactive users only the web pages are closed, which are no
// part of this.
const (
	administrativeMode = 1
	readMode           = 2
	supportMode        = 3
)

// modes cuts roles to access modes, each once.
type modes struct {
	model *meta.Model
	cut   map[modeRole]*role
	taken map[int64]map[meta.ID]bool // privileges that a mode takes
}

type modeRole struct {
	mode int64
	role *role
}

// of gives a role as it counts in an access mode.
func (m *modes) of(mode int64, r *role) *role {
	if mode != administrativeMode && mode != readMode && mode != supportMode {
		return r
	}
	key := modeRole{mode, r}
	if m.cut[key] == nil {
		left := *r
		left.privileges = make(map[meta.ID]Depth, len(r.privileges))
		taken := m.takenBy(mode)
		for id, d := range r.privileges {
			if !taken[id] {
				left.privileges[id] = d
			}
		}
		m.cut[key] = &left
	}
	return m.cut[key]
}

func (m *modes) takenBy(mode int64) map[meta.ID]bool {
	if m.taken[mode] == nil {
		taken := map[meta.ID]bool{}
		for _, t := range m.model.Tables {
			for right, p := range t.Privileges {
				if p != nil && (mode == administrativeMode && customerData(t) || mode != administrativeMode && meta.Right(right) != meta.Read) {
					taken[p.ID] = true
				}
			}
		}
		m.taken[mode] = taken
	}
	return m.taken[mode]
}

// customerData reports a table whose rows people own, views and rules of one's own
// excepted.
func customerData(t *meta.Table) bool {
	switch t.LogicalName {
	case "userquery", "duplicaterule", "duplicaterulecondition":
		return false
	}
	return t.Ownership == meta.UserOwned
}
