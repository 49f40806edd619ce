package sqlstore

import (
	"context"
	"fmt"

	"github.com/stead-s2s/stead/authority/internal/directory"
	"github.com/stead-s2s/stead/internal/sqldb"
)

// Store is a directory.Store and a keys.Store over one database.
type Store struct{ db *sqldb.DB }

// Open opens the database at path and brings its schema up to date. Errors are those of
// sqldb: a file that is none, or newer, or in use. A volatile one may be lost when the
// machine dies.
func Open(ctx context.Context, path string, volatile bool) (*Store, error) {
	db, err := sqldb.Open(path, sqldb.Options{CacheKiB: 512, Volatile: volatile})
	if err != nil {
		return nil, err
	}
	if err := sqldb.Migrate(ctx, db, steps); err != nil {
		_ = db.Close()
		return nil, err
	}
	return &Store{db}, nil
}

// DB is the database, for the rooms that keep tables of their own in it.
func (s *Store) DB() *sqldb.DB { return s.db }

// Close closes the database.
func (s *Store) Close() error { return s.db.Close() }

// Apply makes the change in one transaction.
func (s *Store) Apply(ctx context.Context, change directory.Change) error {
	err := s.db.Write(ctx, func(c *sqldb.Conn) error {
		if err := remove(c, change.Remove); err != nil {
			return err
		}
		return put(c, change.Put)
	})
	if columns, clash := sqldb.IsUnique(err); clash {
		return fmt.Errorf("%v: %w", columns, directory.ErrConflict)
	}
	return err
}

// remove takes records away, and every list they had.
func remove(c *sqldb.Conn, ids []directory.ID) error {
	for _, one := range ids {
		for _, t := range owners {
			if err := t.remove(c, "id", one); err != nil {
				return err
			}
		}
		for _, t := range lists {
			if err := t.remove(c, "owner", one); err != nil {
				return err
			}
		}
	}
	return nil
}

func put(c *sqldb.Conn, r directory.Records) error {
	return first(
		func() error { return each(c, r.Tenants, putTenant) },
		func() error { return each(c, r.Applications, putApplication) },
		func() error { return each(c, r.ServicePrincipals, putPrincipal) },
		func() error { return each(c, r.Users, putUser) },
		func() error { return each(c, r.RoleAssignments, putAssignment) },
		func() error { return each(c, r.DirectoryRoles, putMember) },
		func() error { return each(c, r.Grants, putGrant) },
		func() error { return each(c, r.Groups, putGroup) },
		func() error { return each(c, r.Members, putMembership) },
	)
}

func each[T any](c *sqldb.Conn, records []T, put func(*sqldb.Conn, T) error) error {
	for _, one := range records {
		if err := put(c, one); err != nil {
			return err
		}
	}
	return nil
}

// first runs steps until one gives an error.
func first(steps ...func() error) error {
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}
