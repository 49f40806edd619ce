package authority

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"fmt"

	"github.com/stead-s2s/stead/authority/internal/clientauth"
	"github.com/stead-s2s/stead/authority/internal/directory"
	"github.com/stead-s2s/stead/authority/internal/grant"
	"github.com/stead-s2s/stead/authority/internal/journal"
	"github.com/stead-s2s/stead/authority/internal/keys"
	"github.com/stead-s2s/stead/authority/internal/tenancy"
	"github.com/stead-s2s/stead/authority/internal/ticket"
)

// openBooks opens what sign-ins leave behind and the log of them.
func (s *Server) openBooks(ctx context.Context) (err error) {
	if s.tickets, err = ticket.Open(ctx, s.store.DB(), s.config.Now, s.config.Rand); err != nil {
		return err
	}
	s.journal, err = journal.Open(ctx, journal.Config{DB: s.store.DB(), Now: s.config.Now})
	return err
}

// grants makes the token endpoint.
func (s *Server) grants(issuers tenancy.Issuers) *grant.Handler {
	h := &grant.Handler{
		Directory: s.directory, Keys: s.keys, Issuers: issuers, Tickets: s.tickets, Journal: s.journal,
		Federation: clientauth.NewForeign(clientauth.ForeignConfig{Private: s.config.PrivateIssuers, Roots: s.config.IssuerRoots, Now: s.config.Now}),
		Now:        s.config.Now, Rand: s.config.Rand, Lifetime: s.config.TokenLifetime, SubjectKey: subjectKey(s.config.KEK),
	}
	for _, m := range s.config.ManagedIdentities {
		tenant, _ := directory.ParseID(m.TenantID)
		app, _ := directory.ParseID(m.ClientID)
		h.Identities = append(h.Identities, grant.Identity{Secret: m.Secret, Tenant: tenant, App: app, Resource: m.ResourceID})
	}
	if len(s.config.TrustedSubjects) > 0 {
		h.Chains = &clientauth.Chains{Roots: s.config.SubjectRoots, Subjects: map[directory.ID][]string{}}
		for client, names := range s.config.TrustedSubjects {
			if id, isGUID := directory.ParseID(client); isGUID {
				h.Chains.Subjects[id] = names
			}
		}
	}
	if s.config.TokenReuse > 0 {
		h.Reuse = &grant.Reuse{Window: s.config.TokenReuse}
	}
	return h
}

// subjectKey makes pairwise subjects: as lasting as the sealing key, and telling nothing
// about it.
func subjectKey(kek []byte) []byte {
	mac := hmac.New(sha256.New, kek)
	mac.Write([]byte("pairwise subjects"))
	return mac.Sum(nil)
}

func (s *Server) closeBooks() error {
	if s.journal == nil {
		return nil
	}
	return s.journal.Close()
}

// checkGrants refuses ids that are none: nobody would find out otherwise.
func (c Config) checkGrants() error {
	for _, m := range c.ManagedIdentities {
		for _, id := range []string{m.TenantID, m.ClientID} {
			if _, isGUID := directory.ParseID(id); !isGUID {
				return fmt.Errorf("managed identity: %q is not a GUID", id)
			}
		}
		if len(m.Secret) < 16 {
			return fmt.Errorf("managed identity %s: its secret has %d characters; at least 16 are needed", m.ClientID, len(m.Secret))
		}
	}
	for id := range c.TrustedSubjects {
		if _, isGUID := directory.ParseID(id); !isGUID {
			return fmt.Errorf("trusted subject: client id %q is not a GUID", id)
		}
	}
	switch {
	case c.TokenLifetime < 0 || c.TokenLifetime > maxLifetime:
		return fmt.Errorf("token lifetime %s: it must be at most %s, so that keys are published for longer", c.TokenLifetime, maxLifetime)
	case c.KeyRotation > 0 && c.KeyRotation < keys.Ahead:
		return fmt.Errorf("key rotation every %s: clients keep keys for %s", c.KeyRotation, keys.Ahead)
	}
	return nil
}
