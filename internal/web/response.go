package web

import "net/http"

// response counts what is written through it.
type response struct {
	http.ResponseWriter
	status int // 0 until the status line is sent
	bytes  int64
}

// WriteHeader notes the first final status; 1xx are passed on.
func (w *response) WriteHeader(status int) {
	if w.status == 0 && (status >= 200 || status == http.StatusSwitchingProtocols) {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *response) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(p)
	w.bytes += int64(n)
	return n, err
}

// Flush sends what is buffered, and the status line with it.
func (w *response) Flush() {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	http.NewResponseController(w.ResponseWriter).Flush()
}

// Unwrap lets http.ResponseController reach the connection.
func (w *response) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// code is the status as the client sees it: a handler that writes nothing answers 200.
func (w *response) code() int {
	if w.status == 0 {
		return http.StatusOK
	}
	return w.status
}
