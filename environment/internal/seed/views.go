package seed

import "github.com/stead-s2s/stead/environment/internal/meta"

// view is a public view that every environment has, under the same id.
type view struct {
	id, name, table string
	columns         []string // the first is what rows are in order of
	mine            bool
	usual           bool // the table's default view
}

func views() []view {
	return []view{
		{id: "00000000-0000-0000-00aa-000010001001", name: "My Active Accounts", table: "account", columns: []string{"name", "address1_city", "primarycontactid", "telephone1"}, mine: true, usual: true},
		{id: "00000000-0000-0000-00aa-000010001002", name: "Active Accounts", table: "account", columns: []string{"name", "address1_city", "primarycontactid", "telephone1"}},
		{id: "00000000-0000-0000-00aa-000010001003", name: "My Active Contacts", table: "contact", columns: []string{"fullname", "parentcustomerid", "telephone1", "emailaddress1"}, mine: true, usual: true},
		{id: "00000000-0000-0000-00aa-000010001004", name: "Active Contacts", table: "contact", columns: []string{"fullname", "parentcustomerid", "telephone1", "emailaddress1"}},
	}
}

// mainView is savedquery.querytype of what applications list.
const mainView = 0

// planViews plans the views that savedQuery= names in documents and samples.
func (w *world) planViews() {
	for _, v := range views() {
		w.rows.add("savedquery", meta.MustID(v.id), ref("organizationid", "organization", w.spec.Organization),
			text("name", v.name), text("returnedtypecode", v.table), text("fetchxml", v.fetch()),
			number("querytype", mainView), flag("isdefault", v.usual), flag("isuserdefined", false))
	}
}

// fetch is the view's FetchXML.
func (v view) fetch() string {
	text := `<fetch version="1.0" output-format="xml-platform" mapping="logical"><entity name="` + v.table + `">`
	for _, c := range v.columns {
		text += `<attribute name="` + c + `" />`
	}
	text += `<attribute name="` + v.table + `id" /><order attribute="` + v.columns[0] + `" descending="false" />` +
		`<filter type="and"><condition attribute="statecode" operator="eq" value="0" />`
	if v.mine {
		text += `<condition attribute="ownerid" operator="eq-userid" />`
	}
	return text + `</filter></entity></fetch>`
}
