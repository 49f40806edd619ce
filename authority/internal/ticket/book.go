package ticket

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/stead-s2s/stead/authority/internal/directory"
	"github.com/stead-s2s/stead/internal/sqldb"
)

// What can be wrong with a ticket; match with errors.Is.
var (
	ErrUnknown = errors.New("there is no such ticket")
	ErrExpired = errors.New("its time is over")
	ErrUsed    = errors.New("it was used before") // what came from its use is revoked
	ErrRevoked = errors.New("it was revoked")
	ErrPending = errors.New("nobody has answered yet") // devices
	ErrDenied  = errors.New("the person said no")      // devices
)

// The lives of tickets (Entra facts 3.3, 4.4, 4.6).
const (
	CodeLife    = 10 * time.Minute
	RefreshLife = 90 * 24 * time.Hour // since the last use
	SPALife     = 24 * time.Hour      // since the sign-in, of refresh tokens that browsers hold
	DeviceLife  = 15 * time.Minute
	SessionLife = 24 * time.Hour // since the last use
)

// Leeway is how long a refresh token that was exchanged for its successor may come again
// without harm: clients ask for several resources at once with the one token they have
// (Entra facts 4.4), and repeat requests whose answers were lost.
const Leeway = 60 * time.Second

// Book is the tickets of an authority. It is safe for many goroutines.
type Book struct {
	db   *sqldb.DB
	now  func() time.Time
	rand io.Reader
}

// Open makes the tables where there are none. random must be safe for many goroutines.
func Open(ctx context.Context, db *sqldb.DB, now func() time.Time, random io.Reader) (*Book, error) {
	if err := db.Write(ctx, migrate); err != nil {
		return nil, fmt.Errorf("open tickets: %w", err)
	}
	return &Book{db: db, now: now, rand: random}, nil
}

// bearer makes a text that only its holder knows: 256 random bits.
func (b *Book) bearer(prefix string) (string, error) {
	raw := make([]byte, 32)
	if _, err := io.ReadFull(b.rand, raw); err != nil {
		return "", err
	}
	return prefix + base64.RawURLEncoding.EncodeToString(raw), nil
}

// newID makes a random GUID (RFC 9562, 5.4).
func (b *Book) newID() (directory.ID, error) {
	raw := make([]byte, 16)
	if _, err := io.ReadFull(b.rand, raw); err != nil {
		return "", err
	}
	raw[6], raw[8] = raw[6]&0x0f|0x40, raw[8]&0x3f|0x80
	h := hex.EncodeToString(raw)
	return directory.ID(h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]), nil
}

// hash is what is kept of a bearer text. The texts are random and long: one round is
// enough, and looking a hash up tells nobody anything about the text.
func hash(bearer string) sqldb.Arg {
	sum := sha256.Sum256([]byte(bearer))
	return sqldb.Blob(sum[:])
}

func instant(t time.Time) sqldb.Arg { return sqldb.Int(t.UnixMicro()) }

func id(v directory.ID) sqldb.Arg { return sqldb.Text(string(v)) }

// body is a ticket's particulars as they are kept.
func body(v any) (sqldb.Arg, error) {
	text, err := json.Marshal(v)
	return sqldb.Text(string(text)), err
}

// one reads the single row that a query gives; ErrUnknown when there is none.
func one(c *sqldb.Conn, read func(*sqldb.Rows) error, sql string, args ...sqldb.Arg) error {
	rows, err := c.Query(sql, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	if !rows.Next() {
		return errors.Join(rows.Err(), ErrUnknown)
	}
	return read(rows)
}

func exec(c *sqldb.Conn, sql string, args ...sqldb.Arg) error {
	_, err := c.Exec(sql, args...)
	return err
}

func moment(rows *sqldb.Rows, i int) time.Time {
	if rows.Null(i) {
		return time.Time{}
	}
	return time.UnixMicro(rows.Int(i)).UTC()
}

// Purge forgets what nobody can use any more. Used codes stay until their end, so that a
// second use is noticed.
func (b *Book) Purge(ctx context.Context) error {
	now := instant(b.now())
	return b.db.Write(ctx, func(c *sqldb.Conn) error {
		for _, sql := range []string{
			"DELETE FROM ticket_code WHERE expires <= ?",
			"DELETE FROM ticket_refresh WHERE expires <= ?",
			"DELETE FROM ticket_device WHERE expires <= ?",
			"DELETE FROM ticket_session WHERE expires <= ?",
			"DELETE FROM ticket_family WHERE issued <= ? AND NOT EXISTS (SELECT 1 FROM ticket_refresh r WHERE r.family = ticket_family.id)",
		} {
			if err := exec(c, sql, now); err != nil {
				return fmt.Errorf("purge tickets: %w", err)
			}
		}
		return nil
	})
}
