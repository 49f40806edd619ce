package main

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/stead-s2s/stead"
)

// duel is one kind of request, asked of Stead and of the bare handlers in turn. times is
// how many rows one answer stands for.
type duel struct {
	name        string
	connections int
	times       int
	stead, bare func() (*http.Request, error)
	// If not nil: what one more connection writes to either beside the reads.
	steadWrites, bareWrites func() (*http.Request, error)
}

const (
	duelRounds = 7
	duelTurn   = 400 * time.Millisecond
)

// rowsOf measures an environment of so many generated accounts against bare handlers: on a copy of its file, or
// with a connection of their own to its server.
func rowsOf(accounts int, where string, flags ...string) error {
	return sideBySide(accounts, flags, func(b both) error { return b.fightAll(accounts, where) })
}

// fightAll lets all pairs of reads and writes compete.
func (b both) fightAll(accounts int, where string) error {
	all, err := duels(b.client, b.world, b.bare, accounts)
	if err != nil {
		return err
	}
	fmt.Printf("\n%-38s %10s %10s %7s   %s\n", fmt.Sprintf("%d accounts, %s", accounts, where), "Stead/s", "bare/s", "ratio", "processor time of the server, µs, and its ratio")
	for _, d := range all {
		if err := d.fight(b.client, b.pid, b.barePID); err != nil {
			return fmt.Errorf("%s: %w", d.name, err)
		}
	}
	return nil
}

// fight lets both have their turns and prints the medians.
func (d duel) fight(client *http.Client, pid, barePID int) error {
	sides := []*metered{
		{load: load{client, d.stead, d.connections, duelTurn}, pids: []int{pid}, beside: d.steadWrites},
		{load: load{client, d.bare, d.connections, duelTurn}, pids: []int{barePID}, beside: d.bareWrites},
	}
	rates := make([][]float64, len(sides))
	for i := range duelRounds + 1 {
		for j, m := range sides {
			if err := m.run(); err != nil {
				return err
			}
			if i == 0 { // warm
				m.costs = nil
				continue
			}
			rates[j] = append(rates[j], m.last.perSecond*float64(d.times))
		}
	}
	ratios := make([]float64, len(rates[0]))
	for i := range ratios {
		ratios[i] = rates[0][i] / rates[1][i]
	}
	slices.Sort(ratios)
	s, b := median(sides[0].costs)/float64(d.times), median(sides[1].costs)/float64(d.times)
	fmt.Printf("%-38s %10.0f %10.0f %7.2f   %.1f / %.1f = %.2f\n", d.name, median(rates[0]), median(rates[1]), median(ratios), s, b, b/s)
	return nil
}

const aggregate = `<fetch aggregate="true"><entity name="account"><attribute name="accountid" alias="n" aggregate="count"/><attribute name="statecode" alias="state" groupby="true"/><filter><condition attribute="address1_city" operator="eq" value="CITY"/></filter></entity></fetch>`

// aggregated is up to how many accounts a city has fewer rows than an aggregate may be of, 50,000.
const aggregated = 500_000

// duels are all kinds of request, reads first: the writes change what they would read.
func duels(client *http.Client, w stead.World, bare string, accounts int) ([]duel, error) {
	app, _ := w.App("contoso-app")
	environment, _ := w.Environment("contoso")
	token, err := tokenOf(client, w.Authority+"/"+app.TenantID+"/oauth2/v2.0/token", credentials(app, environment))
	if err != nil {
		return nil, err
	}
	id, city, err := anAccount(client, environment.URL, token)
	if err != nil {
		return nil, err
	}
	api, plain, in := environment.URL+"/api/data/v9.2/", strings.ReplaceAll(id, "-", ""), "?city="+url.QueryEscape(city)
	of := "&$filter=" + url.QueryEscape("address1_city eq '"+city+"'") + "&$orderby=name&$top=50"
	all := []duel{
		{name: "point reads, 11 columns", connections: 4, times: 1, stead: pointRead(environment, id, token), bare: get(bare+"/point?id="+plain, "")},
		{name: "lists of 50, 7 columns", connections: 4, times: 1, stead: get(api+"accounts"+columns+of, token), bare: get(bare+"/list"+in, "")},
		{name: "pages of 5,000, 7 columns, in rows", connections: 2, times: 5000, stead: get(api+"accounts"+columns, token), bare: get(bare+"/page", "")},
		{name: "$batch of 100 point reads, in parts", connections: 2, times: 100, stead: batchOf(api, "accounts("+id+")"+columns, token),
			bare: get(bare+"/batch?id="+plain, "")},
		{name: "lists of 50 with $expand of a lookup", connections: 4, times: 1,
			stead: get(api+"accounts?$select=name&$expand=primarycontactid($select=fullname)"+of, token), bare: get(bare+"/expand"+in, "")},
	}
	if accounts <= aggregated {
		all = append(all, duel{name: "FetchXML: a city's rows by state", connections: 2, times: 1,
			stead: get(api+"accounts?fetchXml="+url.QueryEscape(strings.Replace(aggregate, "CITY", city, 1)), token), bare: get(bare+"/aggregate"+in, "")})
	}
	return append(all, writes(api, bare, id, token, all[0])...), nil
}

// writes are those that write, and the given reads beside writes.
func writes(api, bare, id, token string, reads duel) []duel {
	account := `"name":"Bench","telephone1":"555-0100","address1_city":"Bern","numberofemployees":7`
	one, change := "{"+account+"}", `{"telephone1":"555-0199"}`
	many := func(each string) string {
		return `{"Targets":[` + strings.TrimSuffix(strings.Repeat("{"+each+"},", 1000), ",") + `]}`
	}
	creates := duel{name: "creates", connections: 4, times: 1, stead: send("POST", api+"accounts", one, token), bare: send("POST", bare+"/create", one, "")}
	reads.name, reads.steadWrites, reads.bareWrites = "point reads beside creates", creates.stead, creates.bare
	return []duel{
		reads,
		creates,
		{name: "updates of a column", connections: 4, times: 1, stead: send("PATCH", api+"accounts("+id+")", change, token),
			bare: send("PATCH", bare+"/update?id="+strings.ReplaceAll(id, "-", ""), change, "")},
		{name: "CreateMultiple of 1,000, in rows", connections: 1, times: 1000, stead: send("POST", api+"accounts/Microsoft.Dynamics.CRM.CreateMultiple",
			many(`"@odata.type":"Microsoft.Dynamics.CRM.account",`+account), token), bare: send("POST", bare+"/bulk", many(account), "")},
	}
}

// send makes a request with a JSON body.
func send(method, url, body, token string) func() (*http.Request, error) {
	return func() (*http.Request, error) {
		r, err := http.NewRequest(method, url, strings.NewReader(body))
		if err == nil {
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set("Authorization", "Bearer "+token)
		}
		return r, err
	}
}

// batchOf reads one row a hundred times in one request.
func batchOf(api, path, token string) func() (*http.Request, error) {
	var b bytes.Buffer
	for range 100 {
		b.WriteString("--b\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\nGET " + api + path + " HTTP/1.1\r\n\r\n\r\n")
	}
	b.WriteString("--b--\r\n")
	body := b.String()
	return func() (*http.Request, error) {
		r, err := send("POST", api+"$batch", body, token)()
		if err == nil {
			r.Header.Set("Content-Type", "multipart/mixed; boundary=b")
		}
		return r, err
	}
}
