package seed

import (
	"fmt"
	"strings"

	"github.com/stead-s2s/stead/environment/internal/meta"
)

// company is an account with its primary contact.
type company struct {
	name, number, phone, email, web     string
	street, city, state, postal, county string
	industry, employees, revenue        int64
	first, last, job, personal          string
}

// sampleCompanies are the ten accounts, and their contacts, that the service offers
// as sample data; their particulars are made up, with addresses of example.com and
// telephone numbers reserved for fiction.
var sampleCompanies = [...]company{
	{"Fourth Coffee (sample)", "ABSS4G45", "555-0150", "someone3@example.com", "http://www.fourthcoffee.com/",
		"9301 Country Road", "Renton", "WA", "98055", "King", 13, 64, 100000, "Yvonne", "McKay (sample)", "Purchasing Manager", "someone_a@example.com"},
	{"Litware, Inc. (sample)", "ACSHN2S4", "555-0151", "someone4@example.com", "http://www.litwareinc.com/",
		"4405 Balboa Court", "Dallas", "TX", "75201", "Dallas", 7, 120, 20000, "Susanna", "Stubberod (sample)", "Purchasing Manager", "someone_b@example.com"},
	{"Adventure Works (sample)", "BXRAD4GH", "555-0152", "someone5@example.com", "http://www.adventure-works.com/",
		"1249 Alamo Street", "Santa Cruz", "CA", "95060", "Santa Cruz", 25, 240, 60000, "Nancy", "Anderson (sample)", "Purchasing Manager", "someone_c@example.com"},
	{"Fabrikam, Inc. (sample)", "AFFSE9IK", "555-0153", "someone9@example.com", "http://www.fabrikam.com/",
		"2137 Birchwood Dr", "Redmond", "WA", "98052", "King", 12, 310, 80000, "Maria", "Campbell (sample)", "Purchasing Manager", "someone_d@example.com"},
	{"Blue Yonder Airlines (sample)", "ACTBBDC3", "555-0154", "someone10@example.com", "http://www.blueyonderairlines.com/",
		"789 3rd Street", "Los Angeles", "CA", "90012", "Los Angeles", 30, 2900, 90000, "Sidney", "Higa (sample)", "Owner", "someone_e@example.com"},
	{"City Power & Light (sample)", "AP23CDA1", "555-0155", "someone6@example.com", "http://www.cpandl.com/",
		"456 1st Street", "Missoula", "MT", "59801", "Missoula", 31, 450, 100000, "Scott", "Konersmann (sample)", "Purchasing Manager", "someone_f@example.com"},
	{"Contoso Pharmaceuticals (sample)", "BTS67JK0", "555-0156", "someone7@example.com", "http://www.contoso.com/",
		"1000 Main Street", "Phoenix", "AZ", "85001", "Maricopa", 24, 1500, 60000, "Robert", "Lyon (sample)", "Owner", "someone_g@example.com"},
	{"Alpine Ski House (sample)", "ABCO9M32", "555-0157", "someone8@example.com", "http://www.alpineskihouse.com/",
		"5009 Orchard St", "Missoula", "MT", "59802", "Missoula", 14, 85, 90000, "Paul", "Cannon (sample)", "Purchasing Assistant", "someone_h@example.com"},
	{"A. Datum Corporation (sample)", "AFFGU3A1", "555-0158", "someone2@example.com", "http://www.adatum.com/",
		"7165 Brock Lane", "Renton", "WA", "98056", "King", 6, 520, 10000, "Rene", "Valdes (sample)", "Purchasing Assistant", "someone_i@example.com"},
	{"Coho Winery (sample)", "BDC4BV65", "555-0159", "someone1@example.com", "http://www.cohowinery.com/",
		"8952 Cherry Lane", "Phoenix", "AZ", "85003", "Maricopa", 17, 40, 30000, "Jim", "Glynn (sample)", "Owner", "someone_j@example.com"},
}

// job is a sample task; about is the index of the account it regards, of whose
// contact when onContact.
type job struct {
	subject, description string
	about                int
	onContact            bool
	status, priority     int64
	dueInDays            int64
}

var sampleTasks = [...]job{
	{"Agree on delivery dates (sample)", "The coffee machines should arrive before the new shop opens.", 0, false, notStarted, 2, 7},
	{"Send the price list (sample)", "Yvonne asked for the list with volume discounts.", 0, true, inProgress, 1, 2},
	{"Prepare the yearly review (sample)", "", 1, false, notStarted, 1, 21},
	{"Book a site visit (sample)", "Two people, half a day.", 2, false, waiting, 1, 14},
	{"Check the open invoice (sample)", "Finance has no record of the last payment.", 3, true, inProgress, 2, 1},
	{"Discuss the maintenance contract (sample)", "", 5, false, notStarted, 0, 30},
	{"Answer questions on the offer (sample)", "Delivery, warranty, training.", 6, true, completed, 1, -3},
	{"Order brochures for the season (sample)", "", 7, false, deferred, 0, 60},
	{"Plan the wine tasting (sample)", "Room, guests, a list of what to pour.", 9, false, canceled, 1, 10},
}

// Status reasons of a task (Dataverse facts 6.5) and the states they belong to.
const (
	notStarted = 2
	inProgress = 3
	waiting    = 4
	completed  = 5
	canceled   = 6
	deferred   = 7
)

func taskState(status int64) int64 {
	switch status {
	case completed:
		return 1
	case canceled:
		return 2
	}
	return 0
}

// planSamples plans the sample rows, owned by each of the owners in turn.
func (w *world) planSamples() {
	owners := w.owners()
	for i, c := range sampleCompanies {
		w.rows.addCompany(w.id("account", c.name), w.id("contact", c.name), c, owners[i%len(owners)], w.currency())
	}
	for i, j := range sampleTasks {
		w.planTask(j, owners[j.about%len(owners)], fmt.Sprintf("task/%d", i))
	}
	w.planNotes(owners)
}

func (w *world) planTask(j job, o owner, name string) {
	company := sampleCompanies[j.about].name
	about := ref("regardingobjectid", "account", w.id("account", company))
	if j.onContact {
		about = ref("regardingobjectid", "contact", w.id("contact", company))
	}
	cells := append(o.cells(), about,
		text("activitytypecode", "task"), text("subject", j.subject), text("description", j.description),
		number("statecode", taskState(j.status)), number("statuscode", j.status), number("prioritycode", j.priority),
		number("scheduledend", (w.rows.stamps.now/day+j.dueInDays)*day))
	if taskState(j.status) != 0 {
		cells = append(cells, number("actualend", w.rows.stamps.now))
	}
	if j.status == completed {
		cells = append(cells, number("percentcomplete", 100))
	}
	w.rows.add("task", w.id("task", name), cells...)
}

func (w *world) planNotes(owners []owner) {
	for i, n := range [...]struct {
		company           int
		subject, notetext string
	}{
		{0, "First call (sample)", "They want a machine that makes two cups at once."},
		{3, "Directions (sample)", "The entrance is on the north side; visitors sign in at the gate."},
		{9, "Opening hours (sample)", "The cellar is open to buyers on weekday mornings."},
	} {
		cells := append(owners[n.company%len(owners)].cells(),
			text("subject", n.subject), text("notetext", n.notetext), text("objecttypecode", "account"),
			ref("objectid", "account", w.id("account", sampleCompanies[n.company].name)))
		w.rows.add("annotation", w.id("annotation", fmt.Sprintf("note/%d", i)), cells...)
	}
}

// addCompany plans an account and its primary contact.
func (p *plan) addCompany(account, contact meta.ID, c company, o owner, currency meta.ID) {
	place := append(o.cells(),
		text("address1_line1", c.street), text("address1_city", c.city), text("address1_stateorprovince", c.state),
		text("address1_postalcode", c.postal), text("address1_county", c.county), text("address1_country", "U.S."),
		text("address1_composite", c.address()), text("telephone1", c.phone),
		ref("transactioncurrencyid", "transactioncurrency", currency), decimal("exchangerate", 1))
	cells := append(money("revenue", c.revenue),
		text("name", c.name), text("accountnumber", c.number), text("emailaddress1", c.email), text("websiteurl", c.web),
		number("industrycode", c.industry), number("numberofemployees", c.employees),
		ref("primarycontactid", "contact", contact))
	p.add("account", account, append(cells, place...)...)
	p.add("contact", contact, append([]cell{
		text("firstname", c.first), text("lastname", c.last), text("fullname", c.first+" "+c.last), text("jobtitle", c.job),
		text("emailaddress1", c.personal), ref("parentcustomerid", "account", account), ref("accountid", "account", account),
	}, place...)...)
}

// address composes the parts as the service does.
func (c company) address() string {
	return strings.Join([]string{c.street, c.city + ", " + c.state + " " + c.postal, "U.S."}, "\r\n")
}
