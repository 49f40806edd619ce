package graph

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"

	"golang.org/x/crypto/argon2"

	"github.com/stead-s2s/stead/authority/internal/directory"
)

// The cost of password hashes: 19 MiB, two passes, one lane.
const (
	hashMemory = 19456
	hashPasses = 2
	hashLanes  = 1
)

// hashPassword gives the hash of a password in PHC form.
func hashPassword(random io.Reader, password string) (directory.PasswordHash, error) {
	var salt [16]byte
	if _, err := io.ReadFull(random, salt[:]); err != nil {
		return "", err
	}
	hash := argon2.IDKey([]byte(password), salt[:], hashPasses, hashMemory, hashLanes, 32)
	e := base64.RawStdEncoding
	return directory.PasswordHash(fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s",
		argon2.Version, hashMemory, hashPasses, hashLanes, e.EncodeToString(salt[:]), e.EncodeToString(hash))), nil
}

func encode(raw []byte) string { return base64.StdEncoding.EncodeToString(raw) }

// revokeUser ends what a person signed in to, once the change is kept.
func (c *call) revokeUser(user directory.ID) {
	c.then(func(ctx context.Context) error { return c.h.Tickets.RevokeUser(ctx, user) })
}

// revokeApp ends what people signed in to with an application.
func (c *call) revokeApp(app directory.ID) {
	c.then(func(ctx context.Context) error { return c.h.Tickets.RevokeApp(ctx, app) })
}

// revokeGrant ends what an application (client id) was given for a person, or for everybody.
func (c *call) revokeGrant(app, user directory.ID) {
	c.then(func(ctx context.Context) error { return c.h.Tickets.RevokeGrant(ctx, c.tenant.ID, app, user) })
}

func (c *call) then(do func(context.Context) error) {
	if c.h.Tickets != nil {
		c.after = append(c.after, do)
	}
}
