package environment

import (
	"fmt"

	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/seed"
)

// spec reads the public Seed into what the seeding room takes.
func (s *Server) spec() (seed.Spec, error) {
	spec := seed.Spec{Organization: s.config.organization, Name: s.config.Name, Now: s.config.Now()}
	if s.config.Seed == nil {
		return spec, nil
	}
	spec.Samples, spec.Rows, spec.Progress = s.config.Seed.Samples, s.config.Seed.Rows, s.config.Seed.Progress
	for _, u := range s.config.Seed.Units {
		spec.Units = append(spec.Units, seed.Unit(u))
	}
	for _, u := range s.config.Seed.Users {
		user, err := u.read()
		if err != nil {
			return spec, fmt.Errorf("user %s%s: %w", u.DomainName, u.FullName, err)
		}
		spec.Users = append(spec.Users, user)
	}
	return spec, nil
}

func (u SeedUser) read() (seed.User, error) {
	to := seed.User{
		FirstName: u.FirstName, LastName: u.LastName, FullName: u.FullName, DomainName: u.DomainName, Email: u.Email,
		Unit: u.Unit, Roles: u.Roles, AccessMode: u.AccessMode, Disabled: u.Disabled, OwnsNothing: u.OwnsNothing,
	}
	for _, field := range []struct {
		text string
		to   *meta.ID
	}{{u.ID, &to.ID}, {u.ObjectID, &to.ObjectID}, {u.ApplicationID, &to.ApplicationID}} {
		if field.text == "" {
			continue
		}
		id, err := meta.ParseID(field.text)
		if err != nil {
			return to, err
		}
		*field.to = id
	}
	return to, nil
}
