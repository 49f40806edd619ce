package environment_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"
)

// nest puts n pairs around a text.
func nest(n int, open, text, shut string) string {
	return strings.Repeat(open, n) + text + strings.Repeat(shut, n)
}

// list repeats a form with the numbers from 1 on, with a separator between.
func list(n int, form, separator string) string {
	all := make([]string, n)
	for i := range all {
		all[i] = strings.ReplaceAll(form, "#", fmt.Sprint(i+1))
	}
	return strings.Join(all, separator)
}

// bound is a form of request that is taken up to a size.
type bound struct {
	method, path, body string // # is where the size goes
	form               func(n int) string
	most               int    // the greatest size that is taken
	refusal            string // of the next: status, code and text
}

func fetched(inner string) string {
	return "accounts?fetchXml=" + url.QueryEscape(`<fetch><entity name="account"><attribute name="name"/>`+inner+`</entity></fetch>`)
}

// TestBounds: everything that nests, repeats or grows has an end, which is told as such;
// what is as great as may be is answered, and neither takes long.
func TestBounds(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	id := app.made("accounts", `{"name":"x"}`)
	for name, b := range bounds(id) {
		t.Run(name, func(t *testing.T) {
			app := client{w: w, t: t, header: app.header}
			ask := func(n int) string {
				text := b.form(n)
				path, body := strings.ReplaceAll(b.path, "#", text), strings.ReplaceAll(b.body, "#", text)
				c, began := app, time.Now()
				if strings.HasSuffix(path, "$batch") {
					c = c.with("Content-Type", "multipart/mixed; boundary=b")
				}
				a := c.send(b.method, path, body)
				if took := time.Since(began); took > 20*time.Second {
					t.Errorf("%d took %v", n, took)
				}
				return fmt.Sprintf("%d %.600s", a.status, a.body)
			}
			if got := ask(b.most); got[0] != '2' {
				t.Errorf("%d: %s", b.most, got)
			}
			if got := ask(b.most + 1); !matches(got, b.refusal) {
				t.Errorf("%d: %.300s\nwant %s", b.most+1, got, b.refusal)
			}
			if got := ask(b.most * 3); got[0] != '4' {
				t.Errorf("%d: %.300s", b.most*3, got)
			}
		})
	}
}

func bounds(id string) map[string]bound {
	return map[string]bound{
		"the length of an address": {method: "GET", path: "accounts?$filter=name eq '#'", most: 32<<10 - len(address+"/api/data/v9.2/accounts?$filter=name%20eq%20''"),
			refusal: `413 {"error":{"code":"0x80060888","message":"The URL of the request exceeds the maximum length of 32,768 characters."}}`,
			form:    func(n int) string { return strings.Repeat("x", n) }},
		"brackets in a filter": {method: "GET", path: "accounts?$select=name&$filter=#", most: 99, refusal: "400 …",
			form: func(n int) string { return nest(n, "(", "name eq 'x'", ")") }},
		"negations in a filter": {method: "GET", path: "accounts?$select=name&$filter=#", most: 98, refusal: "400 …",
			form: func(n int) string { return nest(n, "not ", "(name eq 'x')", "") }},
		"expands": {method: "GET", path: "accounts?$select=name&$expand=#", most: 15, refusal: "400 …",
			form: func(n int) string {
				return "createdby,modifiedby,createdonbehalfby,modifiedonbehalfby,owninguser,owningteam,owningbusinessunit,primarycontactid,parentaccountid,transactioncurrencyid,Account_Tasks,contact_customer_accounts,account_parent_account,Account_Annotation,masterid" +
					strings.Repeat(",masterid", n-15)
			}},
		"expands in expands": {method: "GET", path: "accounts?$select=name&$expand=#", most: 15, refusal: "400 …",
			form: func(n int) string {
				return nest(n-1, "parentaccountid($select=name;$expand=", "parentaccountid($select=name)", ")")
			}},
		"filters of FetchXML": {method: "GET", path: "#", most: 37, refusal: "400 …",
			form: func(n int) string {
				return fetched(nest(n, "<filter>", `<condition attribute="name" operator="null"/>`, "</filter>"))
			}},
		"conditions of FetchXML": {method: "GET", path: "#", most: 500, refusal: "400 …",
			form: func(n int) string {
				return fetched("<filter type='or'>" + list(n, `<condition attribute="name" operator="null"/>`, "") + "</filter>")
			}},
		"links of FetchXML": {method: "GET", path: "#", most: 15, refusal: "400 …",
			form: func(n int) string {
				return fetched(list(n, `<link-entity name="contact" from="contactid" to="primarycontactid" alias="a#" link-type="outer"/>`, ""))
			}},
		"values of FetchXML": {method: "GET", path: "#", most: 1000, refusal: "…",
			form: func(n int) string {
				return fetched(`<filter><condition attribute="name" operator="in">` + list(n, `<value>#</value>`, "") + "</condition></filter>")
			}},
		"JSON in JSON": {method: "PATCH", path: "accounts(" + id + ")", body: `{"name":"x","name@my.mark":#}`, most: 31, refusal: "400 …",
			form: func(n int) string { return nest(n, "[", "1", "]") }},
		"rows in rows": {method: "POST", path: "accounts", body: "#", most: 31, refusal: "400 …",
			form: func(n int) string { return nest(n, `{"name":"x","parentaccountid":`, `{"name":"y"}`, "}") }},
		"requests in a batch": {method: "POST", path: "$batch", body: "#--b--\r\n", most: 1000, refusal: "400 …1000…",
			form: func(n int) string { return list(n, item("", "GET WhoAmI HTTP/1.1", "", ""), "") }},
	}
}
