package journal

import (
	"context"
	"strings"
	"time"

	"github.com/stead-s2s/stead/authority/internal/directory"
	"github.com/stead-s2s/stead/internal/sqldb"
)

func insertSQL() string {
	return "INSERT INTO sign_in (" + columnNames + ") VALUES (?" + strings.Repeat(", ?", strings.Count(columnNames, ",")) + ")"
}

func insert(c *sqldb.Conn, e *Entry) error {
	interactive := int64(0)
	if e.Interactive {
		interactive = 1
	}
	_, err := c.Exec(insertSQL(), sqldb.Text(e.ID), sqldb.Int(e.Time.UnixMicro()), sqldb.Text(string(e.Tenant)),
		sqldb.Text(string(e.App)), sqldb.Text(e.AppName), sqldb.Text(string(e.Principal)), sqldb.Text(e.Credential),
		sqldb.Text(string(e.User)), sqldb.Text(e.UserName), sqldb.Text(string(e.Resource)), sqldb.Text(e.ResourceAs),
		sqldb.Text(e.Grant), sqldb.Int(int64(e.Code)), sqldb.Text(e.Explanation), sqldb.Text(e.Correlation),
		sqldb.Text(e.IP), sqldb.Text(strings.ToValidUTF8(e.Client, "?")), sqldb.Int(interactive))
	return err
}

// Read gives the entries of a tenant that were written before the one with number seq (0:
// all), the latest first, until yield says that it has enough. What waits to be written is
// written first.
func (b *Book) Read(ctx context.Context, tenant directory.ID, seq int64, yield func(Entry) bool) error {
	if err := b.Flush(ctx); err != nil {
		return err
	}
	if seq == 0 {
		seq = 1<<63 - 1
	}
	oldest := b.now().Add(-MaxAge)
	return b.db.Read(ctx, func(c *sqldb.Conn) error {
		rows, err := c.Query("SELECT seq, "+columnNames+" FROM sign_in WHERE tenant = ? AND seq < ? ORDER BY seq DESC",
			sqldb.Text(string(tenant)), sqldb.Int(seq))
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			e := read(rows)
			if e.Time.Before(oldest) || !yield(e) {
				return nil
			}
		}
		return rows.Err()
	})
}

func read(r *sqldb.Rows) Entry {
	text := func(i int) string { return string(r.Text(i)) }
	id := func(i int) directory.ID { return directory.ID(r.Text(i)) }
	return Entry{
		Seq: r.Int(0), ID: text(1), Time: time.UnixMicro(r.Int(2)).UTC(), Tenant: id(3), App: id(4), AppName: text(5),
		Principal: id(6), Credential: text(7), User: id(8), UserName: text(9), Resource: id(10), ResourceAs: text(11),
		Grant: text(12), Code: int(r.Int(13)), Explanation: text(14), Correlation: text(15), IP: text(16), Client: text(17),
		Interactive: r.Int(18) != 0,
	}
}
