package authority

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"

	"github.com/stead-s2s/stead/authority/internal/claims"
	"github.com/stead-s2s/stead/authority/internal/clientauth"
	"github.com/stead-s2s/stead/authority/internal/directory"
	"github.com/stead-s2s/stead/authority/internal/login"
	"github.com/stead-s2s/stead/authority/internal/tenancy"
	"github.com/stead-s2s/stead/internal/limit"
)

// people makes what people meet, and lets the token endpoint check passwords with it. The
// token endpoint is there already.
func (s *Server) people(issuers tenancy.Issuers) (*login.Handler, error) {
	passwords, err := login.NewPasswords(s.config.Rand)
	if err != nil {
		return nil, err
	}
	guard := &login.Guard{Passwords: passwords, Attempts: limit.NewMemory(0), Now: s.config.Now}
	s.grant.Password = func(ctx context.Context, tenant *directory.Tenant, name string, password clientauth.Secret) (*directory.User, error) {
		return guard.Check(ctx, s.directory.Current(), login.Attempt{Tenant: tenant, Name: name, Password: login.Password(password)})
	}
	subjects, key := subjectKey(s.config.KEK), hmac.New(sha256.New, s.config.KEK)
	key.Write([]byte("sign-in pages"))
	return login.New(login.Config{
		Directory: s.directory, Tickets: s.tickets, Journal: s.journal, Guard: guard, Issuers: issuers, Front: s.grant.FrontChannel,
		Published: s.keys.Published,
		Subject:   func(user, app directory.ID) string { return claims.Subject(subjects, string(user), string(app)) },
		Key:       key.Sum(nil), Now: s.config.Now, Rand: s.config.Rand,
	})
}
