package company

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/engine"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// Groups is what a directory says of somebody: the groups that it is in, directly or
// through other groups, those that it owns, and whether it is a guest of the tenant.
type Groups struct {
	In, Owned []meta.ID
	Guest     bool
}

// GroupDirectory knows groups. Owned and guest say whether that is asked for too.
type GroupDirectory interface {
	Groups(ctx context.Context, user access.User, owned, guest bool) (Groups, error)
}

// Told is what a token says of the groups of whom it was issued to, and when. Groups is nil
// where it says nothing; one that names no group is an empty list.
type Told struct {
	Groups []meta.ID
	At     time.Time
}

// about reports whether a token tells who is in these teams. It names security groups, and
// neither owners nor guests.
func (t Told) about(teams []access.GroupTeam) bool {
	return t.Groups != nil && !slices.ContainsFunc(teams, func(t access.GroupTeam) bool { return t.Office || t.Membership != 0 })
}

// Values of team.membershiptype (Dataverse facts 3.2); 0 is members and guests.
const (
	membersOnly = 1
	ownersOnly  = 2
	guestsOnly  = 3
)

// groupsFor is how long what the directory said of somebody holds. The service asks when
// somebody signs in; who comes with a token is asked for this often.
const groupsFor = 5 * time.Minute

// retryAfter is how long a directory that failed is let alone.
const retryAfter = 10 * time.Second

// Roll keeps the members of group teams as the directory has them.
type Roll struct {
	engine *engine.Engine
	groups GroupDirectory
	asked  asked
}

// NewRoll returns a roll; groups may be nil: group teams have no members then but those
// of whom tokens tell.
func NewRoll(e *engine.Engine, groups GroupDirectory) *Roll { return &Roll{engine: e, groups: groups} }

// asked remembers when the directory was asked about users. It is bounded: a full one
// begins again.
type asked struct {
	mu    sync.Mutex
	users map[meta.ID]*askedUser
}

type askedUser struct {
	mu    sync.Mutex // held while the directory is asked: others wait for the answer
	until time.Time
	as    time.Time          // of when what is known is: of an answer, or of a token
	teams []access.GroupTeam // about which it was asked
}

const maxAsked = 10_000

func (a *asked) of(user meta.ID) *askedUser {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.users == nil || len(a.users) >= maxAsked && a.users[user] == nil {
		a.users = map[meta.ID]*askedUser{}
	}
	if a.users[user] == nil {
		a.users[user] = &askedUser{}
	}
	return a.users[user]
}

// SettleGroups makes a user member of the group teams whose groups in the directory it
// belongs to, and of no others, and tells whether that changed anything: the user has to
// be resolved again then. It costs nothing where there are no group teams. A directory that
// cannot be asked leaves everything as it was; the error is for the log.
//
// What the user's own token tells is taken instead of asking, unless something newer is
// known: a token holds its word for as long as it holds.
func (r *Roll) SettleGroups(ctx context.Context, call engine.Call, u access.User, told Told) (changed bool, err error) {
	teams := u.GroupTeams()
	if len(teams) == 0 || u.ObjectID.IsZero() {
		return false, nil
	}
	at := r.asked.of(u.ID)
	at.mu.Lock()
	defer at.mu.Unlock()
	if told.about(teams) && !told.At.Before(at.as) {
		return r.believe(ctx, call, at, u, told)
	}
	if r.groups == nil {
		return false, nil
	}
	if call.Now.Before(at.until) && slices.EqualFunc(at.teams, teams, access.GroupTeam.Same) {
		return false, nil
	}
	at.teams, at.until = teams, call.Now.Add(retryAfter)
	is, err := r.groups.Groups(ctx, u, wants(teams, ownersOnly), wants(teams, membersOnly) || wants(teams, guestsOnly))
	if err != nil {
		return false, fmt.Errorf("groups of user %s: %w", u.ID, err)
	}
	at.until, at.as = call.Now.Add(groupsFor), call.Now
	return r.enroll(ctx, call, u.ID, teams, is)
}

// believe enrolls a user as a token says, which was not known by something newer. Where it
// was known already nothing is written: the teams say so.
func (r *Roll) believe(ctx context.Context, call engine.Call, at *askedUser, u access.User, told Told) (changed bool, err error) {
	at.teams, at.until, at.as = u.GroupTeams(), call.Now.Add(groupsFor), told.At
	return r.enroll(ctx, call, u.ID, at.teams, Groups{In: told.Groups})
}

func wants(teams []access.GroupTeam, membership int64) bool {
	return slices.ContainsFunc(teams, func(t access.GroupTeam) bool { return t.Membership == membership })
}

// holds reports whether somebody belongs to a team.
func (g Groups) holds(t access.GroupTeam) bool {
	in := slices.Contains(g.In, t.Group)
	switch t.Membership {
	case membersOnly:
		return in && !g.Guest
	case ownersOnly:
		return slices.Contains(g.Owned, t.Group)
	case guestsOnly:
		return in && g.Guest
	}
	return in
}

// enroll writes the memberships that differ. What the teams were when the user was resolved
// is looked at again: another request may have been faster.
func (r *Roll) enroll(ctx context.Context, call engine.Call, user meta.ID, teams []access.GroupTeam, is Groups) (changed bool, err error) {
	if !slices.ContainsFunc(teams, func(t access.GroupTeam) bool { return t.In != is.holds(t) }) {
		return false, nil
	}
	users, table := call.Model.Table("systemuser"), call.Model.Table("team")
	err = r.engine.Transact(ctx, call, func(in *engine.Work) error {
		w := &work{Work: in}
		changed = false
		for _, t := range teams {
			did, err := w.settleMembership(op.Key{Table: table, ID: t.Team}, op.Key{Table: users, ID: user}, is.holds(t))
			if err != nil {
				return err
			}
			changed = changed || did
		}
		return nil
	})
	return changed, err
}

func (w *work) settleMembership(team, user op.Key, member bool) (changed bool, err error) {
	was, err := w.isMember(team, user)
	if err != nil || was == member {
		return false, err
	}
	members := w.Call.Model.Table("teammembership")
	if !member {
		return true, w.Drop("the directory's group lost somebody", members, membership(team.ID, user.ID))
	}
	return true, w.Tie("the directory's group has somebody", members,
		op.Assignment{Column: members.Column("teamid"), Value: query.GUID(team.ID)},
		op.Assignment{Column: members.Column("systemuserid"), Value: query.GUID(user.ID)})
}
