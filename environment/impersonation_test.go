package environment_test

import (
	"testing"
)

const nobody = "5a1f0000-0000-4000-8000-00000000dead"

// TestImpersonationRefused: every way in which a request cannot run for somebody else
// (Dataverse facts 2.1, 2.2), alone and as part of a batch.
func TestImpersonationRefused(t *testing.T) {
	w := start(t)
	lacks := "Principal user (Id=" + people["ben"].user + ", type=8, …), is missing prvActOnBehalfOfAnotherUser privilege (Id=…)…"
	for name, tt := range map[string]struct {
		who, header, value string
		status             int
		code, message      string
	}{
		"unknown object id":          {"contoso-app", "CallerObjectId", nobody, 400, "0x80041d1f", "The user Id(s) [" + nobody + "] is invalid."},
		"unknown user id":            {"contoso-app", "MSCRMCallerID", nobody, 400, "0x80041d1f", "The user Id(s) [" + nobody + "] is invalid."},
		"a user id as object id":     {"contoso-app", "CallerObjectId", people["ben"].user, 400, "0x80041d1f", "The user Id(s) [" + people["ben"].user + "] is invalid."},
		"an object id as user id":    {"contoso-app", "MSCRMCallerID", people["ben"].object, 400, "0x80041d1f", "The user Id(s) [" + people["ben"].object + "] is invalid."},
		"no id":                      {"contoso-app", "MSCRMCallerID", "cleo", 400, "0x80041d1f", "The user Id(s) [cleo] is invalid."},
		"disabled":                   {"contoso-app", "CallerObjectId", people["gone"].object, 403, "0x80040225", "The user with SystemUserId=" + people["gone"].user + " in OrganizationContext=" + organization + " is disabled"},
		"without roles":              {"contoso-app", "CallerObjectId", people["idle"].object, 403, "0x80042f09", "The user with id " + people["idle"].user + " has not been assigned any roles. They need a role with the prvReadUser privilege."},
		"without the privilege":      {"ben", "CallerObjectId", people["cleo"].object, 403, "0x80040220", lacks},
		"an unknown one, without it": {"ben", "CallerObjectId", nobody, 403, "0x80040220", lacks},
		"a disabled one, without it": {"ben", "MSCRMCallerID", people["gone"].user, 403, "0x80040220", lacks},
	} {
		t.Run(name, func(t *testing.T) {
			w.as(t, tt.who).with(tt.header, tt.value).get("WhoAmI").fails(tt.status, tt.code, tt.message)
			w.as(t, tt.who).with(tt.header, tt.value).post("accounts", `{"name":"x"}`).fails(tt.status, tt.code, tt.message)
			w.as(t, tt.who).batch(item("", "GET WhoAmI HTTP/1.1", tt.header+": "+tt.value, "", "")).
				is(tt.status, `…{"error":{"code":"`+tt.code+`","message":"`+tt.message+`"}}…`)
		})
	}
	if names := w.as(t, "ada").get("accounts?$select=name").names("name"); len(names) != 0 {
		t.Errorf("refused requests made %q", names)
	}
}

// TestBothHeaders: CallerObjectId wins, a bad one as well.
func TestBothHeaders(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	app.with("CallerObjectId", nobody, "MSCRMCallerID", people["ben"].user).get("WhoAmI").is(400, "…0x80041d1f…")
	app.with("CallerObjectId", people["ben"].object, "MSCRMCallerID", nobody).get("WhoAmI").is(200, whoAmIHead+people["ben"].user+`",…`)
	app.with("CallerObjectId", people["contoso-app"].object, "MSCRMCallerID", people["ben"].user).get("WhoAmI").is(200, whoAmIHead+people["contoso-app"].user+`",…`)
}

// TestNamingOneselfIsNoImpersonation: no privilege is asked for and no stamp tells of it
// (Dataverse facts 2.3).
func TestNamingOneselfIsNoImpersonation(t *testing.T) {
	w := start(t)
	const stamps = "?$select=_createdby_value,_createdonbehalfby_value,_modifiedby_value,_modifiedonbehalfby_value,_ownerid_value"
	ben := w.as(t, "ben")
	for header, value := range map[string]string{"CallerObjectId": people["ben"].object, "MSCRMCallerID": "{" + people["ben"].user + "}"} {
		id := people["ben"].user
		ben.with(header, value, "Prefer", "return=representation").post("accounts"+stamps, `{"name":"mine"}`).
			is(201, `…"_createdby_value":"`+id+`","_createdonbehalfby_value":null,"_modifiedby_value":"`+id+`","_modifiedonbehalfby_value":null,"_ownerid_value":"`+id+`"…`)
	}
	a, b := people["contoso-app"].user, people["ben"].user
	w.as(t, "contoso-app").with("CallerObjectId", people["ben"].object, "Prefer", "return=representation").post("accounts"+stamps, `{"name":"for ben"}`).
		is(201, `…"_createdby_value":"`+b+`","_createdonbehalfby_value":"`+a+`","_modifiedby_value":"`+b+`","_modifiedonbehalfby_value":"`+a+`","_ownerid_value":"`+b+`"…`)
}

// TestActingForAnApplicationUser: application users can be acted for like people.
func TestActingForAnApplicationUser(t *testing.T) {
	w := start(t)
	reader := people["contoso-reader"]
	w.as(t, "contoso-app").with("CallerObjectId", reader.object).get("WhoAmI").is(200, whoAmIHead+reader.user+`",…`)
	w.as(t, "ada").with("MSCRMCallerID", reader.user).get("fieldsecurityprofiles").
		is(403, "…Principal user (Id="+reader.user+", …prvReadFieldSecurityProfile…")
}

// TestUnitsAreChosenOverHTTP: owningbusinessunit can be bound when the organization lets
// rows lie in another unit than their owner's, and is passed over when it does not.
func TestUnitsAreChosenOverHTTP(t *testing.T) {
	w := start(t)
	ada := w.as(t, "ada")
	unit := func(name string) string {
		return ada.get("businessunits?$select=name&$filter=name eq '" + name + "'").object()["value"].([]any)[0].(map[string]any)["businessunitid"].(string)
	}
	sales, top := unit("Sales"), unit("contoso")
	make := func(want string) {
		t.Helper()
		ada.with("Prefer", "return=representation").post("accounts?$select=_owningbusinessunit_value",
			`{"name":"x","owningbusinessunit@odata.bind":"/businessunits(`+sales+`)"}`).is(201, `…"_owningbusinessunit_value":"`+want+`"…`)
	}
	make(top)
	ada.patch("organizations("+organization+")", `{"orgdborgsettings":"<OrgSettings><EnableOwnershipAcrossBusinessUnits>true</EnableOwnershipAcrossBusinessUnits></OrgSettings>"}`).is(204, "")
	make(sales)
}
