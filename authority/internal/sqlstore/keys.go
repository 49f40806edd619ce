package sqlstore

import (
	"context"

	"github.com/stead-s2s/stead/authority/internal/keys"
	"github.com/stead-s2s/stead/internal/sqldb"
)

// LoadKeys reads all signing keys.
func (s *Store) LoadKeys(ctx context.Context) ([]keys.Record, error) {
	var found []keys.Record
	err := s.db.Read(ctx, func(c *sqldb.Conn) (err error) {
		found, err = all(c, signingKeys, func(r row) keys.Record {
			return keys.Record{
				ID: r.text(0), State: keys.State(r.text(1)), Created: r.time(2), Retired: r.time(3),
				Certificate: r.bytes(4), Sealed: r.bytes(5),
			}
		})
		return err
	})
	return found, err
}

// SaveKeys writes and removes signing keys in one transaction.
func (s *Store) SaveKeys(ctx context.Context, put []keys.Record, remove []string) error {
	return s.db.Write(ctx, func(c *sqldb.Conn) error {
		for _, k := range put {
			err := signingKeys.put(c, sqldb.Text(k.ID), sqldb.Text(string(k.State)), instant(k.Created), instant(k.Retired),
				sqldb.Blob(k.Certificate), sqldb.Blob(k.Sealed))
			if err != nil {
				return err
			}
		}
		for _, one := range remove {
			if _, err := c.Exec("DELETE FROM signing_key WHERE id = ?", sqldb.Text(one)); err != nil {
				return err
			}
		}
		return nil
	})
}
