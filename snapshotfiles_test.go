package stead

import (
	"net/http"
	"strings"
	"testing"
)

// request sends a body of any kind to contoso.
func (s *System) request(t *testing.T, method, path, kind, body, token string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.World.Environments[0].URL+"/api/data/v9.2/"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{"Authorization": "Bearer " + token, "Content-Type": kind, "x-ms-file-name": "a.txt"} {
		r.Header.Set(name, value)
	}
	status, _, answer := s.send(t, r)
	return status, answer
}

// What file columns hold belongs to the world: it is saved and comes back with it.
func TestSnapshotBringsFilesBack(t *testing.T) {
	onFiles(t)
	s := up(t, Config{Data: t.TempDir(), Operator: true})
	token := s.token(t, "contoso-app")
	if status, body := s.request(t, http.MethodPost, "EntityDefinitions(LogicalName='account')/Attributes", "application/json",
		`{"@odata.type":"Microsoft.Dynamics.CRM.FileAttributeMetadata","SchemaName":"new_File","DisplayName":{"LocalizedLabels":[{"Label":"File","LanguageCode":1033}]}}`, token); status != 204 {
		t.Fatalf("%d %s", status, body)
	}
	row := "accounts(5a1f0000-0000-4000-8000-00000000f11e)"
	s.request(t, http.MethodPatch, row, "application/json", `{"name":"Files"}`, token)
	put := func(text string) {
		t.Helper()
		if status, body := s.request(t, http.MethodPatch, row+"/new_file", "application/octet-stream", text, token); status != 204 {
			t.Fatalf("%d %s", status, body)
		}
	}
	put("monday's")
	save(t, s, "monday")
	put("tuesday's")
	for range 2 {
		load(t, s, "monday")
		if status, body := s.request(t, http.MethodGet, row+"/new_file/$value", "", "", s.token(t, "contoso-app")); status != 200 || body != "monday's" {
			t.Errorf("%d %s", status, body)
		}
	}
}
