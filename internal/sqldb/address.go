package sqldb

import (
	"context"
	"errors"
	"fmt"
	"net"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"
)

// IsAddress reports whether a database is named by a server's address and not by a path.
func IsAddress(path string) bool {
	scheme, _, found := strings.Cut(path, "://")
	return found && (scheme == "postgres" || scheme == "postgresql")
}

// Describe gives an address without its password, as errors and [DB.Path] name it. What is no address is an error.
func Describe(address string) (string, error) {
	if !IsAddress(address) {
		return "", errAddress
	}
	at, err := parseAddress(address, Options{})
	if err != nil {
		return "", err
	}
	return at.name, nil
}

// address is a server's database and the schema to work in.
type address struct {
	config   *pgconn.Config
	name     string // for people: without password
	schema   string
	patience time.Duration
}

// errAddress stands for the driver's words, which may quote a password.
var errAddress = errors.New("a database address is postgres://user:password@host:port/database, with hosts separated by commas")

func parseAddress(text string, o Options) (*address, error) {
	c, err := pgconn.ParseConfig(text)
	if err != nil {
		return nil, errAddress
	}
	schema := c.RuntimeParams["search_path"]
	if schema != "" && o.Schema != "" {
		schema += "_"
	}
	schema += o.Schema
	if schema != "" {
		c.RuntimeParams["search_path"] = quoteName(schema)
	}
	for name, value := range map[string]string{"application_name": "stead", "jit": "off", "TimeZone": "UTC", "client_encoding": "UTF8"} {
		if c.RuntimeParams[name] == "" {
			c.RuntimeParams[name] = value
		}
	}
	c.BuildContextWatcherHandler = func(conn *pgconn.PgConn) ctxwatch.Handler {
		return &pgconn.CancelRequestContextWatcherHandler{Conn: conn, DeadlineDelay: time.Second}
	}
	name := "postgres://" + c.User + "@" + net.JoinHostPort(c.Host, strconv.Itoa(int(c.Port))) + "/" + c.Database
	if schema != "" {
		name += "?search_path=" + schema
	}
	return &address{config: c, name: name, schema: schema, patience: o.Patience}, nil
}

func quoteName(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

func openServer(text string, o Options) (*DB, error) {
	if o.Readers <= 0 {
		o.spare = serverSpares
		o.Readers = 4 * max(2, runtime.GOMAXPROCS(0)) // they wait for the server, not for a processor
	}
	at, err := parseAddress(text, o)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), at.patience)
	defer cancel()
	if err := at.makeSchema(ctx); err != nil {
		return nil, err
	}
	writer := at.session()
	writer.alone = o.Alone
	if err := writer.connect(); err != nil {
		return nil, err
	}
	return newDB(at.name, PostgreSQL, o, writer, func() (session, error) { return at.session(), nil }), nil
}

func (a *address) session() *server { return &server{at: a, ctx: context.Background()} }

// makeSchema makes the schema where there is none. One that is there needs no right to make any.
func (a *address) makeSchema(ctx context.Context) error {
	if a.schema == "" {
		return nil
	}
	conn, err := pgconn.ConnectConfig(ctx, a.config.Copy())
	if err != nil {
		return a.wrap(ctx, err)
	}
	defer func() { _ = conn.Close(ctx) }()
	found := conn.ExecParams(ctx, "SELECT 1 FROM pg_namespace WHERE nspname = $1", [][]byte{[]byte(a.schema)}, nil, nil, nil).Read()
	if found.Err != nil || len(found.Rows) > 0 {
		return a.wrap(ctx, found.Err)
	}
	_, err = conn.Exec(ctx, "CREATE SCHEMA IF NOT EXISTS "+quoteName(a.schema)).ReadAll()
	if e, is := errors.AsType[*pgconn.PgError](err); is && e.Code == "23505" {
		return nil // another made it at the same moment
	}
	return a.wrap(ctx, err)
}

// DropSchema removes a schema of a server with all that is in it, wherever the address and the options lead.
func DropSchema(ctx context.Context, path string, o Options) error {
	o.fill()
	at, err := parseAddress(path, o)
	if err != nil {
		return err
	}
	if at.schema == "" {
		return fmt.Errorf("database %s: no schema is named", at.name)
	}
	conn, err := pgconn.ConnectConfig(ctx, at.config.Copy())
	if err != nil {
		return at.wrap(ctx, err)
	}
	defer func() { _ = conn.Close(ctx) }()
	_, err = conn.Exec(ctx, "DROP SCHEMA IF EXISTS "+quoteName(at.schema)+" CASCADE").ReadAll()
	return at.wrap(ctx, err)
}
