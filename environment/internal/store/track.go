package store

import (
	"fmt"
	"time"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/sqlgen"
	"github.com/stead-s2s/stead/internal/sqldb"
)

// Deletions of tables whose changes are followed are kept in stead_deleted, each under a
// row version of its own. Writers come one at a time and take versions as they go
// (internal/sqldb), so that whoever sees a version sees every change before it: no change
// can turn up later under a number that a client has passed.

// bury takes rows away and notes which they were.
func (tx *Tx) bury(st sqlgen.Statement) (int64, error) {
	gone, err := tx.removed(st)
	if err != nil {
		return 0, fmt.Errorf("change %s: %w", st.Table.LogicalName, err)
	}
	now := tx.s.now().Unix()
	for _, id := range gone {
		version, err := tx.NextVersion()
		if err != nil {
			return 0, err
		}
		err = tx.conn.Send(`INSERT INTO stead_deleted (tablename, version, id, deletedon) VALUES (?, ?, ?, ?)`,
			sqldb.Text(st.Table.LogicalName), sqldb.Int(version), sqldb.Blob(id[:]), sqldb.Int(now))
		if err != nil {
			return 0, fmt.Errorf("note a deletion from %s: %w", st.Table.LogicalName, err)
		}
	}
	return int64(len(gone)), nil
}

func (tx *Tx) removed(st sqlgen.Statement) (gone []meta.ID, err error) {
	rows, err := tx.query(st.SQL, st.Args)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		gone = append(gone, meta.ID(rows.Blob(0)))
	}
	return gone, rows.Err()
}

// LastChange gives the row version of the last change of a table's rows that this
// transaction sees, deletions included; zero when there never was one.
func (tx *Tx) LastChange(f access.Followed) (int64, error) {
	t := f.Table()
	rows, err := tx.conn.Query(`SELECT max("versionnumber"), (SELECT max(version) FROM stead_deleted WHERE tablename = ?) FROM `+
		quote(t.LogicalName), sqldb.Text(t.LogicalName))
	if err != nil {
		return 0, fmt.Errorf("last change of %s: %w", t.LogicalName, err)
	}
	defer rows.Close()
	last := int64(0)
	if rows.Next() {
		for cell := range 2 {
			if !rows.Null(cell) {
				last = max(last, rows.Int(cell))
			}
		}
	}
	return last, rows.Err()
}

// Forgotten gives the row version up to which deletions may have been forgotten.
func (tx *Tx) Forgotten() (int64, error) {
	version, _, err := setting(tx.conn, keyForgot)
	return version, err
}

// Deleted lists the rows of a table that went with a row version after one and up to
// another, in the order of the versions, most of them at a time; more says that there are
// more. A row that has come back is none of them.
func (tx *Tx) Deleted(f access.Followed, after, until int64, most int) (gone []op.Deletion, more bool, err error) {
	t := f.Table()
	rows, err := tx.conn.Query(`SELECT d.id, d.version FROM stead_deleted AS d WHERE d.tablename = ? AND d.version > ? AND d.version <= ?
		AND NOT EXISTS (SELECT 1 FROM `+quote(t.LogicalName)+` AS t WHERE t.`+quote(t.PrimaryID.LogicalName)+` = d.id)
		ORDER BY d.version LIMIT ?`,
		sqldb.Text(t.LogicalName), sqldb.Int(after), sqldb.Int(until), sqldb.Int(int64(most)+1))
	if err != nil {
		return nil, false, fmt.Errorf("deletions from %s: %w", t.LogicalName, err)
	}
	defer rows.Close()
	for rows.Next() {
		if len(gone) == most {
			return gone, true, nil
		}
		gone = append(gone, op.Deletion{ID: meta.ID(rows.Blob(0)), Version: rows.Int(1)})
	}
	return gone, false, rows.Err()
}

// Forget drops the deletions before a time. Who followed changes from before the last of
// them can follow no longer (Forgotten).
func (tx *Tx) Forget(before time.Time) error {
	if !tx.writing {
		return errReading
	}
	last, err := tx.lastBefore(before)
	if err != nil || last == 0 {
		return err
	}
	known, err := tx.Forgotten()
	if err != nil {
		return err
	}
	if err := keep(tx.conn, keyForgot, max(known, last)); err != nil {
		return err
	}
	if _, err := tx.conn.Exec(`DELETE FROM stead_deleted WHERE deletedon < ?`, sqldb.Int(before.Unix())); err != nil {
		return fmt.Errorf("forget deletions: %w", err)
	}
	return nil
}

func (tx *Tx) lastBefore(t time.Time) (version int64, err error) {
	rows, err := tx.conn.Query(`SELECT max(version) FROM stead_deleted WHERE deletedon < ?`, sqldb.Int(t.Unix()))
	if err != nil {
		return 0, fmt.Errorf("old deletions: %w", err)
	}
	defer rows.Close()
	if rows.Next() && !rows.Null(0) {
		version = rows.Int(0)
	}
	return version, rows.Err()
}
