package environment

import (
	"net/http"
)

// What runs behind the answers: a few at once, that requests keep most of the machine.
const (
	backgroundWorkers = 4
	backgroundWaiting = 1000
)

// callbackClient tells of the ends of background operations. It follows no redirects: the
// receiver is the one that the client named.
func (s *Server) callbackClient() *http.Client {
	c := *s.config.HTTPClient
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &c
}
