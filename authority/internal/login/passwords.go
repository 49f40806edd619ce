package login

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"

	"golang.org/x/crypto/argon2"

	"github.com/stead-s2s/stead/authority/internal/directory"
)

// What new hashes cost, and what those of others may cost at most. One check at a time on
// each processor: a storm of sign-ins waits and does not fill the memory.
const (
	costMemory = 19 << 10 // KiB
	costPasses = 2
	costLanes  = 1

	mostMemory = 256 << 10
	mostPasses = 16
	mostLanes  = 16

	mostWaiting = 256
	longest     = 1024 // bytes of a password
)

// errBusy is a password that was not looked at: too many wait already.
var errBusy = errors.New("too many passwords wait to be checked")

// Passwords makes and checks hashes of passwords, a few at a time.
type Passwords struct {
	random  io.Reader
	running chan struct{}
	waiting chan struct{}
	nobody  phc // what is checked for people who do not exist
}

// NewPasswords makes a checker. random must be safe for many goroutines.
func NewPasswords(random io.Reader) (*Passwords, error) {
	p := &Passwords{
		random: random, running: make(chan struct{}, max(1, runtime.GOMAXPROCS(0))), waiting: make(chan struct{}, mostWaiting),
		nobody: phc{memory: costMemory, passes: costPasses, lanes: costLanes, salt: make([]byte, 16), sum: make([]byte, 32)},
	}
	if _, err := io.ReadFull(random, p.nobody.sum); err != nil {
		return nil, fmt.Errorf("make hash of nobody: %w", err)
	}
	return p, nil
}

// phc is an argon2id hash, read.
type phc struct {
	memory, passes uint32
	lanes          uint8
	salt, sum      []byte
}

// parsePHC reads "$argon2id$v=19$m=…,t=…,p=…$salt$sum". Parameters that would let one check
// take all memory or time are refused.
func parsePHC(text string) (p phc, ok bool) {
	parts := strings.Split(text, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != "v=19" {
		return p, false
	}
	var memory, passes, lanes uint32
	if n, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &memory, &passes, &lanes); err != nil || n != 3 ||
		parts[3] != fmt.Sprintf("m=%d,t=%d,p=%d", memory, passes, lanes) {
		return p, false
	}
	salt, saltErr := base64.RawStdEncoding.DecodeString(parts[4])
	sum, sumErr := base64.RawStdEncoding.DecodeString(parts[5])
	if saltErr != nil || sumErr != nil || len(salt) < 8 || len(salt) > 64 || len(sum) < 16 || len(sum) > 64 ||
		memory < 8 || memory > mostMemory || passes < 1 || passes > mostPasses || lanes < 1 || lanes > mostLanes {
		return p, false
	}
	return phc{memory, passes, uint8(lanes), salt, sum}, true
}

func (p phc) String() string {
	return fmt.Sprintf("$argon2id$v=19$m=%d,t=%d,p=%d$%s$%s", p.memory, p.passes, p.lanes,
		base64.RawStdEncoding.EncodeToString(p.salt), base64.RawStdEncoding.EncodeToString(p.sum))
}

func (p phc) of(password Password) []byte {
	return argon2.IDKey([]byte(password), p.salt, p.passes, p.memory, p.lanes, uint32(len(p.sum)))
}

// Verify reports whether a password is the one that was hashed. A hash that is empty or
// cannot be read takes as long as one that does not match.
func (p *Passwords) Verify(ctx context.Context, hash directory.PasswordHash, password Password) (bool, error) {
	want, readable := parsePHC(string(hash))
	if !readable {
		want = p.nobody
	}
	if len(password) > longest {
		password = password[:longest] // takes its time, and matches nothing: see below
		readable = false
	}
	leave, err := p.enter(ctx)
	if err != nil {
		return false, err
	}
	defer leave()
	same := subtle.ConstantTimeCompare(want.of(password), want.sum) == 1
	return same && readable, nil
}

// Hash makes the hash to keep of a password.
func (p *Passwords) Hash(ctx context.Context, password Password) (directory.PasswordHash, error) {
	made := phc{memory: costMemory, passes: costPasses, lanes: costLanes, salt: make([]byte, 16), sum: make([]byte, 32)}
	if _, err := io.ReadFull(p.random, made.salt); err != nil {
		return "", fmt.Errorf("hash password: %w", err)
	}
	leave, err := p.enter(ctx)
	if err != nil {
		return "", fmt.Errorf("hash password: %w", err)
	}
	defer leave()
	made.sum = made.of(password)
	return directory.PasswordHash(made.String()), nil
}

// enter waits for a processor.
func (p *Passwords) enter(ctx context.Context) (leave func(), err error) {
	select {
	case p.waiting <- struct{}{}:
		defer func() { <-p.waiting }()
	default:
		return nil, errBusy
	}
	select {
	case p.running <- struct{}{}:
		return func() { <-p.running }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
