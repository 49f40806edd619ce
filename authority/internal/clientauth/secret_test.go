package clientauth

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stead-s2s/stead/authority/internal/aadsts"
	"github.com/stead-s2s/stead/authority/internal/directory"
)

func TestSecrets(t *testing.T) {
	for text, want := range map[Secret]directory.ID{
		secretText: secretID, "of the principal": "s-principal", "twice": "s-twice",
	} {
		proof, err := checker().Check(t.Context(), call(t, orders), Presented{Secret: text})
		if err != nil || proof.KeyID != want || proof.Class() != "1" || proof.Kind() != "secret" || !proof.Passed() {
			t.Errorf("%+v, %v", proof, err)
		}
	}
}

func TestSecretsRefused(t *testing.T) {
	for name, try := range map[string]struct {
		presented Presented
		client    directory.ID
		want      aadsts.Entry
		help      string
	}{
		"wrong":         {Presented{Secret: secretText + "x"}, orders, aadsts.SecretInvalid, ""},
		"shorter":       {Presented{Secret: Secret(secretText[:10])}, orders, aadsts.SecretInvalid, ""},
		"its hash":      {Presented{Secret: Secret(fmt.Sprintf("%x", directory.NewSecret("", "", secretText, now, now).Hash))}, orders, aadsts.SecretInvalid, ""},
		"its id":        {Presented{Secret: Secret(secretID)}, orders, aadsts.SecretInvalid, "id of a secret"},
		"some other id": {Presented{Secret: Secret(contoso)}, orders, aadsts.SecretInvalid, ""},
		"expired":       {Presented{Secret: "expired"}, orders, aadsts.SecretExpired, "s-expired expired at 2026-11-21T10:00:00Z"},
		"not yet valid": {Presented{Secret: "future"}, orders, aadsts.SecretInvalid, "s-future is not valid before"},
		"nothing":       {Presented{}, orders, aadsts.CredentialMissing, ""},
		"only its type": {Presented{AssertionType: AssertionType}, orders, aadsts.CredentialMissing, ""},
		"both":          {Presented{Secret: secretText, Assertion: "x", AssertionType: AssertionType}, orders, aadsts.Malformed, "not both"},
		"no type":       {Presented{Assertion: "x"}, orders, aadsts.MissingParameter, ""},
		"another type":  {Presented{Assertion: "x", AssertionType: "saml"}, orders, aadsts.Malformed, AssertionType},
		"public client": {Presented{Secret: "x"}, public, aadsts.PublicClientCredentials, ""},
		"public, none":  {Presented{}, public, aadsts.CredentialMissing, ""},
		"garbage":       {Presented{Assertion: "x", AssertionType: AssertionType}, orders, aadsts.AssertionMalformed, ""},
	} {
		proof, err := checker().Check(t.Context(), call(t, try.client), try.presented)
		if !aadsts.Is(err, try.want) || !strings.Contains(aadsts.From(err).Help, try.help) || (try.help == "") != (aadsts.From(err).Help == "") {
			t.Errorf("%s: %v, want %s", name, err, try.want.Code())
		}
		if proof.Passed() {
			t.Errorf("%s: gave a proof", name)
		}
	}
}

func TestSecretExpiresToTheSecond(t *testing.T) {
	c := call(t, orders)
	c.Now = now.Add(time.Hour - time.Nanosecond)
	if _, err := checker().Check(t.Context(), c, Presented{Secret: secretText}); err != nil {
		t.Error(err)
	}
	c.Now = now.Add(time.Hour)
	if _, err := checker().Check(t.Context(), c, Presented{Secret: secretText}); !aadsts.Is(err, aadsts.SecretExpired) {
		t.Error(err)
	}
}

func TestSecretsDoNotPrint(t *testing.T) {
	p := Presented{Secret: "hunter2", Assertion: "hunter2"}
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "secret", p.Secret, "presented", p)
	text, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	printed := fmt.Sprint(p, p.Secret) + fmt.Sprintf("%v %+v %#v %s %q %x %d", p, p, p, p.Secret, p.Secret, p.Secret, p.Secret) + log.String() + string(text)
	if strings.Contains(printed, "hunter2") || strings.Contains(printed, "68756e74657232") || !strings.Contains(printed, "[redacted]") {
		t.Error(printed)
	}
}
