package authority

import "github.com/stead-s2s/stead/authority/internal/ticket"

// Tickets lets tests sign people in without a browser.
func (s *Server) Tickets() *ticket.Book { return s.tickets }
