package catalog

import (
	"strings"
	"testing"

	"github.com/stead-s2s/stead/environment/internal/meta"
)

func TestRelationshipsOfTheWalkThroughs(t *testing.T) {
	m := model(t)
	for _, want := range []struct {
		name, referenced, referencing, lookup, navigation string
		rule                                              meta.Cascade
	}{
		{"account_primary_contact", "contact", "account", "primarycontactid", "primarycontactid", meta.RemoveLink},
		{"account_parent_account", "account", "account", "parentaccountid", "parentaccountid", meta.RemoveLink},
		{"contact_customer_accounts", "account", "contact", "parentcustomerid", "parentcustomerid_account", meta.CascadeAll},
		{"contact_customer_contacts", "contact", "contact", "parentcustomerid", "parentcustomerid_contact", meta.CascadeAll},
		{"Account_Tasks", "account", "task", "regardingobjectid", "regardingobjectid_account_task", meta.CascadeAll},
		{"Contact_Tasks", "contact", "task", "regardingobjectid", "regardingobjectid_contact_task", meta.CascadeAll},
		{"Account_Annotation", "account", "annotation", "objectid", "objectid_account", meta.CascadeAll},
		{"Contact_Annotation", "contact", "annotation", "objectid", "objectid_contact", meta.CascadeAll},
		{"user_accounts", "systemuser", "account", "owninguser", "owninguser", meta.NoCascade},
		{"team_accounts", "team", "account", "owningteam", "owningteam", meta.NoCascade},
		{"business_unit_accounts", "businessunit", "account", "owningbusinessunit", "owningbusinessunit", meta.Restrict},
		{"lk_accountbase_createdby", "systemuser", "account", "createdby", "createdby", meta.NoCascade},
		{"lk_accountbase_modifiedby", "systemuser", "account", "modifiedby", "modifiedby", meta.NoCascade},
		{"business_unit_system_users", "businessunit", "systemuser", "businessunitid", "businessunitid", meta.Restrict},
		{"business_unit_parent_business_unit", "businessunit", "businessunit", "parentbusinessunitid", "parentbusinessunitid", meta.Restrict},
		{"transactioncurrency_account", "transactioncurrency", "account", "transactioncurrencyid", "transactioncurrencyid", meta.Restrict},
	} {
		r := m.Relationship(want.name)
		if r == nil {
			t.Errorf("no relationship %s", want.name)
			continue
		}
		if r.Referenced.LogicalName != want.referenced || r.Referencing.LogicalName != want.referencing ||
			r.ReferencingColumn.LogicalName != want.lookup || r.ReferencingNavigation != want.navigation ||
			r.ReferencedNavigation != want.name || r.Delete != want.rule {
			t.Errorf("%s: %s 1:N %s.%s, %s, %s, %d", want.name, r.Referenced.LogicalName, r.Referencing.LogicalName,
				r.ReferencingColumn.LogicalName, r.ReferencingNavigation, r.ReferencedNavigation, r.Delete)
		}
	}
}

func TestManyToManyRelationships(t *testing.T) {
	m := model(t)
	for name, want := range map[string]string{
		"systemuserroles_association":    "systemuser role systemuserroles",
		"teamroles_association":          "team role teamroles",
		"teammembership_association":     "team systemuser teammembership",
		"roleprivileges_association":     "role privilege roleprivileges",
		"systemuserprofiles_association": "systemuser fieldsecurityprofile systemuserprofiles",
		"teamprofiles_association":       "team fieldsecurityprofile teamprofiles",
		"queuemembership_association":    "queue systemuser queuemembership",
	} {
		r := m.Relationship(name)
		if r == nil {
			t.Errorf("no relationship %s", name)
			continue
		}
		if got := r.Referenced.LogicalName + " " + r.Referencing.LogicalName + " " + r.Intersect.LogicalName; got != want {
			t.Errorf("%s joins %s, want %s", name, got, want)
		}
		for _, end := range []*meta.Table{r.Referenced, r.Referencing} {
			if n, ok := end.Navigation(name); !ok || n.Single {
				t.Errorf("%s has no collection %s", end.LogicalName, name)
			}
		}
	}
}

// Every lookup with a target can be expanded and bound by a navigation property,
// except mirrors of another lookup; every other lookup leads nowhere.
func TestLookupsHaveNavigation(t *testing.T) {
	m := model(t)
	mirrors := map[string]bool{"contact.accountid": true, "contact.parentcontactid": true}
	for _, table := range m.Tables {
		for _, c := range table.Columns {
			if !c.IsLookup() || c.Anywhere || mirrors[table.LogicalName+"."+c.LogicalName] {
				continue
			}
			for _, target := range c.Targets {
				if !reaches(table, c, target) {
					t.Errorf("%s.%s: no navigation to %s", table.LogicalName, c.LogicalName, target.LogicalName)
				}
			}
		}
	}
	for _, name := range []string{"account.slaid", "queue.defaultmailbox", "contact.originatingleadid"} {
		if c := column(t, m, name); len(c.Targets) != 0 {
			t.Errorf("%s has targets", name)
		}
	}
}

func reaches(table *meta.Table, c *meta.Column, target *meta.Table) bool {
	for _, n := range table.Navigations() {
		if n.Single && n.From == c && (n.Target == target || c.Kind == meta.Owner) {
			return true
		}
	}
	return false
}

func TestPolymorphicLookups(t *testing.T) {
	m := model(t)
	for name, want := range map[string]string{
		"account.ownerid": "systemuser team", "contact.parentcustomerid": "account contact",
		"task.regardingobjectid": "account contact", "annotation.objectid": "account contact task",
		"account.primarycontactid": "contact", "contact.accountid": "account",
	} {
		c := column(t, m, name)
		var names []string
		for _, target := range c.Targets {
			names = append(names, target.LogicalName)
		}
		if got := strings.Join(names, " "); got != want || (c.TypeColumn != nil) != (len(c.Targets) > 1) {
			t.Errorf("%s points to %s, want %s", name, got, want)
		}
	}
}

// System columns are on every table of their ownership (Dataverse facts 6.4).
func TestSystemColumns(t *testing.T) {
	for _, table := range model(t).Tables {
		want := []string{"versionnumber"}
		if table.LogicalName == meta.AuditTable { // without one in the reference
			want = nil
		}
		switch table.Ownership {
		case meta.UserOwned:
			want = append(want, "createdon", "createdby", "createdonbehalfby", "modifiedon", "modifiedby", "modifiedonbehalfby",
				"ownerid", "owningbusinessunit", "owninguser", "owningteam")
		case meta.OrganizationOwned:
			if table.LogicalName != "backgroundoperation" { // elastic, and without one in the reference
				want = append(want, "organizationid")
			}
		case meta.BusinessOwned:
			want = append(want, "createdon", "modifiedon")
			if table.LogicalName != "businessunit" {
				want = append(want, "businessunitid")
			}
		}
		for _, name := range want {
			if table.Column(name) == nil {
				t.Errorf("%s has no %s", table.LogicalName, name)
			}
		}
		for _, c := range table.Columns {
			if c.Kind == meta.Money && (table.Column("transactioncurrencyid") == nil || table.Column("exchangerate") == nil) {
				t.Errorf("%s has money and no currency", table.LogicalName)
			}
			if (c.Kind == meta.Choice || c.Kind == meta.State || c.Kind == meta.Status || c.Kind == meta.Boolean) && len(c.Options) == 0 {
				t.Errorf("%s.%s offers nothing", table.LogicalName, c.LogicalName)
			}
			if c.DisplayName == "" && !c.Hidden {
				t.Errorf("%s.%s has no display name", table.LogicalName, c.LogicalName)
			}
		}
	}
}
