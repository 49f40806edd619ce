package explain

import (
	"encoding/json"
	"time"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
)

// Privilege is a privilege that was used. Depths are named as on the wire: Basic, Local,
// Deep, Global. Needed is the smallest depth that would have done; it is empty where that
// depends on rows that nobody looked at, as in lists.
type Privilege struct {
	Name   string `json:"privilege"`
	ID     string `json:"privilegeid"`
	Table  string `json:"table,omitempty"` // logical name; empty for a miscellaneous privilege
	Right  string `json:"right,omitempty"` // Create, Read, …
	Depth  string `json:"depth"`           // as held
	Needed string `json:"needed,omitempty"`
	Roles  []Role `json:"roles"`
}

// Role grants a privilege to User, through Team unless that is empty.
type Role struct {
	Name  string `json:"name"`
	ID    string `json:"roleid"`
	Depth string `json:"depth"`
	Team  string `json:"teamid,omitempty"`
	User  string `json:"systemuserid"`
}

// Refusal is what a request lacked. Stopped is privilege, row, column or, for refusals that
// are no matter of privileges, request. Smallest is the depth that would do.
type Refusal struct {
	Stopped   string `json:"stopped"`
	Privilege string `json:"privilege,omitempty"`
	ID        string `json:"privilegeid,omitempty"`
	Table     string `json:"table,omitempty"`
	Column    string `json:"column,omitempty"`
	User      string `json:"systemuserid,omitempty"` // who lacks it
	Held      string `json:"held,omitempty"`
	Smallest  string `json:"smallest,omitempty"`
	Code      string `json:"code,omitempty"` // of the error, for Stopped request
	Help      string `json:"help"`
}

// Principal is a user of the environment.
type Principal struct {
	ID            string `json:"systemuserid"`
	ApplicationID string `json:"applicationid,omitempty"`
	Name          string `json:"name"`
}

// Explanation is what became of a request. Effective differs from User when it acted for
// others: in a batch, those of every part that used a privilege.
type Explanation struct {
	Request    string       `json:"request"`
	At         time.Time    `json:"at"`
	User       Principal    `json:"user"`
	Effective  []Principal  `json:"effective,omitempty"`
	Privileges []*Privilege `json:"privileges"`
	Refused    []Refusal    `json:"refused,omitempty"`
}

// Header gives the explanation as JSON of ASCII alone, shortened to at most so many bytes:
// the list of privileges loses its end first.
func (e Explanation) Header(most int) string {
	for {
		text, err := json.Marshal(e)
		if err != nil {
			return ""
		}
		if line := ascii(text); len(line) <= most {
			return line
		}
		switch {
		case len(e.Privileges) > 0:
			e.Privileges = e.Privileges[:len(e.Privileges)/2]
		case len(e.Refused) > 0:
			e.Refused = e.Refused[:len(e.Refused)/2]
		default:
			return ""
		}
	}
}

// ascii escapes what a header cannot hold; JSON has such runes in strings alone.
func ascii(text []byte) string {
	out := make([]byte, 0, len(text))
	for _, r := range string(text) {
		if r < 0x7f {
			out = append(out, byte(r))
			continue
		}
		out = appendEscape(out, r)
	}
	return string(out)
}

func principal(u access.User) Principal {
	p := Principal{ID: u.ID.String(), Name: u.Name}
	if !u.ApplicationID.IsZero() {
		p.ApplicationID = u.ApplicationID.String()
	}
	return p
}

func privilege(u access.Use) *Privilege {
	p := &Privilege{Name: u.Privilege.Name, ID: u.Privilege.ID.String(), Depth: u.Held.Word(), Roles: []Role{}}
	if u.Table != nil {
		p.Table, p.Right = u.Table.LogicalName, u.Right.String()
	}
	if u.Needed != access.None {
		p.Needed = u.Needed.Word()
	}
	for _, way := range u.Ways() {
		r := Role{Name: way.Role.Name, ID: way.Role.ID.String(), Depth: way.Depth.Word(), User: way.Principal.String()}
		if !way.Team.IsZero() {
			r.Team = way.Team.String()
		}
		p.Roles = append(p.Roles, r)
	}
	return p
}

func refusal(r access.Refusal) Refusal {
	out := Refusal{Stopped: string(r.Stop), Help: r.Help}
	if r.Table != nil {
		out.Table = r.Table.LogicalName
	}
	if r.Column != nil {
		out.Column = r.Column.LogicalName
	}
	if r.Privilege != nil {
		out.Privilege, out.ID = r.Privilege.Name, r.Privilege.ID.String()
	}
	if r.Who != (meta.ID{}) {
		out.User = r.Who.String()
	}
	if r.Held != access.None {
		out.Held = r.Held.Word()
	}
	if r.Least != access.None {
		out.Smallest = r.Least.Word()
	}
	return out
}

// Of words an error that is no matter of privileges.
func Of(e *dverr.Error) Refusal {
	r := Refusal{Stopped: "request", Code: e.Entry.Code.String(), Help: e.Help}
	if r.Help == "" {
		r.Help = e.Message
	}
	return r
}
