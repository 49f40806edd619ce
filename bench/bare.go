package main

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/stead-s2s/stead"
	"github.com/stead-s2s/stead/internal/localca"
	"github.com/stead-s2s/stead/internal/sqldb"
	"github.com/stead-s2s/stead/internal/web"
)

// serveBare is the other process: the least that answers the measured requests,
// with the world's own certificate authority and contoso's own database file. It
// prints its address and serves until it is killed.
func serveBare(data string) error {
	ca, err := localca.Open(data, localca.Options{})
	if err != nil {
		return err
	}
	server, err := web.Listen(web.ServerOptions{Addr: "localhost:0", GetCertificate: ca.GetCertificate})
	if err != nil {
		return err
	}
	database, list, expand, aggregate := filepath.Join(data, "environment-contoso.db"), listSQL, expandSQL, aggregateSQL
	if world, err := stead.ReadWorld(data); err == nil && world.Database != "" {
		database, list, expand, aggregate = world.Database, atServer(listSQL), atServer(expandSQL), atServer(aggregateSQL)
	}
	db, err := sqldb.Open(database, sqldb.Options{Schema: "contoso"})
	if err != nil {
		return err
	}
	defer db.Close()
	blob := ""
	if list == listSQL { // what is written shall not be in Stead's way
		if db, err = ownCopy(db, filepath.Join(data, "bare.db")); err != nil {
			return err
		}
		defer db.Close()
		blob = "x"
	}
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /token", bareToken(key))
	mux.HandleFunc("GET /point", barePoint(db))
	mux.HandleFunc("GET /list", bareList(db, list))
	mux.HandleFunc("GET /page", bareList(db, pageSQL))
	mux.HandleFunc("GET /aggregate", bareList(db, aggregate))
	mux.HandleFunc("GET /expand", bareList(db, expand))
	mux.HandleFunc("GET /batch", bareBatch(db))
	writer, err := newBareWriter(db, blob)
	if err != nil {
		return err
	}
	mux.HandleFunc("POST /create", writer.create)
	mux.HandleFunc("POST /bulk", writer.bulk)
	mux.HandleFunc("PATCH /update", writer.update)
	fmt.Fprintln(os.Stdout, server.URL())
	return server.Serve(mux)
}

// ownCopy gives the database's copy in a file of its own.
func ownCopy(db *sqldb.DB, path string) (*sqldb.DB, error) {
	if err := db.CopyTo(context.Background(), path); err != nil {
		return nil, err
	}
	return sqldb.Open(path, sqldb.Options{})
}

const (
	pageSQL      = `SELECT versionnumber, name, accountnumber, telephone1, address1_city, numberofemployees, statecode, accountid FROM account ORDER BY accountid LIMIT 5000`
	expandSQL    = `SELECT a.versionnumber, a.name, a.accountid, c.fullname, c.contactid FROM account AS a LEFT JOIN contact AS c ON c.contactid = a.primarycontactid WHERE a.address1_city = ? ORDER BY a.name, a.accountid LIMIT 50`
	aggregateSQL = `SELECT 0, count(accountid) AS n, statecode AS state FROM account WHERE address1_city = ? GROUP BY statecode`
)

// bareToken parses the form, compares the secret and signs the claims of a v1.0
// app token.
func bareToken(key *rsa.PrivateKey) http.HandlerFunc {
	secret := sha256.Sum256([]byte(stead.DevSecret))
	header := base64.RawURLEncoding.EncodeToString([]byte(`{"typ":"JWT","alg":"RS256","x5t":"0123456789012345678901234567","kid":"0123456789012345678901234567"}`))
	return func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		given := sha256.Sum256([]byte(r.PostForm.Get("client_secret")))
		if subtle.ConstantTimeCompare(given[:], secret[:]) != 1 {
			http.Error(w, "invalid_client", http.StatusUnauthorized)
			return
		}
		now := time.Now().Unix()
		id := r.PostForm.Get("client_id")
		claims := fmt.Sprintf(`{"aud":%q,"iss":"https://localhost:8443/%s/","iat":%d,"nbf":%d,"exp":%d,"aio":"%s","appid":%q,"appidacr":"1","idp":"https://localhost:8443/%s/","idtyp":"app","oid":%q,"rh":"1.AXQA%s","sub":%q,"tid":%q,"uti":"0123456789012345678901","ver":"1.0"}`,
			r.PostForm.Get("scope"), id, now-300, now-300, now+3599, id, id, id, id, id, id, id)
		signed := header + "." + base64.RawURLEncoding.EncodeToString([]byte(claims))
		sum := sha256.Sum256([]byte(signed))
		signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"token_type":"Bearer","expires_in":3599,"ext_expires_in":3599,"access_token":"%s.%s"}`,
			signed, base64.RawURLEncoding.EncodeToString(signature))
	}
}

const pointSQL = `SELECT versionnumber, name, accountnumber, telephone1, address1_city, numberofemployees, statecode, statuscode, createdon, ownerid, primarycontactid, accountid FROM account WHERE accountid = ?`

// barePoint answers one account by id.
func barePoint(db *sqldb.DB) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		id, err := hex.DecodeString(r.URL.Query().Get("id"))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		var out []byte
		err = db.Read(r.Context(), func(c *sqldb.Conn) error {
			out, err = bareRows(out, io.Discard, c, pointSQL, sqldb.Blob(id))
			return err
		})
		bareAnswer(w, out, err)
	}
}

const listSQL = `SELECT versionnumber, name, accountnumber, telephone1, address1_city, numberofemployees, statecode, accountid FROM account WHERE address1_city = ? ORDER BY name, accountid LIMIT 50`

// atServer minds the case of letters no more than the file's columns do.
func atServer(sql string) string {
	return strings.NewReplacer("a.address1_city = ?", "lower(a.address1_city) = lower(?)", "address1_city = ?", "lower(address1_city) = lower(?)",
		"ORDER BY a.name, a.accountid", "ORDER BY lower(a.name) NULLS FIRST, a.accountid NULLS FIRST",
		"ORDER BY name, accountid", "ORDER BY lower(name) NULLS FIRST, accountid NULLS FIRST").Replace(sql)
}

// bareBatch answers one account a hundred times over.
func bareBatch(db *sqldb.DB) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		id, err := hex.DecodeString(r.URL.Query().Get("id"))
		var out []byte
		for i := 0; i < 100 && err == nil; i++ {
			out = append(out, "--b\r\nContent-Type: application/http\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"...)
			err = db.Read(r.Context(), func(c *sqldb.Conn) (err error) {
				out, err = bareRows(out, io.Discard, c, pointSQL, sqldb.Blob(id))
				return err
			})
		}
		bareAnswer(w, out, err)
	}
}

// bareList answers the first fifty accounts of a city by name.
func bareList(db *sqldb.DB, list string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var given []sqldb.Arg
		if city := r.URL.Query().Get("city"); city != "" {
			given = append(given, sqldb.Text(city))
		}
		out := make([]byte, 0, 36<<10)
		w.Header().Set("Content-Type", "application/json")
		err := db.Read(r.Context(), func(c *sqldb.Conn) (err error) {
			out, err = bareRows(append(out[:0], `{"value":[`...), w, c, list, given...)
			out = append(out, "]}"...)
			return err
		})
		bareAnswer(w, out, err)
	}
}

// bareRows appends rows as JSON objects: the first column is the version, names
// stand where the query has them. What is more than 32 KB goes to a writer.
func bareRows(out []byte, to io.Writer, c *sqldb.Conn, sql string, args ...sqldb.Arg) ([]byte, error) {
	rows, err := c.Query(sql, args...)
	if err != nil {
		return out, err
	}
	first := true
	for rows.Next() {
		if !first {
			out = append(out, ',')
		}
		first = false
		out = append(out, `{"@odata.etag":"W/\"`...)
		out = strconv.AppendInt(out, rows.Int(0), 10)
		out = append(out, `\""`...)
		for i := 1; i < rows.Columns(); i++ {
			out = append(out, `,"`...)
			out = append(out, rows.Name(i)...)
			out = append(out, `":`...)
			out = bareCell(out, rows, i)
		}
		if out = append(out, '}'); len(out) >= 32<<10 {
			if _, err := to.Write(out); err != nil {
				return out, err
			}
			out = out[:0]
		}
	}
	return out, rows.Err()
}

func bareCell(out []byte, rows *sqldb.Rows, i int) []byte {
	switch rows.Kind(i) {
	case sqldb.KindInt:
		return strconv.AppendInt(out, rows.Int(i), 10)
	case sqldb.KindFloat:
		return strconv.AppendFloat(out, rows.Float(i), 'g', -1, 64)
	case sqldb.KindText:
		return append(append(append(out, '"'), rows.Text(i)...), '"')
	case sqldb.KindBlob:
		return append(hex.AppendEncode(append(out, '"'), rows.Blob(i)), '"')
	default:
		return append(out, "null"...)
	}
}

func bareAnswer(w http.ResponseWriter, body []byte, err error) {
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(body)
}
