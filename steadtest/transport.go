package steadtest

import "net/http"

// Transport answers requests by a function. It is an http.RoundTripper and an azcore
// Transport: for tests of a single answer, where no world is needed.
type Transport struct {
	answer func(*http.Request) (*http.Response, error)
}

// NewTransport makes a transport of a function.
func NewTransport(answer func(*http.Request) (*http.Response, error)) *Transport {
	return &Transport{answer}
}

// Do answers a client of the Azure SDK.
func (t *Transport) Do(r *http.Request) (*http.Response, error) { return t.answer(r) }

// RoundTrip answers an http.Client.
func (t *Transport) RoundTrip(r *http.Request) (*http.Response, error) { return t.answer(r) }
