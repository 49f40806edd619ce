package catalog

import (
	"slices"
	"testing"

	"github.com/stead-s2s/stead/environment/internal/meta"
)

func TestPrivilegesOfTables(t *testing.T) {
	m := model(t)
	for _, want := range []struct {
		table, suffix, depths string
		rights                []meta.Right
	}{
		{"account", "Account", "BLDG", []meta.Right{meta.Read, meta.Write, meta.Append, meta.AppendTo, meta.Create, meta.Delete, meta.Share, meta.Assign}},
		{"task", "Activity", "BLDG", []meta.Right{meta.Read, meta.Write, meta.Append, meta.AppendTo, meta.Create, meta.Delete, meta.Share, meta.Assign}},
		{"annotation", "Note", "BLDG", []meta.Right{meta.Read, meta.Write, meta.Append, meta.AppendTo, meta.Create, meta.Delete, meta.Share, meta.Assign}},
		{"systemuser", "User", "LDG", []meta.Right{meta.Read, meta.Write, meta.Append, meta.AppendTo, meta.Create, meta.Delete}},
		{"role", "Role", "LDG", []meta.Right{meta.Read, meta.Write, meta.Append, meta.AppendTo, meta.Create, meta.Delete, meta.Assign}},
		{"organization", "Organization", "G", []meta.Right{meta.Read, meta.Write, meta.AppendTo}},
		{"transactioncurrency", "TransactionCurrency", "G", []meta.Right{meta.Read, meta.Write, meta.Append, meta.AppendTo, meta.Create, meta.Delete}},
		{"savedquery", "Query", "G", []meta.Right{meta.Read, meta.Write, meta.Create, meta.Delete}},
		{"userquery", "UserQuery", "B", []meta.Right{meta.Read, meta.Write, meta.Create, meta.Delete, meta.Share, meta.Assign}},
		{"queue", "Queue", "BLDG", []meta.Right{meta.Read, meta.Write, meta.Append, meta.AppendTo, meta.Create, meta.Delete, meta.Share, meta.Assign}},
		{"queueitem", "", "", nil},
		{"privilege", "", "", nil},
		{"systemuserroles", "", "", nil},
	} {
		for r := range meta.Right(meta.Rights) {
			p := m.Table(want.table).Privileges[r]
			if has := slices.Contains(want.rights, r); has != (p != nil) {
				t.Errorf("%s: privilege for %s: %v, want %v", want.table, r, p, has)
				continue
			}
			if p == nil {
				continue
			}
			if p.Name != "prv"+r.String()+want.suffix || p.Right != r || p.Misc || depthText(p) != want.depths {
				t.Errorf("%s: %s gives %s at %s", want.table, p.Name, p.Right, depthText(p))
			}
		}
	}
	if got := depthText(m.Privilege("prvCreateBusinessUnit")); got != "DG" {
		t.Errorf("prvCreateBusinessUnit can be held at %s", got)
	}
}

func TestWellKnownPrivileges(t *testing.T) {
	m := model(t)
	for name, id := range map[string]string{
		"prvReadAccount":        "886b280c-6396-4d56-a0a3-2c1b0a50ceb0",
		"prvCreateAccount":      "d26fe964-230b-42dd-ad93-5cc879de411e",
		"prvReadSharePointData": "fecbd29c-df64-4ede-a611-47226b402c22",
		"prvReadSdkMessage":     "94c3ac2c-eb23-41cb-a903-4e2e49e910b4",
		"prvReadPluginAssembly": "f5b50296-a212-488a-be92-cbcca8971717",
		"prvReadPluginType":     "9365005c-4703-473b-8d3c-d073cfd8670c",
		"prvReadNote":           "3260ad79-203d-41fd-bf2c-f853a5d93483",
	} {
		p := m.Privilege(name)
		if p == nil || p.ID.String() != id || m.PrivilegeByID(p.ID) != p {
			t.Errorf("%s is %v", name, p)
		}
	}
	for _, name := range []string{"prvActOnBehalfOfAnotherUser", "prvOverrideCreatedOnCreatedBy", "prvDisableUser"} {
		if p := m.Privilege(name); p == nil || !p.Misc || p.ID.IsZero() {
			t.Errorf("%s is %v", name, p)
		}
	}
}

func TestDerivedIds(t *testing.T) {
	// The example of RFC 9562, appendix A.4: version 5 in the DNS name space.
	dns := meta.MustID("6ba7b810-9dad-11d1-80b4-00c04fd430c8")
	if got := Derive(dns, "www.example.com").String(); got != "2ed6657d-e927-568b-95e1-2665a8aea6a2" {
		t.Errorf("Derive gives %s", got)
	}
	// Pinned: these ids are in databases and in documents.
	m := model(t)
	for name, id := range map[string]string{
		"prvReadContact":              "7ba1ddb9-fbe7-537c-8d16-ced9af8fa163",
		"prvActOnBehalfOfAnotherUser": "516e1055-5a41-525e-b949-85bb0f47ebd8",
	} {
		if got := m.Privilege(name).ID.String(); got != id {
			t.Errorf("%s has id %s, want %s", name, got, id)
		}
	}
}
