package stead

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// ownPaths begin what no service has: no fault happens there.
const ownPaths = "/_stead/"

// healthPath answers 200 with a little JSON when a port serves.
const healthPath = ownPaths + "health"

// withHealth adds the health page to a house that has none of its own.
func withHealth(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != healthPath {
			h.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, "{\"status\":\"ok\",\"version\":%q}\n", Version)
	})
}

// Check asks every port of a world whether it serves, trusting the world's own CA.
func Check(ctx context.Context, w World) error {
	client, err := trusting(w)
	if err != nil {
		return err
	}
	defer client.CloseIdleConnections()
	errs := []error{ask(ctx, client, w.Authority)}
	for _, e := range w.Environments {
		errs = append(errs, ask(ctx, client, e.URL))
	}
	return errors.Join(errs...)
}

func ask(ctx context.Context, client *http.Client, base string) error {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, base+healthPath, nil)
	if err != nil {
		return err
	}
	answer, err := client.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", base, answer.Status)
	}
	return nil
}
