package dataverse

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

// Logging gives a policy that writes one record for each try of a request: method, path, status, duration,
// wait asked for, and the ids by which the server's operators find it. No query, header of any other
// kind or body is written, so neither tokens nor data. Put it among the PerRetryPolicies of
// the options:
//
//	options.PerRetryPolicies = append(options.PerRetryPolicies, dataverse.Logging(slog.Default()))
func Logging(log *slog.Logger) policy.Policy { return logging{log} }

type logging struct{ log *slog.Logger }

// Do implements policy.Policy.
func (l logging) Do(r *policy.Request) (*http.Response, error) {
	begun := time.Now()
	answer, err := r.Next()
	level := slog.LevelInfo
	attributes := []slog.Attr{
		slog.String("method", r.Raw().Method), slog.String("path", shownPath(r.Raw().URL.EscapedPath())),
		slog.Duration("took", time.Since(begun)), slog.String("client_request_id", r.Raw().Header.Get("X-Ms-Client-Request-Id")),
	}
	switch {
	case err != nil:
		level = slog.LevelWarn
		attributes = append(attributes, slog.String("error", shownError(err)))
	default:
		if answer.StatusCode >= http.StatusBadRequest {
			level = slog.LevelWarn
		}
		attributes = append(attributes, slog.Int("status", answer.StatusCode), slog.String("request_id", answer.Header.Get("X-Ms-Service-Request-Id")))
		if wait := answer.Header.Get("Retry-After"); wait != "" {
			attributes = append(attributes, slog.String("retry_after", wait))
		}
	}
	l.log.LogAttrs(context.WithoutCancel(r.Raw().Context()), level, "dataverse request", attributes...)
	return answer, err
}

// shownPath hides the values of alternate keys: they are data. Ids stay.
func shownPath(path string) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(path, "(")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		inside, after, _ := strings.Cut(rest, ")")
		if _, isID := parseID(inside); !isID && inside != "" {
			inside = "…"
		}
		b.WriteString("(" + inside + ")")
		path = after
	}
}

// shownError hides addresses in the errors of the network, which hold queries.
func shownError(err error) string {
	text := err.Error()
	if at := strings.Index(text, `"https://`); at >= 0 {
		if end := strings.Index(text[at+1:], `"`); end >= 0 {
			return text[:at] + "…" + text[at+end+2:]
		}
	}
	return text
}
