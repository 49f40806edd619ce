package company

import (
	"context"

	"github.com/stead-s2s/stead/environment/internal/engine"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/rows"
	"github.com/stead-s2s/stead/environment/internal/settings"
)

// Office keeps the rules of the tables that say who is who. The zero value knows no
// directory and allows the service's own roles to applications.
type Office struct {
	// Directory is asked when an application user is made; nil knows no application.
	Directory Directory
	// SystemRoles judges the service's own roles for application users; Warn may be nil.
	SystemRoles SystemRoles
	Warn        Warn
}

// work is a transaction in which the rules work.
type work struct {
	*engine.Work
	office *Office // nil in what messages ask
}

// known is what the rules know of a transaction beside its rows.
type known struct {
	principals map[meta.ID]Principal // the directory's answers for application users to be made
	leaveRows  bool                  // a user that moves leaves its rows where they lie
}

// known gives what Ask found; a transaction that Ask did not see has found nothing.
func (w *work) known() *known {
	if k, ok := w.Known.(*known); ok {
		return k
	}
	return &known{}
}

func (w *work) found() map[meta.ID]Principal { return w.known().principals }

// Ask is engine's Config.Ask: it finds the applications whose users writes are to make.
func (o *Office) Ask(ctx context.Context, steps []engine.Step) (any, error) {
	found, err := o.askDirectory(ctx, steps)
	if err != nil {
		return nil, err
	}
	return &known{principals: found}, nil
}

// on makes a hook of a rule for drafts.
func (o *Office) on(rule func(*work, *rows.Draft) error) func(*engine.Work, *rows.Draft) error {
	return func(w *engine.Work, d *rows.Draft) error { return rule(&work{w, o}, d) }
}

func (o *Office) guard(rule func(*work, *rows.Draft) error) func(*engine.Work, *rows.Draft, []op.Assignment) error {
	return func(w *engine.Work, d *rows.Draft, _ []op.Assignment) error { return rule(&work{w, o}, d) }
}

func (o *Office) end(rule func(*work, op.Key) error) func(*engine.Work, op.Key) error {
	return func(w *engine.Work, key op.Key) error { return rule(&work{w, o}, key) }
}

func (o *Office) tie(rule func(*work, op.Link, op.Key) error) func(*engine.Work, op.Link, op.Key) error {
	return func(w *engine.Work, link op.Link, related op.Key) error { return rule(&work{w, o}, link, related) }
}

// Rules are the rules of the tables.
func (o *Office) Rules() map[string]engine.Rules {
	return map[string]engine.Rules{
		"systemuser": {
			Create: func(w *engine.Work, c *op.Create) (engine.Result, error) { return (&work{w, o}).createUser(c) },
			Watch:  []string{"applicationid", "businessunitid", "isdisabled", "parentsystemuserid", "domainname", "accessmode", "islicensed"},
			Guard: func(w *engine.Work, d *rows.Draft, given []op.Assignment) error {
				return (&work{w, o}).guardUser(d, given)
			},
			Changed: o.on((*work).changedUser), End: o.end((*work).endUser),
		},
		"role": {
			Begin: o.on((*work).beginRole), Begun: o.on((*work).spreadRole),
			Watch: []string{"parentroleid", "roletemplateid", "businessunitid", "name"}, Guard: o.guard((*work).guardRole),
			Changed: o.on((*work).changeCopies), End: o.end((*work).endRole),
		},
		"team": {
			Begin: o.on((*work).beginTeam),
			Watch: []string{"isdefault", "businessunitid", "name"}, Guard: o.guard((*work).guardTeam),
			Changed: o.on((*work).changedTeam), End: o.end((*work).endTeam),
		},
		"businessunit": {
			Begin: o.on((*work).beginUnit), Begun: o.on((*work).begunUnit),
			Watch: []string{"parentbusinessunitid", "isdisabled", "name"}, Guard: o.guard((*work).guardUnit),
			Changed: o.on((*work).changedUnit), End: o.end((*work).endUnit),
		},
		templateTable: {
			Begin: o.on((*work).guardTemplate),
			Watch: []string{"objecttypecode", "defaultaccessrightsmask"}, Guard: o.guard((*work).guardTemplate), End: o.end((*work).endTemplate),
		},
		"fieldpermission": {Begin: o.on((*work).beginPermission)},
		settings.Table:    {Guard: o.guard((*work).guardSettings)},
	}
}

// Ties are the rules of who holds roles and profiles, and who is a member of teams.
func (o *Office) Ties() map[string]engine.Tie {
	profiles := engine.Tie{Give: o.tie((*work).giveProfile), Take: o.tie((*work).takeProfile)}
	return map[string]engine.Tie{
		userRoles:                        {Give: o.tie((*work).giveRole), Take: o.tie((*work).takeRole)},
		teamRoles:                        {Give: o.tie((*work).giveTeamRole), Take: o.tie((*work).takeTeamRole)},
		teamMembers:                      {Give: o.tie((*work).join), Take: o.tie((*work).part)},
		"systemuserprofiles_association": profiles,
		"teamprofiles_association":       profiles,
	}
}
