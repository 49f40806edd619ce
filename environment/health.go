package environment

import (
	"encoding/json"
	"net/http"

	"github.com/stead-s2s/stead/environment/internal/store"
)

// healthPath is outside the Web API and asks for no token.
const healthPath = "/_stead/health"

// wellness is what the health page says.
type wellness struct {
	Status         string `json:"status"` // "ok", or "failing" with status 503
	Environment    string `json:"environment"`
	URL            string `json:"url"`
	OrganizationID string `json:"organizationId"`
	TenantID       string `json:"tenantId"`
	Version        string `json:"version"`
}

// health says whether the environment can read its rows. It does not ask the
// issuers: an environment whose authority is down is well.
func (s *Server) health(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET,HEAD")
		http.Error(w, http.StatusText(http.StatusMethodNotAllowed), http.StatusMethodNotAllowed)
		return
	}
	status, said := http.StatusOK, wellness{"ok", s.config.Name, s.config.URL, s.config.organization.String(), s.config.TenantID, serviceVersion}
	if err := s.store.Read(r.Context(), func(*store.Tx) error { return nil }); err != nil {
		status, said.Status = http.StatusServiceUnavailable, "failing"
		s.config.Logger.Error("health", "environment", s.config.Name, "error", err)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(said)
}
