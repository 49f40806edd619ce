package access

import (
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// Hierarchical security (facts 3.12): who stands above others reaches what they reach
// by owning and by shares, as far as the one above holds the privilege at all. With
// direct reports that is Read, Write, Append and AppendTo; further down Read alone.
// Managers reach only those whose business unit is theirs or lies below it; positions
// know no such bound.

// extends reports whether the hierarchy gives a right on the rows of reports so many
// levels down, the first being 1.
func extends(right meta.Right, level int) bool {
	switch right {
	case meta.Read:
		return true
	case meta.Write, meta.Append, meta.AppendTo:
		return level == 1
	default:
		return false
	}
}

// reports gives the users below the principal on whose rows it has the right.
func (p *principal) reports(right meta.Right) []*principal {
	if p == nil || p.alone || !p.at.org.Hierarchy.Enabled {
		return nil
	}
	if p.at.org.Hierarchy.ByPosition {
		return p.at.positionsBelow(p, right)
	}
	return p.at.managedBy(p, right)
}

// managedBy walks down from manager to reports. The walk goes on below a report of a
// business unit out of reach, and ends where a ring of managers closes.
func (s *snapshot) managedBy(top *principal, right meta.Right) (all []*principal) {
	seen := map[*principal]bool{top: true}
	at := []*principal{top}
	for level := 1; level <= s.org.Hierarchy.Depth && extends(right, level); level++ {
		var next []*principal
		for _, manager := range at {
			for _, report := range s.managed[manager.id] {
				if seen[report] {
					continue
				}
				seen[report] = true
				next = append(next, report)
				if s.below(report.unit, top.unit) {
					all = append(all, report)
				}
			}
		}
		at = next
	}
	return all
}

// positionsBelow walks down from position to position.
func (s *snapshot) positionsBelow(top *principal, right meta.Right) (all []*principal) {
	if top.user.Position.IsZero() {
		return nil
	}
	seen := map[meta.ID]bool{top.user.Position: true}
	at := []meta.ID{top.user.Position}
	for level := 1; level <= s.org.Hierarchy.Depth && extends(right, level); level++ {
		var next []meta.ID
		for _, above := range at {
			for _, position := range s.positions[above] {
				if !seen[position] {
					seen[position] = true
					next = append(next, position)
					all = append(all, s.holders[position]...)
				}
			}
		}
		at = next
	}
	return all
}

// below reports a unit that is top or lies under it.
func (s *snapshot) below(u, top *unit) bool {
	return u != nil && top != nil && top.first <= u.first && u.first < top.end
}

// indexHierarchy finds who stands below whom.
func (s *snapshot) indexHierarchy(f *Facts) {
	if !f.Organization.Hierarchy.Enabled {
		return
	}
	s.managed, s.holders, s.positions = map[meta.ID][]*principal{}, map[meta.ID][]*principal{}, map[meta.ID][]meta.ID{}
	for _, row := range f.Users {
		p := s.users[row.ID]
		if !row.Manager.IsZero() {
			s.managed[row.Manager] = append(s.managed[row.Manager], p)
		}
		if !row.Position.IsZero() {
			s.holders[row.Position] = append(s.holders[row.Position], p)
		}
	}
	for _, row := range f.Positions {
		if !row.Parent.IsZero() {
			s.positions[row.Parent] = append(s.positions[row.Parent], row.ID)
		}
	}
}

// withReports adds what reports own, and are given by shares, to what the principal
// itself does.
func (p *principal) withReports(right meta.Right, owners, sharees []query.Value) (_, _ []query.Value) {
	reports := p.reports(right)
	if len(reports) == 0 {
		return owners, sharees
	}
	owners, sharees = owners[:len(owners):len(owners)], sharees[:len(sharees):len(sharees)]
	for _, r := range reports {
		for _, id := range r.owners {
			owners, sharees = add(owners, id), add(sharees, id)
		}
	}
	return owners, sharees
}
