package authority

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"

	"github.com/stead-s2s/stead/authority/internal/clientauth"
	"github.com/stead-s2s/stead/authority/internal/directory"
	"github.com/stead-s2s/stead/authority/internal/grant"
	"github.com/stead-s2s/stead/authority/internal/journal"
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
