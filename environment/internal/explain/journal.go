package explain

import (
	"cmp"
	"slices"
	"sync"
	"time"
	"unicode/utf16"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/meta"
)

// Bounds of a journal: recent requests, users, kinds of privilege and recent refusals of
// one user. Those longest unheard of are forgotten first.
const (
	maxRequests = 1024
	maxUsers    = 1000
	maxKinds    = 4096
	maxRefused  = 20
)

// Journal keeps what access decided. It is safe for concurrent use.
type Journal struct {
	mu     sync.Mutex
	recent []Explanation // a ring
	next   int
	users  map[meta.ID]*footprint
}

// footprint is what a user used.
type footprint struct {
	user        Principal
	application meta.ID
	first, last time.Time
	requests    int64
	kinds       map[kind]*used
	refused     []Refusal
}

// kind tells uses apart: what one role would give for all of them is one kind.
type kind struct {
	privilege meta.ID
	table     string
	held      access.Depth
	needed    access.Depth
	effective meta.ID
}

// used counts a kind. told is never changed, so that explanations may share it.
type used struct {
	told    *Privilege
	version int64 // of the security tables when it was told
	count   int64
	last    time.Time
}

// NewJournal returns an empty journal.
func NewJournal() *Journal { return &Journal{users: map[meta.ID]*footprint{}} }

// Request is what is noted of one.
type Request struct {
	ID      string
	At      time.Time
	User    access.User // the authenticated one
	Trail   *access.Trail
	Refused []Refusal // beside those of Trail
}

// Note takes down a request and gives its explanation.
func (j *Journal) Note(r Request) Explanation {
	j.mu.Lock()
	defer j.mu.Unlock()
	f := j.of(r.User, r.At)
	f.last = r.At
	f.requests++
	e := Explanation{Request: r.ID, At: r.At.UTC(), User: f.user, Privileges: make([]*Privilege, 0, len(r.Trail.Uses()))}
	for _, u := range r.Trail.Uses() {
		if told := f.use(u, r.At); told != nil {
			e.Privileges = append(e.Privileges, told)
		}
		if by := u.Effective(); by.ID != r.User.ID && !slices.ContainsFunc(e.Effective, func(p Principal) bool { return p.ID == by.ID.String() }) {
			e.Effective = append(e.Effective, principal(by))
		}
	}
	for _, refused := range r.Trail.Refusals() {
		e.Refused = append(e.Refused, refusal(refused))
	}
	e.Refused = append(e.Refused, r.Refused...)
	f.refused = append(f.refused, e.Refused...)
	if over := len(f.refused) - maxRefused; over > 0 {
		f.refused = slices.Delete(f.refused, 0, over)
	}
	j.keep(e)
	return e
}

func (j *Journal) keep(e Explanation) {
	if len(j.recent) < maxRequests {
		j.recent = append(j.recent, e)
		return
	}
	j.recent[j.next] = e
	j.next = (j.next + 1) % maxRequests
}

// of finds a user's footprint or begins one.
func (j *Journal) of(u access.User, now time.Time) *footprint {
	f := j.users[u.ID]
	if f == nil {
		if len(j.users) >= maxUsers {
			j.forget()
		}
		f = &footprint{first: now, kinds: map[kind]*used{}}
		j.users[u.ID] = f
	}
	if f.application != u.ApplicationID || f.user.Name != u.Name || f.user.ID == "" {
		f.user, f.application = principal(u), u.ApplicationID
	}
	return f
}

// forget drops the user seen longest ago.
func (j *Journal) forget() {
	var oldest meta.ID
	var last time.Time
	for id, f := range j.users {
		if last.IsZero() || f.last.Before(last) {
			oldest, last = id, f.last
		}
	}
	delete(j.users, oldest)
}

// use counts a use; nil when the user has used too many kinds for another.
func (f *footprint) use(u access.Use, now time.Time) *Privilege {
	k := kind{privilege: u.Privilege.ID, held: u.Held, needed: u.Needed, effective: u.Effective().ID}
	if u.Table != nil {
		k.table = u.Table.LogicalName
	}
	have := f.kinds[k]
	if have == nil {
		if len(f.kinds) >= maxKinds {
			return nil
		}
		have = &used{}
		f.kinds[k] = have
	}
	if have.told == nil || have.version != u.Version() {
		have.told, have.version = privilege(u), u.Version()
	}
	have.count++
	have.last = now
	return have.told
}

// Request gives the explanation of a recent request.
func (j *Journal) Request(id string) (Explanation, bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for i := range j.recent {
		if e := j.recent[(j.next+len(j.recent)-1-i)%len(j.recent)]; e.Request == id {
			return e, true
		}
	}
	return Explanation{}, false
}

// Asked says whose privileges are asked for. Zero values ask for everybody's, since ever.
type Asked struct {
	User, Application meta.ID
	Since             time.Time
}

// Used is a privilege that a user used: how often, when last, and for whom if it acted
// for somebody.
type Used struct {
	Privilege
	Count    int64     `json:"count"`
	LastSeen time.Time `json:"last_seen"`
	For      string    `json:"effective,omitempty"` // systemuserid
}

// Footprint is what a user used, and its latest refusals.
type Footprint struct {
	User       Principal `json:"user"`
	Requests   int64     `json:"requests"`
	FirstSeen  time.Time `json:"first_seen"`
	LastSeen   time.Time `json:"last_seen"`
	Privileges []Used    `json:"privileges"`
	Refused    []Refusal `json:"refused"`
}

// Footprints gives what users used, by name; privileges by name.
func (j *Journal) Footprints(a Asked) []Footprint {
	j.mu.Lock()
	defer j.mu.Unlock()
	list := []Footprint{}
	for id, f := range j.users {
		if !a.User.IsZero() && a.User != id || !a.Application.IsZero() && a.Application != f.application || f.last.Before(a.Since) {
			continue
		}
		list = append(list, f.tell(id, a.Since))
	}
	slices.SortFunc(list, func(a, b Footprint) int {
		return cmp.Or(cmp.Compare(a.User.Name, b.User.Name), cmp.Compare(a.User.ID, b.User.ID))
	})
	return list
}

func (f *footprint) tell(id meta.ID, since time.Time) Footprint {
	out := Footprint{
		User: f.user, Requests: f.requests, FirstSeen: f.first.UTC(), LastSeen: f.last.UTC(),
		Privileges: []Used{}, Refused: append([]Refusal{}, f.refused...),
	}
	for k, u := range f.kinds {
		if u.last.Before(since) {
			continue
		}
		told := Used{Privilege: *u.told, Count: u.count, LastSeen: u.last.UTC()}
		if k.effective != id {
			told.For = k.effective.String()
		}
		out.Privileges = append(out.Privileges, told)
	}
	slices.SortFunc(out.Privileges, func(a, b Used) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Table, b.Table), cmp.Compare(a.Depth, b.Depth), cmp.Compare(a.Needed, b.Needed), cmp.Compare(a.For, b.For))
	})
	return out
}

const hex = "0123456789abcdef"

// appendEscape writes \uXXXX, two of them beyond the basic plane.
func appendEscape(out []byte, r rune) []byte {
	if a, b := utf16.EncodeRune(r); r > 0xffff {
		return appendEscape(appendEscape(out, a), b)
	}
	return append(out, '\\', 'u', hex[r>>12&15], hex[r>>8&15], hex[r>>4&15], hex[r&15])
}
