package message_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/engine"
	"github.com/stead-s2s/stead/environment/internal/message"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
)

// ben asks through an application.
func call() engine.Call {
	app := access.User{UserRow: access.UserRow{ID: meta.ID{1}, Unit: meta.ID{2}}}
	ben := access.User{UserRow: access.UserRow{ID: meta.ID{3}, Unit: meta.ID{4}}}
	return engine.Call{Caller: access.Caller{Authenticated: app, Effective: ben}}
}

func run(t *testing.T, info message.Environment, m *op.Message) (op.Answer, error) {
	t.Helper()
	f := message.All(info)[m.Name]
	if f == nil {
		t.Fatalf("no message %s", m.Name)
	}
	a, err := f(t.Context(), call(), m, nil)
	if err == nil {
		err = a.Valid()
	}
	return a, err
}

// line gives an answer as text in its order.
func line(v any) string {
	switch v := v.(type) {
	case []op.Member:
		parts := make([]string, len(v))
		for i, m := range v {
			parts[i] = m.Name + ":" + line(m.Value)
		}
		return "{" + strings.Join(parts, " ") + "}"
	case op.List:
		parts := make([]string, len(v))
		for i, x := range v {
			parts[i] = line(x)
		}
		return "[" + strings.Join(parts, " ") + "]"
	default:
		return fmt.Sprint(v)
	}
}

func TestAnswers(t *testing.T) {
	contoso := message.Environment{
		OrganizationID: meta.ID{9}, FriendlyName: "Contoso", UniqueName: "contoso", URL: "https://contoso.localhost:8445/",
		Version: "9.2.1.2", Geo: "NA", TenantID: "tenant", DatacenterID: meta.ID{7},
	}
	named := contoso
	named.URL, named.UrlName, named.EnvironmentID = "https://contoso.localhost:8445", "contoso-eu", "Default-1"
	organization := func(environment, url string) string {
		return "{Detail:{OrganizationId:09000000-0000-0000-0000-000000000000 FriendlyName:Contoso OrganizationVersion:9.2.1.2 EnvironmentId:" + environment +
			" DatacenterId:07000000-0000-0000-0000-000000000000 Geo:NA TenantId:tenant UrlName:" + url + " UniqueName:contoso State:Enabled" +
			" Endpoints:{Count:3 IsReadOnly:false Keys:[WebApplication OrganizationService OrganizationDataService]" +
			" Values:[https://contoso.localhost:8445/ https://contoso.localhost:8445/XRMServices/2011/Organization.svc https://contoso.localhost:8445/XRMServices/2011/OrganizationData.svc]}}}"
	}
	tests := []struct {
		info message.Environment
		name string
		want string
	}{
		{contoso, "WhoAmI", "{BusinessUnitId:04000000-0000-0000-0000-000000000000 UserId:03000000-0000-0000-0000-000000000000 OrganizationId:09000000-0000-0000-0000-000000000000}"},
		{contoso, "RetrieveVersion", "{Version:9.2.1.2}"},
		{contoso, "RetrieveCurrentOrganization", organization("09000000-0000-0000-0000-000000000000", "contoso")},
		{named, "RetrieveCurrentOrganization", organization("Default-1", "contoso-eu")},
	}
	for _, tt := range tests {
		a, err := run(t, tt.info, &op.Message{Name: tt.name})
		if err != nil || a.Type != tt.name+"Response" || line(a.Members) != tt.want {
			t.Errorf("%s\n got %s %s, %v\nwant %s", tt.name, a.Type, line(a.Members), err, tt.want)
		}
	}
}

func TestKnownMessagesSayThatTheyAreMissing(t *testing.T) {
	for _, name := range []string{"BulkDetectDuplicates", "SetLocLabels", "GenerateSharedLink"} {
		_, err := run(t, message.Environment{}, &op.Message{Name: name})
		d := dverr.From(err)
		if !dverr.NotImplemented.Is(err) || d.HTTPStatus() != 501 || !strings.Contains(d.Help, name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestUnboundMessagesAreNotOnRows(t *testing.T) {
	_, err := run(t, message.Environment{}, &op.Message{Name: "WhoAmI", Bound: &op.Key{}})
	if !dverr.SegmentNotFound.Is(err) || dverr.From(err).Message != "Resource not found for the segment 'Microsoft.Dynamics.CRM.WhoAmI'." {
		t.Errorf("got %v", err)
	}
}

// Names are written once, as the service writes them.
func TestNames(t *testing.T) {
	all := message.All(message.Environment{})
	if len(all) < 250 {
		t.Errorf("%d names", len(all))
	}
	lower := map[string]string{}
	for name := range all {
		if name[0] < 'A' || name[0] > 'Z' || strings.ContainsAny(name, " .()'") {
			t.Errorf("%q is no name of a message", name)
		}
		if other, ok := lower[strings.ToLower(name)]; ok {
			t.Errorf("%s and %s", name, other)
		}
		lower[strings.ToLower(name)] = name
	}
	if all["whoami"] != nil || all["foos"] != nil {
		t.Error("names heed case and end somewhere")
	}
}
