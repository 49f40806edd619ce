package clientauth

import (
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/stead-s2s/stead/authority/internal/aadsts"
	"github.com/stead-s2s/stead/authority/internal/directory"
)

// Secret is a text that must not be printed: it prints as [redacted].
type Secret string

const redacted = "[redacted]"

// Format hides the text from every verb of package fmt.
func (Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// String hides the text.
func (Secret) String() string { return redacted }

// LogValue hides the text.
func (Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText hides the text.
func (Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// checkSecret compares the secret with all that the application and its service
// principal have, in a time that does not tell which one, or how much of it, agreed.
func checkSecret(client *directory.Principal, presented Secret, now time.Time) (Proof, error) {
	hash := sha256.Sum256([]byte(presented))
	var matched *directory.Secret
	for _, own := range [2]*directory.Credentials{&client.App.Credentials, &client.Credentials} {
		for i := range own.Secrets {
			s := &own.Secrets[i]
			// Of two with the same value, the one that can be used.
			if subtle.ConstantTimeCompare(hash[:], s.Hash[:]) == 1 && (matched == nil || !inTime(*matched, now)) {
				matched = s
			}
		}
	}
	switch {
	case matched == nil:
		return Proof{}, aadsts.SecretInvalid.With(client.AppID).Helping(secretHelp(client, presented))
	case !matched.End.IsZero() && !now.Before(matched.End):
		return Proof{}, aadsts.SecretExpired.With(client.AppID).Helping("secret " + string(matched.ID) + " expired at " + stamp(matched.End))
	case now.Before(matched.Start):
		return Proof{}, aadsts.SecretInvalid.With(client.AppID).Helping("secret " + string(matched.ID) + " is not valid before " + stamp(matched.Start))
	}
	return Proof{method: bySecret, KeyID: matched.ID}, nil
}

func inTime(s directory.Secret, now time.Time) bool {
	return !now.Before(s.Start) && (s.End.IsZero() || now.Before(s.End))
}

// secretHelp names the most frequent mistake: the secret's id in place of its value
// (Entra facts 11).
func secretHelp(client *directory.Principal, presented Secret) string {
	id, isGUID := directory.ParseID(string(presented))
	if !isGUID {
		return ""
	}
	for _, own := range [2]*directory.Credentials{&client.App.Credentials, &client.Credentials} {
		for _, s := range own.Secrets {
			if s.ID == id {
				return "what was sent is the id of a secret; send its value, which was shown once when it was made"
			}
		}
	}
	return ""
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
