package edm

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/stead-s2s/stead/environment/internal/meta"
)

// prints are the definitions of a model by what they say, so that a later model can be
// compared with it after it is gone.
type prints struct {
	version int64
	model   *meta.Model
	of      map[meta.ID]imprint
}

// imprint is what one definition says, and of which kind it is (deletedEntity …).
type imprint struct {
	kind int
	sum  [16]byte
}

// keptStamps is how many models of the past changes can be told since.
const keptStamps = 64

// stamps are the models that clients were told the stamps of, since the process began:
// whoever comes with another stamp begins anew.
type stamps struct {
	mu   sync.Mutex
	kept []*prints
}

// prints gives those of a model, and keeps them for who comes back.
func (b *Book) prints(d describer) *prints {
	b.stamps.mu.Lock()
	defer b.stamps.mu.Unlock()
	at := slices.IndexFunc(b.stamps.kept, func(p *prints) bool { return p.model == d.model })
	if at >= 0 {
		return b.stamps.kept[at]
	}
	for _, p := range b.stamps.kept {
		p.model = nil // memory: a past model is never asked for by itself
	}
	p := &prints{version: d.model.Version, model: d.model, of: map[meta.ID]imprint{}}
	for _, t := range d.all("EntityDefinitions") {
		p.add(t, deletedEntity)
		for _, a := range t.follow("Attributes") {
			p.add(a, deletedAttribute)
			for _, o := range a.follow("OptionSet") {
				p.add(o, deletedOptionSet)
			}
		}
		for _, k := range t.follow("Keys") {
			p.add(k, 0)
		}
	}
	for _, r := range d.all("RelationshipDefinitions") {
		p.add(r, deletedRelationship)
	}
	for _, o := range d.all("GlobalOptionSetDefinitions") {
		p.add(o, deletedOptionSet)
	}
	b.stamps.kept = append(b.stamps.kept, p)
	if len(b.stamps.kept) > keptStamps {
		b.stamps.kept = b.stamps.kept[1:]
	}
	return p
}

// add takes the print of a record; that of a column says what its choice says, too.
func (p *prints) add(r *record, kind int) {
	id, _ := r.get("MetadataId").(meta.ID)
	w := &writer{b: []byte{'{'}}
	w.members(r)
	for _, o := range r.follow("OptionSet") {
		w.name("OptionSet")
		w.value(o)
	}
	sum := sha256.Sum256(w.b)
	p.of[id] = imprint{kind, [16]byte(sum[:16])}
}

// gone lists the definitions of a kind that a later model does not have.
func (p *prints) gone(now *prints, kind int) []any {
	var ids []meta.ID
	for id, was := range p.of {
		if _, there := now.of[id]; !there && was.kind == kind {
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, func(a, b meta.ID) int { return slices.Compare(a[:], b[:]) })
	all := make([]any, len(ids))
	for i, id := range ids {
		all[i] = id
	}
	return all
}

// stamp is what clients bring back: "74812162!10/09/2022 22:10:22".
func (p *prints) stamp(now time.Time) string {
	return fmt.Sprintf("%d!%s", p.version, now.UTC().Format("01/02/2006 15:04:05"))
}

// stamped finds the model of a stamp; nil when the stamp is none of this process's.
func (b *Book) stamped(stamp string) *prints {
	number, at, _ := strings.Cut(stamp, "!")
	version, err := strconv.ParseInt(number, 10, 64)
	if _, failed := time.Parse("01/02/2006 15:04:05", at); err != nil || failed != nil {
		return nil
	}
	b.stamps.mu.Lock()
	defer b.stamps.mu.Unlock()
	for _, p := range b.stamps.kept {
		if p.version == version {
			return p
		}
	}
	return nil
}
