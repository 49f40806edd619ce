package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"

	"github.com/stead-s2s/stead/internal/sqldb"
)

// bareWriter writes accounts with hand-written SQL, without rules and rights: what Stead
// would leave in the row stands in the text of the statement.
type bareWriter struct {
	db      *sqldb.DB
	insert  string
	version atomic.Int64
}

// given are the columns that requests set, in the order of the statement's arguments,
// which the id and the version go before.
var given = []string{"name", "telephone1", "address1_city", "numberofemployees"}

// newBareWriter takes the constants from a row that Stead made.
func newBareWriter(db *sqldb.DB, blob string) (*bareWriter, error) {
	w := &bareWriter{db: db}
	w.version.Store(1 << 40)
	err := db.Read(context.Background(), func(c *sqldb.Conn) error {
		rows, err := c.Query("SELECT * FROM account LIMIT 1")
		if err != nil {
			return err
		}
		defer rows.Close()
		if !rows.Next() {
			return fmt.Errorf("no account to take after: %w", rows.Err())
		}
		w.insert = insertLike(rows, blob)
		return nil
	})
	return w, err
}

func insertLike(rows *sqldb.Rows, blob string) string {
	columns, values := append([]string{"accountid", "versionnumber"}, given...), "?, ?, ?, ?, ?, ?"
	for i := range rows.Columns() {
		name := rows.Name(i)
		if rows.Null(i) || strings.Contains(" "+strings.Join(columns, " ")+" ", " "+name+" ") {
			continue
		}
		columns = append(columns, name)
		values += ", " + literal(rows, i, blob)
	}
	return "INSERT INTO account (" + strings.Join(columns, ", ") + ") VALUES (" + values + ")"
}

// literal writes a value as a file or a server takes it, which say blob before an id or nothing.
func literal(rows *sqldb.Rows, i int, blob string) string {
	switch rows.Kind(i) {
	case sqldb.KindInt:
		return fmt.Sprint(rows.Int(i))
	case sqldb.KindFloat:
		return fmt.Sprint(rows.Float(i))
	case sqldb.KindBlob:
		return blob + "'" + hex.EncodeToString(rows.Blob(i)) + "'"
	default:
		return "'" + strings.ReplaceAll(string(rows.Text(i)), "'", "''") + "'"
	}
}

type bareAccount struct {
	Name      string `json:"name"`
	Telephone string `json:"telephone1"`
	City      string `json:"address1_city"`
	Employees int64  `json:"numberofemployees"`
}

func (w *bareWriter) put(c *sqldb.Conn, a bareAccount) (id []byte, err error) {
	id = make([]byte, 16)
	_, _ = rand.Read(id)
	err = c.Send(w.insert, sqldb.Blob(id), sqldb.Int(w.version.Add(1)), sqldb.Text(a.Name), sqldb.Text(a.Telephone), sqldb.Text(a.City), sqldb.Int(a.Employees))
	return id, err
}

// create makes one account.
func (w *bareWriter) create(to http.ResponseWriter, r *http.Request) {
	var a bareAccount
	var id []byte
	err := json.NewDecoder(r.Body).Decode(&a)
	if err == nil {
		err = w.db.Write(r.Context(), func(c *sqldb.Conn) (err error) {
			id, err = w.put(c, a)
			return err
		})
	}
	if err != nil {
		http.Error(to, err.Error(), http.StatusInternalServerError)
		return
	}
	to.Header().Set("OData-EntityId", "https://localhost/accounts("+hex.EncodeToString(id)+")")
	to.WriteHeader(http.StatusNoContent)
}

// bulk makes many accounts in one transaction.
func (w *bareWriter) bulk(to http.ResponseWriter, r *http.Request) {
	var all struct{ Targets []bareAccount }
	out := []byte(nil)
	err := json.NewDecoder(r.Body).Decode(&all)
	if err == nil {
		err = w.db.Write(r.Context(), func(c *sqldb.Conn) error {
			out = append(out[:0], `{"Ids":[`...)
			for i, a := range all.Targets {
				id, err := w.put(c, a)
				if err != nil {
					return err
				}
				if i > 0 {
					out = append(out, ',')
				}
				out = append(hex.AppendEncode(append(out, '"'), id), '"')
			}
			out = append(out, "]}"...)
			return nil
		})
	}
	bareAnswer(to, out, err)
}

// update changes one column of one account.
func (w *bareWriter) update(to http.ResponseWriter, r *http.Request) {
	var a bareAccount
	id, err := hex.DecodeString(r.URL.Query().Get("id"))
	if err == nil {
		err = json.NewDecoder(r.Body).Decode(&a)
	}
	if err == nil {
		err = w.db.Write(r.Context(), func(c *sqldb.Conn) error {
			_, err := c.SendOne("UPDATE account SET telephone1 = ?, versionnumber = ? WHERE accountid = ?", sqldb.Text(a.Telephone), sqldb.Int(w.version.Add(1)), sqldb.Blob(id))
			return err
		})
	}
	if err != nil {
		http.Error(to, err.Error(), http.StatusInternalServerError)
		return
	}
	to.WriteHeader(http.StatusNoContent)
}
