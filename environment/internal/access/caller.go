package access

import (
	"context"

	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// Identity is who a verified token says is asking: an application by its
// application id and the object id of its service principal, or a person by
// object id (ApplicationID then is the client the person uses).
type Identity struct {
	App           bool
	ApplicationID meta.ID
	ObjectID      meta.ID
	Tenant        meta.ID
}

// OnBehalf names the user to act for; the zero value is nobody. ObjectID comes
// from CallerObjectId and wins over UserID, from MSCRMCallerID (facts 2.1).
type OnBehalf struct{ ObjectID, UserID meta.ID }

// User is an enabled user of the environment.
type User struct {
	UserRow
	snapshot *snapshot
}

// Caller is for whom a request runs: Authenticated is the token's user, Effective
// the user acted for (the same without impersonation).
type Caller struct {
	Authenticated, Effective User
}

// Impersonating reports whether Effective is somebody else than Authenticated.
func (c Caller) Impersonating() bool { return c.Authenticated.ID != c.Effective.ID }

// Resolver answers who is asking and for whom, from the current snapshot.
type Resolver struct{}

type snapshot struct{}

// NewResolver returns a resolver over src. model gives the current model.
func NewResolver(src Source, model func() *meta.Model) *Resolver { panic("being built") }

// User finds the user of an identity: UserNotMemberOfOrg, UserNotEnabled or
// AppAccessRestricted otherwise, with Help.
func (r *Resolver) User(ctx context.Context, who Identity) (User, error) { panic("being built") }

// Caller decides for whom u acts. Impersonation needs
// prvActOnBehalfOfAnotherUser; a user without any role is refused.
func (r *Resolver) Caller(ctx context.Context, u User, for_ OnBehalf) (Caller, error) {
	panic("being built")
}

// Read grants a question: 403 PrivilegeDenied when the caller has no Read privilege
// on a table in it, else the tree copied, with the caller's scope in every select.
func Read(c Caller, s *query.Select) (Granted, error) { panic("being built") }

// Probe is Read for another right: the answer holds the rows of s on which the
// caller has the right.
func Probe(c Caller, right meta.Right, s *query.Select) (Granted, error) { panic("being built") }

// Create grants the insertion of a row. values are complete: they hold ownerid and
// owningbusinessunit where the table has them. PrivilegeDenied or AccessDenied when
// the owner lies outside the caller's Create depth (and Assign, for another owner).
func Create(c Caller, t *meta.Table, values []op.Assignment) (Change, error) { panic("being built") }

// Update grants a change of one row: Write, or Assign as well when values move the
// owner. version is the row version the row must have, 0 for any.
func Update(c Caller, t *meta.Table, id meta.ID, values []op.Assignment, version int64) (Change, error) {
	panic("being built")
}

// Delete grants the removal of one row.
func Delete(c Caller, t *meta.Table, id meta.ID, version int64) (Change, error) { panic("being built") }

// Row is what a refusal says about the row it concerns.
type Row struct {
	ID, Owner, Unit meta.ID
	OwnerType       int64 // 8 user, 9 team
}

// Denied words the refusal of right on a row that exists but lies outside the
// caller's scope (facts 3.9).
func Denied(c Caller, right meta.Right, t *meta.Table, row Row) error { panic("being built") }

// Has reports the effective depth of a privilege for the caller: the lesser of
// both users' under impersonation.
func (c Caller) Has(p *meta.Privilege) Depth { panic("being built") }
