package graph

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// maxBatch is how many requests one batch may hold.
const maxBatch = 20

type batchRequest struct {
	ID        string            `json:"id"`
	Method    string            `json:"method"`
	URL       string            `json:"url"`
	Headers   map[string]string `json:"headers"`
	Body      json.RawMessage   `json:"body"`
	DependsOn []string          `json:"dependsOn"`
}

type batchResponse struct {
	ID      string            `json:"id"`
	Status  int               `json:"status"`
	Headers map[string]string `json:"headers,omitempty"`
	Body    json.RawMessage   `json:"body,omitempty"`
}

// batch answers requests one after the other, as if each had come alone with the caller's
// token.
func (h *Handler) batch(r *http.Request, c *call) (answer, error) {
	text, err := io.ReadAll(r.Body)
	if err != nil {
		return answer{}, err
	}
	var given struct {
		Requests []batchRequest `json:"requests"`
	}
	if r.Method != http.MethodPost || json.Unmarshal(text, &given) != nil {
		return answer{}, badRequest("Invalid batch payload format.")
	}
	if len(given.Requests) == 0 || len(given.Requests) > maxBatch {
		return answer{}, badRequest("Number of batch request steps must be between 1 and %d.", maxBatch)
	}
	status := map[string]int{}
	var out []batchResponse
	for _, one := range given.Requests {
		if _, twice := status[one.ID]; twice || one.ID == "" {
			return answer{}, badRequest("Request Id is missing or duplicate.")
		}
		response := h.step(r, c.version, one, status)
		status[one.ID] = response.Status
		out = append(out, response)
	}
	body, err := marshal(struct {
		Responses []batchResponse `json:"responses"`
	}{out})
	return answer{status: http.StatusOK, body: body}, err
}

// step answers one request. One that depends on another that failed is not tried.
func (h *Handler) step(r *http.Request, version string, one batchRequest, status map[string]int) batchResponse {
	failed := func(e *Error) batchResponse {
		return batchResponse{ID: one.ID, Status: e.Status, Headers: map[string]string{"Content-Type": "application/json"}, Body: e.JSON(h.Now(), one.ID, one.ID)}
	}
	for _, on := range one.DependsOn {
		if s, done := status[on]; !done || s >= 400 {
			return failed(refuse(http.StatusFailedDependency, "FailedDependency", "One of the requests this one depends on failed."))
		}
	}
	at, err := url.Parse("/" + version + "/" + strings.TrimPrefix(one.URL, "/"))
	if err != nil || at.Host != "" || strings.Contains(strings.ToLower(at.Path), "$batch") { // none within another
		return failed(badRequest("Invalid URL in batch."))
	}
	inner, err := http.NewRequestWithContext(r.Context(), strings.ToUpper(one.Method), at.String(), bytes.NewReader(one.Body))
	if err != nil {
		return failed(badRequest("Invalid request in batch."))
	}
	for name, value := range one.Headers {
		inner.Header.Set(name, value)
	}
	inner.Header.Set("Authorization", r.Header.Get("Authorization"))
	a, err := h.answer(inner)
	if err != nil {
		return failed(from(err))
	}
	return batchAnswer(one.ID, a)
}

func batchAnswer(id string, a answer) batchResponse {
	out := batchResponse{ID: id, Status: a.status, Body: a.body, Headers: map[string]string{}}
	if a.location != "" {
		out.Headers["Location"] = a.location
	}
	if a.body != nil {
		out.Headers["Content-Type"] = "application/json"
	}
	if a.text != "" {
		out.Body, _ = marshal(a.text)
	}
	return out
}
