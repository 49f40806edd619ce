package ticket

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/stead-s2s/stead/authority/internal/directory"
	"github.com/stead-s2s/stead/internal/sqldb"
)

// Device is a sign-in that a device waits for (Entra facts 4.6).
type Device struct {
	Segment  string       // first segment of the path that asked: a tenant's id or a word
	App      directory.ID // client id
	Scopes   []string
	Resource string // v1.0
	V1       bool
	Expires  time.Time `json:"-"`

	Approval // of the person, once there is one
}

// Approval is who signed in for a device.
type Approval struct {
	Tenant   directory.ID
	User     directory.ID
	Session  directory.ID
	AuthTime time.Time
	Methods  []string
}

func (d Device) family() Family {
	return Family{
		Tenant: d.Tenant, App: d.App, User: d.User, Session: d.Session, Scopes: d.Scopes, Resource: d.Resource,
		AuthTime: d.AuthTime, Methods: d.Methods,
	}
}

// States of a device.
const (
	pending  = "pending"
	approved = "approved"
	denied   = "denied"
	used     = "used"
)

// userCodeLetters have nothing that reads like something else, and no vowels that make
// words.
const (
	userCodeLetters = "BCDFGHJKLMNPQRSTVWXZ23456789"
	userCodeLength  = 9
)

// userCode takes random bytes that fall evenly onto the letters.
func (b *Book) userCode() (string, error) {
	code := make([]byte, 0, userCodeLength)
	var raw [1]byte
	for len(code) < userCodeLength {
		if _, err := io.ReadFull(b.rand, raw[:]); err != nil {
			return "", err
		}
		if n := int(raw[0]); n < 256/len(userCodeLetters)*len(userCodeLetters) {
			code = append(code, userCodeLetters[n%len(userCodeLetters)])
		}
	}
	return string(code), nil
}

// IssueDevice gives the code that the device polls with and the one that the person
// types.
func (b *Book) IssueDevice(ctx context.Context, d Device) (deviceCode, userCode string, err error) {
	kept, err := body(d)
	if err != nil {
		return "", "", fmt.Errorf("issue device code: %w", err)
	}
	expires := b.now().Add(DeviceLife)
	for range 3 { // a user code in use is one in billions: another will do
		if deviceCode, err = b.bearer("1.D"); err != nil {
			break
		}
		if userCode, err = b.userCode(); err != nil {
			break
		}
		err = b.db.Write(ctx, func(c *sqldb.Conn) error {
			return exec(c, "INSERT INTO ticket_device (hash, user_code, state, body, expires) VALUES (?, ?, ?, ?, ?)",
				hash(deviceCode), sqldb.Text(userCode), sqldb.Text(pending), kept, instant(expires))
		})
		if !errors.Is(err, sqldb.ErrUnique) {
			break
		}
	}
	if err != nil {
		return "", "", fmt.Errorf("issue device code: %w", err)
	}
	return deviceCode, userCode, nil
}

// typed is a user code as people type it: any case, with spaces and hyphens.
func typed(userCode string) sqldb.Arg {
	return sqldb.Text(strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(userCode)))
}

const (
	byUserCode   = "user_code = ?"
	byDeviceCode = "hash = ?"
)

// readDevice gives a device with its state. Its end comes before its state.
func (b *Book) readDevice(c *sqldb.Conn, where string, arg sqldb.Arg) (d Device, state string, err error) {
	err = one(c, func(r *sqldb.Rows) error {
		err := json.Unmarshal(r.Text(0), &d)
		d.Expires, state = moment(r, 1), string(r.Text(2))
		return err
	}, "SELECT body, expires, state FROM ticket_device WHERE "+where, arg)
	if err == nil && !b.now().Before(d.Expires) {
		err = ErrExpired
	}
	return d, state, err
}

// Device finds what a person's code is for: ErrUnknown, ErrExpired, ErrUsed when it has
// been answered.
func (b *Book) Device(ctx context.Context, userCode string) (Device, error) {
	var d Device
	err := b.db.Read(ctx, func(c *sqldb.Conn) (err error) {
		d, err = b.open(c, userCode)
		return err
	})
	return d, err
}

// open gives a device that waits for an answer.
func (b *Book) open(c *sqldb.Conn, userCode string) (Device, error) {
	d, state, err := b.readDevice(c, byUserCode, typed(userCode))
	if err == nil && state != pending {
		err = ErrUsed
	}
	return d, err
}

// ApproveDevice lets the device have what it waits for.
func (b *Book) ApproveDevice(ctx context.Context, userCode string, a Approval) error {
	return b.answer(ctx, userCode, approved, a)
}

// DenyDevice tells the device that the person said no.
func (b *Book) DenyDevice(ctx context.Context, userCode string) error {
	return b.answer(ctx, userCode, denied, Approval{})
}

func (b *Book) answer(ctx context.Context, userCode, state string, a Approval) error {
	err := b.db.Write(ctx, func(c *sqldb.Conn) error {
		d, err := b.open(c, userCode)
		if err != nil {
			return err
		}
		d.Approval = a
		kept, err := body(d)
		if err != nil {
			return err
		}
		return exec(c, "UPDATE ticket_device SET state = ?, body = ? WHERE user_code = ?", sqldb.Text(state), kept, typed(userCode))
	})
	if err != nil {
		return describe("answer device", err)
	}
	return nil
}

// PollDevice looks a device code up: its device and nil once it is approved, its device
// and ErrPending or ErrDenied before; ErrUnknown, ErrExpired, ErrUsed.
func (b *Book) PollDevice(ctx context.Context, deviceCode string) (Device, error) {
	var d Device
	err := b.db.Read(ctx, func(c *sqldb.Conn) error {
		var state string
		var err error
		if d, state, err = b.readDevice(c, byDeviceCode, hash(deviceCode)); err != nil {
			return err
		}
		return verdict(state)
	})
	return d, err
}

func verdict(state string) error {
	switch state {
	case pending:
		return ErrPending
	case denied:
		return ErrDenied
	case used:
		return ErrUsed
	}
	return nil
}

// RedeemDevice uses an approved device code up; with refresh it also begins a family.
func (b *Book) RedeemDevice(ctx context.Context, deviceCode string, refresh bool) (d Device, token string, err error) {
	first, err := b.prepare(refresh)
	if err != nil {
		return Device{}, "", err
	}
	err = b.db.Write(ctx, func(c *sqldb.Conn) error {
		var state string
		var err error
		if d, state, err = b.readDevice(c, byDeviceCode, hash(deviceCode)); err != nil {
			return err
		}
		if err := verdict(state); err != nil {
			return err
		}
		if err := exec(c, "UPDATE ticket_device SET state = ? WHERE hash = ?", sqldb.Text(used), hash(deviceCode)); err != nil {
			return err
		}
		return b.begin(c, first, d.family())
	})
	if err != nil {
		return Device{}, "", describe("redeem device code", err)
	}
	return d, first.token, nil
}
