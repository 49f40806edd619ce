package seed

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"

	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/store"
)

// chunk is how many accounts, each with its contact, are written in one transaction.
const chunk = 2500

// batch is the planned rows of one chunk.
type batch struct {
	from, to int
	rows     *plan
}

// generate writes the generated accounts, chunk by chunk, leaving out chunks that
// are there. The next chunk is planned while one is written.
func (w *world) generate(ctx context.Context, st *store.Store) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	written := false
	for b := range w.batches(ctx) {
		err := st.Write(ctx, func(tx *store.Tx) error {
			done, err := exists(ctx, tx, w.model.Table("account"), w.serial("account", b.from))
			if err != nil || done {
				return err
			}
			written = true
			return b.rows.write(ctx, tx)
		})
		if err != nil {
			return fmt.Errorf("generate accounts %d to %d: %w", b.from, b.to, err)
		}
		if w.spec.Progress != nil {
			w.spec.Progress(b.to, w.spec.Rows)
		}
	}
	if err := context.Cause(ctx); err != nil || !written {
		return err
	}
	return st.Weigh(ctx, w.model.Table("account"), w.model.Table("contact"))
}

// batches plans chunk after chunk until the last or until ctx ends.
func (w *world) batches(ctx context.Context) <-chan batch {
	out := make(chan batch)
	go func() {
		defer close(out)
		owners := w.owners()
		for from := 0; from < w.spec.Rows; from += chunk {
			b := batch{from: from, to: min(from+chunk, w.spec.Rows), rows: newPlan(w.model, w.stamps())}
			for i := b.from; i < b.to; i++ {
				b.rows.addCompany(w.serial("account", i), w.serial("contact", i), generated(i), owners[i%len(owners)], w.currency())
			}
			select {
			case out <- b:
			case <-ctx.Done():
				return
			}
		}
	}()
	return out
}

// serial gives the id of generated row i: ids grow with i, as ids of the service do
// with time (Dataverse facts 6.1), which also keeps insertion at the end of indexes.
func (w *world) serial(table string, i int) meta.ID {
	id := w.id(table, "generated")
	binary.BigEndian.PutUint32(id[:4], uint32(i)+1)
	return id
}

// place is a city with what belongs to it.
type place struct{ city, state, postal, county string }

var places = [...]place{
	{"Seattle", "WA", "98101", "King"}, {"Portland", "OR", "97201", "Multnomah"}, {"San Francisco", "CA", "94103", "San Francisco"},
	{"Denver", "CO", "80202", "Denver"}, {"Austin", "TX", "78701", "Travis"}, {"Chicago", "IL", "60601", "Cook"},
	{"Boston", "MA", "02108", "Suffolk"}, {"Atlanta", "GA", "30303", "Fulton"}, {"Miami", "FL", "33130", "Miami-Dade"},
	{"New York", "NY", "10001", "New York"}, {"Minneapolis", "MN", "55401", "Hennepin"}, {"Salt Lake City", "UT", "84101", "Salt Lake"},
}

var (
	adjectives = [...]string{"Northern", "Blue", "Silver", "Grand", "Quiet", "Bright", "Coastal", "Golden", "Prairie", "Summit", "Cedar", "Harbor", "Evergreen", "Granite", "Sunny", "Central"}
	trades     = [...]string{"Bakery", "Books", "Cycles", "Dairy", "Electric", "Foods", "Furniture", "Glass", "Instruments", "Logistics", "Optics", "Paper", "Pottery", "Textiles", "Tools", "Toys"}
	endings    = [...]string{"Ltd.", "Inc.", "LLC", "Group", "& Sons", "Partners", "Works", "Company"}
	firsts     = [...]string{"Alex", "Bea", "Carlos", "Dana", "Elif", "Farid", "Greta", "Hugo", "Ines", "Jonas", "Kim", "Lena", "Marco", "Nadia", "Olaf", "Priya", "Quinn", "Rosa", "Sven", "Tara"}
	lasts      = [...]string{"Abbott", "Bauer", "Costa", "Dubois", "Evans", "Fischer", "Garcia", "Hansen", "Ito", "Jensen", "Kowalski", "Larsen", "Meyer", "Novak", "Olsen", "Patel", "Quist", "Rossi", "Silva", "Tanaka"}
	streets    = [...]string{"Main Street", "Oak Avenue", "Mill Road", "Station Street", "Lake Drive", "Hill Road", "Market Square", "River Walk"}
	jobs       = [...]string{"Owner", "Purchasing Manager", "Purchasing Assistant", "Operations Lead", "Accountant"}
)

// generated makes up company i, the same at every run.
func generated(i int) company {
	r := rand.New(rand.NewPCG(uint64(i), 0x57ead))
	at := places[r.IntN(len(places))]
	first, last := firsts[r.IntN(len(firsts))], lasts[r.IntN(len(lasts))]
	employees := int64(1 + r.IntN(5000))
	return company{
		name:   fmt.Sprintf("%s %s %s %06d", adjectives[r.IntN(len(adjectives))], trades[r.IntN(len(trades))], endings[r.IntN(len(endings))], i+1),
		number: fmt.Sprintf("G%07d", i+1), phone: fmt.Sprintf("555-01%02d", r.IntN(100)),
		email: fmt.Sprintf("office%d@example.com", i+1), web: fmt.Sprintf("http://www.example.com/%d", i+1),
		street: fmt.Sprintf("%d %s", 1+r.IntN(9999), streets[r.IntN(len(streets))]),
		city:   at.city, state: at.state, postal: at.postal, county: at.county,
		industry: int64(1 + r.IntN(33)), employees: employees, revenue: employees * int64(1000+r.IntN(90000)),
		first: first, last: last, job: jobs[r.IntN(len(jobs))], personal: fmt.Sprintf("contact%d@example.com", i+1),
	}
}
