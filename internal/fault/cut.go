package fault

import (
	"bytes"
	"net/http"
	"strconv"
)

// cutting lets next answer in full, then sends the head and half of the body and ends the
// connection: the client cannot know what was done. An answer without a body is cut
// before its head, since all of it would arrive otherwise.
func cutting(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		kept := &recorder{header: http.Header{}}
		next.ServeHTTP(kept, r)
		if kept.body.Len() == 0 {
			panic(http.ErrAbortHandler)
		}
		for name, values := range kept.header {
			w.Header()[name] = values
		}
		w.Header().Set("Content-Length", strconv.Itoa(kept.body.Len()))
		w.WriteHeader(kept.status)
		_, _ = w.Write(kept.body.Bytes()[:kept.body.Len()/2])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	})
}

// recorder keeps an answer.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header is the answer's.
func (r *recorder) Header() http.Header { return r.header }

// WriteHeader keeps the first final status.
func (r *recorder) WriteHeader(status int) {
	if r.status == 0 && status >= 200 {
		r.status = status
	}
}

// Write keeps the body.
func (r *recorder) Write(p []byte) (int, error) {
	r.WriteHeader(http.StatusOK)
	return r.body.Write(p)
}
