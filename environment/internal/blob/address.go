package blob

import (
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
)

// Secret is a secret key. It prints as [redacted].
type Secret string

// String hides the key.
func (Secret) String() string { return "[redacted]" }

// GoString hides the key.
func (Secret) GoString() string { return "[redacted]" }

// LogValue hides the key.
func (Secret) LogValue() slog.Value { return slog.StringValue("[redacted]") }

// MarshalText hides the key.
func (Secret) MarshalText() ([]byte, error) { return []byte("[redacted]"), nil }

// Key opens a bucket. Session is that of a temporary key, else empty.
type Key struct {
	ID              string
	Secret, Session Secret
}

// Address names a bucket of an S3-compatible store, which must be there, and the words
// before the keys in it.
type Address struct {
	Endpoint string // "https://s3.example.com": scheme and host
	Region   string
	Bucket   string
	Prefix   string // "stead/contoso"; "" for none
}

// The store and its region where an address names none.
const (
	defaultEndpoint = "https://s3.amazonaws.com"
	defaultRegion   = "us-east-1"
)

// IsAddress tells an address from the path of a directory.
func IsAddress(text string) bool { return strings.HasPrefix(text, "s3://") }

// ParseAddress reads s3://bucket/prefix?endpoint=https://host&region=name; prefix and
// parameters may be left out. Keys do not belong into it.
func ParseAddress(text string) (Address, error) {
	u, err := url.Parse(text)
	if err != nil {
		return Address{}, errors.New("the address of a bucket is s3://bucket/prefix?endpoint=https://host&region=name") // err repeats it whole
	}
	if u.User != nil {
		return Address{}, errors.New("the address of a bucket holds no keys")
	}
	a := Address{Endpoint: defaultEndpoint, Region: defaultRegion, Bucket: u.Host, Prefix: strings.Trim(u.Path, "/")}
	for name, values := range u.Query() {
		switch {
		case name == "endpoint" && len(values) == 1:
			a.Endpoint = values[0]
		case name == "region" && len(values) == 1:
			a.Region = values[0]
		default:
			return Address{}, fmt.Errorf("the address of a bucket has endpoint and region, once each, and not %q", name)
		}
	}
	return a, a.check(u.Scheme)
}

func (a Address) check(scheme string) error {
	end, err := url.Parse(a.Endpoint)
	switch {
	case scheme != "s3" || a.Bucket == "":
		return errors.New("the address of a bucket begins with s3:// and its name")
	case err != nil, end.Host == "", end.User != nil, end.Scheme != "http" && end.Scheme != "https", strings.Trim(end.Path, "/") != "", end.RawQuery != "":
		return errors.New("the endpoint of a bucket is http or https and a host, and nothing more")
	case a.Region == "" || odd(rune(a.Region[0])):
		return errors.New("the region of a bucket is not well formed")
	case a.Prefix != "":
		return check(a.Prefix)
	}
	return nil
}

// String writes the address; ParseAddress reads it.
func (a Address) String() string {
	u := url.URL{Scheme: "s3", Host: a.Bucket}
	if a.Prefix != "" {
		u.Path = "/" + a.Prefix
	}
	q := url.Values{}
	if a.Endpoint != defaultEndpoint {
		q.Set("endpoint", a.Endpoint)
	}
	if a.Region != defaultRegion {
		q.Set("region", a.Region)
	}
	u.RawQuery = q.Encode()
	return u.String()
}

// Below is a part of the place, under a further word.
func (a Address) Below(word string) Address {
	a.Prefix = strings.TrimPrefix(a.Prefix+"/"+word, "/")
	return a
}
