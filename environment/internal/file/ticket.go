package file

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/engine"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
)

// uploadWord begins the keys of pieces that wait to become a content.
const uploadWord = "upload"

// ticketTime is how long an upload or a download may take.
const ticketTime = 24 * time.Hour

// What a ticket is for: blocks and chunks differ in how the pieces are named.
const (
	forBlocks   = "blocks"
	forChunks   = "chunks"
	forDownload = "download"
	forBody     = "body" // blocks of a row that carries a file
)

// ticket is what a continuation token says: one upload or download, by one user. Tokens
// are sealed and hold all there is to know, so that they survive a restart.
type ticket struct {
	For     string `json:"f"`
	Table   string `json:"t"`
	Row     string `json:"r"`
	Column  string `json:"c"`
	Name    string `json:"n,omitempty"`
	Session string `json:"s"` // of an upload; of a download the content's id
	User    string `json:"u"`
	Until   int64  `json:"x"` // seconds since 1970
}

// newTicket opens an upload or download of a place by the call's user.
func newTicket(call engine.Call, what string, p Place, name string, session meta.ID) ticket {
	return ticket{
		For: what, Table: p.Key.Table.LogicalName, Row: p.Key.ID.String(), Column: p.Column.LogicalName, Name: name,
		Session: session.String(), User: call.Caller.Effective.ID.String(), Until: call.Now.Add(ticketTime).Unix(),
	}
}

// sealLength is how many bytes of the seal a token carries.
const sealLength = 16

func (k *Desk) seal(t ticket) string {
	text, err := json.Marshal(t)
	if err != nil {
		panic(err) // strings and numbers have a JSON form
	}
	return base64.RawURLEncoding.EncodeToString(append(k.sealOf(text), text...))
}

func (k *Desk) sealOf(text []byte) []byte {
	mac := hmac.New(sha256.New, k.linkKey)
	mac.Write([]byte("file ticket\x00"))
	mac.Write(text)
	return mac.Sum(nil)[:sealLength]
}

// unseal reads a token that seal made, for the user it was made for, until it expires.
// FileTokenInvalid otherwise: which of the reasons it was is nobody's business.
func (k *Desk) unseal(call engine.Call, token string, what ...string) (ticket, Place, error) {
	var t ticket
	b, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(b) < sealLength || !hmac.Equal(b[:sealLength], k.sealOf(b[sealLength:])) {
		return t, Place{}, dverr.FileTokenInvalid.With()
	}
	if err := json.Unmarshal(b[sealLength:], &t); err != nil {
		return t, Place{}, dverr.FileTokenInvalid.With().Because(err)
	}
	p, ok := t.place(call.Model)
	known := false
	for _, w := range what {
		known = known || w == t.For
	}
	if !ok || !known || call.Now.Unix() >= t.Until || t.User != call.Caller.Effective.ID.String() {
		return t, Place{}, dverr.FileTokenInvalid.With()
	}
	return t, p, nil
}

// place finds what a ticket names in the model as it is now.
func (t ticket) place(m *meta.Model) (Place, bool) {
	table := m.Table(t.Table)
	id, err := meta.ParseID(t.Row)
	if table == nil || err != nil {
		return Place{}, false
	}
	c := table.Column(t.Column)
	return Place{op.Key{Table: table, ID: id}, c}, c != nil && (c.HoldsContent() || c.Body)
}

// prefix begins the keys of an upload's pieces. It says when they expire.
func (t ticket) prefix() string {
	return fmt.Sprintf("%s/%d-%s", uploadWord, t.Until, t.Session)
}

// expire removes the pieces of uploads whose time has passed, and counts them.
func (k *Desk) expire(ctx context.Context, now time.Time) (n int, err error) {
	all, err := k.contents.Shelf.List(ctx, uploadWord)
	if err != nil {
		return 0, err
	}
	for _, entry := range all {
		text, _, _ := strings.Cut(strings.TrimPrefix(entry.Key, uploadWord+"/"), "-")
		if until, err := strconv.ParseInt(text, 10, 64); err == nil && until <= now.Unix() {
			if err := k.contents.Shelf.Remove(ctx, entry.Key); err != nil {
				return n, err
			}
			n++
		}
	}
	return n, nil
}
