package seed

import (
	_ "embed"
	"errors"
	"fmt"
	"strings"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/meta"
)

//go:embed roles.txt
var rolesText string

// role is a security role: what it may do, in the order of the file.
type role struct {
	name       string
	template   meta.ID // zero for a custom role
	everything bool
	holds      []held
}

// held is a privilege at a depth.
type held struct {
	privilege *meta.Privilege
	depth     access.Depth
}

// readRoles reads the roles of a new environment. roles.txt says how they are
// written.
func readRoles(m *meta.Model) ([]role, error) {
	var all []role
	for i, line := range strings.Split(rolesText, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		if rest, ok := strings.CutPrefix(line, "role "); ok {
			r, err := readRole(rest)
			if err != nil {
				return nil, fmt.Errorf("roles.txt:%d: %w", i+1, err)
			}
			all = append(all, r)
			continue
		}
		if len(all) == 0 {
			return nil, fmt.Errorf("roles.txt:%d: a line before the first role", i+1)
		}
		if err := all[len(all)-1].read(m, strings.Fields(line)); err != nil {
			return nil, fmt.Errorf("roles.txt:%d: %w", i+1, err)
		}
	}
	return all, nil
}

func readRole(text string) (role, error) {
	name, template, _ := strings.Cut(text, " | ")
	r := role{name: strings.TrimSpace(name)}
	if template = strings.TrimSpace(template); template == "" {
		return r, nil
	}
	id, err := meta.ParseID(template)
	r.template = id
	return r, err
}

// read takes "everything", "Depth only prvName …" or "Depth rights Suffix …".
func (r *role) read(m *meta.Model, words []string) error {
	if len(words) == 1 && words[0] == "everything" {
		r.everything = true
		for _, p := range m.Privileges {
			r.holds = append(r.holds, held{p, access.Widest(p)})
		}
		return nil
	}
	if len(words) < 3 {
		return errors.New("want: Depth rights Suffix …")
	}
	depth, err := readDepth(words[0])
	if err != nil {
		return err
	}
	for _, name := range words[2:] {
		if words[1] == "only" {
			err = r.hold(m, name, depth)
		} else {
			err = r.holdRights(m, words[1], name, depth)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// holdRights adds the privileges of a list of rights, "all" being those there are.
func (r *role) holdRights(m *meta.Model, rights, suffix string, depth access.Depth) error {
	if rights != "all" {
		for _, right := range strings.Split(rights, ",") {
			if err := r.hold(m, "prv"+right+suffix, depth); err != nil {
				return err
			}
		}
		return nil
	}
	before := len(r.holds)
	for right := range meta.Right(meta.Rights) {
		if name := "prv" + right.String() + suffix; m.Privilege(name) != nil {
			if err := r.hold(m, name, depth); err != nil {
				return err
			}
		}
	}
	if len(r.holds) == before {
		return fmt.Errorf("no privilege ends in %s", suffix)
	}
	return nil
}

func (r *role) hold(m *meta.Model, name string, depth access.Depth) error {
	p := m.Privilege(name)
	if p == nil {
		return fmt.Errorf("no privilege %s", name)
	}
	if !access.Fits(p, depth) {
		return fmt.Errorf("privilege %s cannot be held at depth %d", name, depth)
	}
	for _, h := range r.holds {
		if h.privilege == p {
			return fmt.Errorf("privilege %s is given twice", name)
		}
	}
	r.holds = append(r.holds, held{p, depth})
	return nil
}

func readDepth(word string) (access.Depth, error) {
	switch word {
	case "Basic":
		return access.Basic, nil
	case "Local":
		return access.Local, nil
	case "Deep":
		return access.Deep, nil
	case "Global":
		return access.Global, nil
	}
	return access.None, fmt.Errorf("unknown depth %q", word)
}

// mask is how roleprivileges keeps a depth: 1, 2, 4, 8 (Dataverse facts 3.5).
func mask(d access.Depth) int64 { return 1 << (d - access.Basic) }
