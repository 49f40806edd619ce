package authority

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/stead-s2s/stead/authority/internal/directory"
	"github.com/stead-s2s/stead/authority/internal/graph"
)

// Expiry is a credential and when it ends.
type Expiry struct {
	TenantID, ClientID string
	Application        string // display name
	KeyID, Kind        string // kind: secret or certificate
	End                time.Time
}

// Expiries are all credentials that end some time: of applications, and of service
// principals where they have their own.
func (s *Server) Expiries() []Expiry {
	var all []Expiry
	d := s.directory.Current()
	add := func(tenant, client directory.ID, name string, own directory.Credentials) {
		one := Expiry{TenantID: string(tenant), ClientID: string(client), Application: name}
		for _, secret := range own.Secrets {
			if !secret.End.IsZero() {
				one.KeyID, one.Kind, one.End = string(secret.ID), "secret", secret.End
				all = append(all, one)
			}
		}
		for _, certificate := range own.Certificates {
			one.KeyID, one.Kind, one.End = string(certificate.ID), "certificate", certificate.End
			all = append(all, one)
		}
	}
	for _, t := range d.Tenants() {
		for _, a := range d.ApplicationsIn(t.ID) {
			add(t.ID, a.AppID, a.DisplayName, a.Credentials)
		}
		for _, p := range d.PrincipalsIn(t.ID) {
			add(t.ID, p.AppID, p.App.DisplayName, p.Credentials)
		}
	}
	return all
}

var escapeLabel = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

// metrics answers in the text form of Prometheus.
func (s *Server) metrics(w http.ResponseWriter, _ *http.Request) error {
	var b strings.Builder
	b.WriteString("# HELP stead_credential_expires_seconds Time until a credential of an application ends; negative when it has ended.\n" +
		"# TYPE stead_credential_expires_seconds gauge\n")
	now := s.config.Now()
	for _, e := range s.Expiries() {
		b.WriteString("stead_credential_expires_seconds{")
		for i, label := range [][2]string{{"tenant", e.TenantID}, {"client_id", e.ClientID}, {"application", e.Application}, {"kind", e.Kind}, {"key_id", e.KeyID}} {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(label[0] + `="` + escapeLabel.Replace(label[1]) + `"`)
		}
		b.WriteString("} " + strconv.FormatInt(int64(e.End.Sub(now)/time.Second), 10) + "\n")
	}
	b.WriteString("# HELP stead_sign_in_log_dropped_total Entries of the sign-in log that were lost because more came than could be written.\n" +
		"# TYPE stead_sign_in_log_dropped_total counter\nstead_sign_in_log_dropped_total " + strconv.FormatInt(s.journal.Dropped(), 10) + "\n")
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	_, err := w.Write([]byte(b.String()))
	return err
}

// cloud answers with the addresses of this cloud, as terraform and the Azure command line
// ask for them (Entra facts 6.7).
func (s *Server) cloud(w http.ResponseWriter, r *http.Request) error {
	body, err := graph.Cloud(s.config.BaseURL, r.URL.Query().Get("api-version"))
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, err = w.Write(body)
	return err
}
