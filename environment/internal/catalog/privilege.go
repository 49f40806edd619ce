package catalog

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/stead-s2s/stead/environment/internal/meta"
)

// privilegeRule is a line "privileges Suffix depths right …" of a table.
type privilegeRule struct {
	line   int
	suffix string
	depths string
	rights []meta.Right
}

// privilegeLine reads a privilegeRule. Suffix follows the verb in the names:
// prvReadNote for annotation, prvReadActivity for every activity (facts 3.4).
func (t *tableReader) privilegeLine(number int, words []string) error {
	if len(words) < 3 {
		return errors.New("want: privileges Suffix depths right …")
	}
	rule := privilegeRule{line: number, suffix: words[0], depths: words[1]}
	for _, word := range words[2:] {
		right, err := rightOf(word)
		if err != nil {
			return err
		}
		rule.rights = append(rule.rights, right)
	}
	t.rules = append(t.rules, rule)
	return nil
}

func rightOf(word string) (meta.Right, error) {
	for r := range meta.Right(meta.Rights) {
		if strings.EqualFold(r.String(), word) {
			return r, nil
		}
	}
	return 0, fmt.Errorf("unknown right %q", word)
}

// addPrivileges gives a table the privileges of a rule, which other tables may
// have already.
func (b *builder) addPrivileges(t *meta.Table, rule privilegeRule) error {
	for _, right := range rule.rights {
		p := &meta.Privilege{Name: "prv" + right.String() + rule.suffix, Right: right}
		if err := setDepths(p, rule.depths); err != nil {
			return err
		}
		if t.Privileges[right] != nil {
			return fmt.Errorf("right %s is given twice", right)
		}
		t.Privileges[right] = b.intern(p)
	}
	return nil
}

// intern returns the privilege of that name, adding p when there is none. An id
// known from the service is the same in every environment there; the others are
// derived from the name.
func (b *builder) intern(p *meta.Privilege) *meta.Privilege {
	if have := b.privileges[p.Name]; have != nil {
		return have
	}
	p.ID = b.known[p.Name]
	if p.ID.IsZero() {
		p.ID = ID("privilege/" + p.Name)
	}
	b.privileges[p.Name] = p
	b.definition.Privileges = append(b.definition.Privileges, p)
	return p
}

func setDepths(p *meta.Privilege, letters string) error {
	for _, letter := range letters {
		switch letter {
		case 'B':
			p.Basic = true
		case 'L':
			p.Local = true
		case 'D':
			p.Deep = true
		case 'G':
			p.Global = true
		default:
			return fmt.Errorf("unknown depth %q", letter)
		}
	}
	return nil
}

// readPrivileges reads the ids of table privileges that are known ("known name
// id") and the miscellaneous privileges ("misc depths name [id]").
func (b *builder) readPrivileges(name string) error {
	text, err := fs.ReadFile(b.from, name)
	if err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	b.known = map[string]meta.ID{}
	for i, line := range strings.Split(string(text), "\n") {
		words := strings.Fields(line)
		if len(words) == 0 || words[0][0] == '#' {
			continue
		}
		if err := b.privilegeLine(words); err != nil {
			return fmt.Errorf("%s:%d: %w", name, i+1, err)
		}
	}
	return nil
}

func (b *builder) privilegeLine(words []string) error {
	switch {
	case words[0] == "known" && len(words) == 3:
		return b.know(words[1], words[2])
	case words[0] == "misc" && len(words) >= 3 && len(words) <= 4:
		if len(words) == 4 {
			if err := b.know(words[2], words[3]); err != nil {
				return err
			}
		}
		p := &meta.Privilege{Name: words[2], Misc: true}
		if b.privileges[p.Name] != nil {
			return fmt.Errorf("privilege %s is defined twice", p.Name)
		}
		if err := setDepths(p, words[1]); err != nil {
			return err
		}
		b.intern(p)
		return nil
	}
	return errors.New("want: known name id, or misc depths name [id]")
}

func (b *builder) know(name, id string) error {
	parsed, err := meta.ParseID(id)
	b.known[name] = parsed
	return err
}
