package sqlstore

import (
	"strings"
	"time"

	"github.com/stead-s2s/stead/authority/internal/directory"
	"github.com/stead-s2s/stead/internal/sqldb"
)

// put writes a row, over the one with the same id if there is one.
func (t table) put(c *sqldb.Conn, row ...sqldb.Arg) error {
	set := make([]string, 0, len(t.columns)-1)
	for _, column := range t.columns[1:] {
		set = append(set, column+" = excluded."+column)
	}
	_, err := c.Exec(t.insert()+" ON CONFLICT (id) DO UPDATE SET "+strings.Join(set, ", "), row...)
	return err
}

func (t table) insert() string {
	places := strings.TrimSuffix(strings.Repeat("?, ", len(t.columns)), ", ")
	return "INSERT INTO " + t.name + " (" + strings.Join(t.columns, ", ") + ") VALUES (" + places + ")"
}

// putList writes an owner's list anew.
func putList[T any](c *sqldb.Conn, t table, owner directory.ID, list []T, row func(T) []sqldb.Arg) error {
	if err := t.remove(c, "owner", owner); err != nil {
		return err
	}
	insert := t.insert()
	for i, one := range list {
		if _, err := c.Exec(insert, append([]sqldb.Arg{id(owner), sqldb.Int(int64(i))}, row(one)...)...); err != nil {
			return err
		}
	}
	return nil
}

func (t table) remove(c *sqldb.Conn, column string, value directory.ID) error {
	_, err := c.Exec("DELETE FROM "+t.name+" WHERE "+column+" = ?", id(value))
	return err
}

// all reads every row of a table; lists come in their order.
func all[T any](c *sqldb.Conn, t table, read func(row) T) ([]T, error) {
	sql := "SELECT " + strings.Join(t.columns, ", ") + " FROM " + t.name
	if t.columns[0] == "owner" {
		sql += " ORDER BY owner, position"
	}
	rows, err := c.Query(sql)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var found []T
	for rows.Next() {
		found = append(found, read(row{rows}))
	}
	return found, rows.Err()
}

// byOwner reads a table of lists.
func byOwner[T any](c *sqldb.Conn, t table, read func(row) T) (map[directory.ID][]T, error) {
	type item struct {
		owner directory.ID
		value T
	}
	items, err := all(c, t, func(r row) item { return item{r.id(0), read(r)} })
	found := map[directory.ID][]T{}
	for _, i := range items {
		found[i.owner] = append(found[i.owner], i.value)
	}
	return found, err
}

// row reads the columns of a row as members.
type row struct{ *sqldb.Rows }

func (r row) text(i int) string     { return string(r.Text(i)) }
func (r row) id(i int) directory.ID { return directory.ID(r.Text(i)) }
func (r row) bool(i int) bool       { return r.Int(i) != 0 }
func (r row) bytes(i int) []byte    { return append([]byte(nil), r.Blob(i)...) }

func (r row) time(i int) time.Time {
	if r.Null(i) {
		return time.Time{}
	}
	return time.UnixMicro(r.Int(i)).UTC()
}

func id(v directory.ID) sqldb.Arg { return sqldb.Text(string(v)) }

func boolean(v bool) sqldb.Arg {
	if v {
		return sqldb.Int(1)
	}
	return sqldb.Int(0)
}

func instant(t time.Time) sqldb.Arg {
	if t.IsZero() {
		return sqldb.Null()
	}
	return sqldb.Int(t.UnixMicro())
}
