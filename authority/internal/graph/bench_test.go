package graph

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stead-s2s/stead/authority/internal/directory"
)

// BenchmarkUsers asks a directory of 10,000 people.
func BenchmarkUsers(b *testing.B) {
	t := &testing.T{}
	r := records()
	for i := range 10_000 {
		r.Users = append(r.Users, directory.User{ID: id(10_000 + i), TenantID: contoso, UPN: fmt.Sprintf("u%d@contoso.example", i), DisplayName: fmt.Sprintf("User %d", i)})
	}
	d, err := directory.Open(b.Context(), fixed{records: r})
	if err != nil {
		b.Fatal(err)
	}
	w := &world{T: t, directory: d, now: start}
	h := &Handler{Directory: d, Verify: w.verify, BaseURL: base, Now: func() time.Time { return start }}
	for name, path := range map[string]string{
		"by id": "/v1.0/users/" + string(adaUser), "page": "/v1.0/users", "filter": "/v1.0/users?$filter=userPrincipalName%20eq%20'u77@contoso.example'",
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				q := httptest.NewRequest(http.MethodGet, path, nil)
				q.Header.Set("Authorization", "Bearer app User.Read.All")
				if err := h.Serve(httptest.NewRecorder(), q); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// fixed is a store that is only read.
type fixed struct {
	directory.Store
	records directory.Records
}

func (f fixed) Load(context.Context) (directory.Records, error) { return f.records, nil }
