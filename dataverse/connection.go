package dataverse

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
)

// Secret is a text that prints as [redacted].
type Secret string

// String hides the secret.
func (Secret) String() string { return "[redacted]" }

// GoString hides the secret.
func (Secret) GoString() string { return "[redacted]" }

// MarshalText hides the secret.
func (Secret) MarshalText() ([]byte, error) { return []byte("[redacted]"), nil }

// ConnectionString is what the connection string of a .NET client says, such as
// "AuthType=ClientSecret;Url=https://contoso.crm4.dynamics.com;ClientId=…;ClientSecret=…".
type ConnectionString struct {
	AuthType     string // ClientSecret, Certificate, OAuth, …, as written
	URL          string
	TenantID     string // empty: the environment tells, when asked
	ClientID     string
	ClientSecret Secret
	Thumbprint   string // of the certificate
	StoreName    string // where the certificate is
	Username     string
	Password     Secret
	RedirectURI  string
	// Other holds the settings that mean nothing to this client, such as RequireNewInstance, by their
	// names in lower case without blanks.
	Other map[string]string
}

// keyword is a setting and where it goes.
type keyword struct {
	names []string
	place func(*ConnectionString) *string
}

// keywords are the settings by the names that .NET's client takes for them, in lower case and without
// blanks.
func keywords() []keyword {
	return []keyword{
		{[]string{"authtype", "authenticationtype"}, func(c *ConnectionString) *string { return &c.AuthType }},
		{[]string{"url", "serviceuri", "server"}, func(c *ConnectionString) *string { return &c.URL }},
		{[]string{"tenantid", "tenant"}, func(c *ConnectionString) *string { return &c.TenantID }},
		{[]string{"clientid", "appid", "applicationid"}, func(c *ConnectionString) *string { return &c.ClientID }},
		{[]string{"clientsecret", "secret"}, func(c *ConnectionString) *string { return (*string)(&c.ClientSecret) }},
		{[]string{"thumbprint", "certthumbprint", "certificatethumbprint"}, func(c *ConnectionString) *string { return &c.Thumbprint }},
		{[]string{"storename", "certstorename", "certificatestorename"}, func(c *ConnectionString) *string { return &c.StoreName }},
		{[]string{"username", "userid"}, func(c *ConnectionString) *string { return &c.Username }},
		{[]string{"password"}, func(c *ConnectionString) *string { return (*string)(&c.Password) }},
		{[]string{"redirecturi", "replyurl"}, func(c *ConnectionString) *string { return &c.RedirectURI }},
	}
}

// ParseConnectionString reads a connection string: settings with ; between them, names in any case. A value
// that holds a ; or begins with a blank or a quote stands in double or single quotes, doubled
// within. Errors name settings, never values.
func ParseConnectionString(text string) (ConnectionString, error) {
	var c ConnectionString
	seen := map[*string]bool{}
	for rest := text; strings.Trim(rest, "; \t\r\n") != ""; {
		name, value, after, err := nextSetting(rest)
		if err != nil {
			return ConnectionString{}, fmt.Errorf("dataverse: connection string: %w", err)
		}
		rest = after
		place := c.place(name)
		if place == nil {
			if c.Other == nil {
				c.Other = map[string]string{}
			}
			c.Other[name] = value
			continue
		}
		if seen[place] {
			return ConnectionString{}, fmt.Errorf("dataverse: connection string: %s is set twice", name)
		}
		seen[place], *place = true, value
	}
	if c.URL == "" {
		return ConnectionString{}, errors.New("dataverse: connection string: no Url")
	}
	return c, nil
}

func (c *ConnectionString) place(name string) *string {
	for _, k := range keywords() {
		if slices.Contains(k.names, name) {
			return k.place(c)
		}
	}
	return nil
}

// nextSetting reads one name and value. The name comes in lower case without blanks.
func nextSetting(s string) (name, value, rest string, err error) {
	s = strings.TrimLeft(s, "; \t\r\n")
	name, s, found := strings.Cut(s, "=")
	name = strings.ToLower(strings.Join(strings.Fields(name), ""))
	if !found || !isName(name) {
		return "", "", "", errors.New("a setting has no name before its =, or no =")
	}
	s = strings.TrimLeft(s, " \t")
	if s == "" || s[0] != '"' && s[0] != '\'' {
		value, rest, _ = strings.Cut(s, ";")
		return name, strings.TrimRight(value, " \t\r\n"), rest, nil
	}
	value, rest, closed := cutQuoted(s)
	if rest = strings.TrimLeft(rest, " \t\r\n"); !closed || rest != "" && rest[0] != ';' {
		return "", "", "", fmt.Errorf("the quotes around %s do not close where it ends", name)
	}
	return name, value, rest, nil
}

// cutQuoted reads a text in quotes, doubled where they belong to it.
func cutQuoted(s string) (value, rest string, closed bool) {
	quote := s[:1]
	var b strings.Builder
	for s = s[1:]; ; {
		part, after, found := strings.Cut(s, quote)
		b.WriteString(part)
		if !found {
			return "", "", false
		}
		if !strings.HasPrefix(after, quote) {
			return b.String(), after, true
		}
		b.WriteString(quote)
		s = after[1:]
	}
}

// CredentialMaker makes the credential for what a connection string says: with azidentity, one of a
// certificate or of a person.
type CredentialMaker func(ConnectionString) (azcore.TokenCredential, error)

// NewClientFromConnectionString makes a client as a connection string says. With a nil maker, AuthType must
// be ClientSecret: the client then asks for tokens itself, at the authority of the options' cloud.
func NewClientFromConnectionString(text string, maker CredentialMaker, o *ClientOptions) (*Client, error) {
	c, err := ParseConnectionString(text)
	if err != nil {
		return nil, err
	}
	if maker == nil {
		maker = func(c ConnectionString) (azcore.TokenCredential, error) { return newSecretCredential(c, o) }
	}
	credential, err := maker(c)
	if err != nil {
		return nil, fmt.Errorf("dataverse: credential of the connection string: %w", err)
	}
	return NewClient(c.URL, credential, o)
}
