package edm

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
)

// element is a CSDL element as any reader of XML sees it.
type element struct {
	name     string
	at       map[string]string
	children []*element
}

func (e *element) all(name string) []*element {
	var list []*element
	for _, c := range e.children {
		if c.name == name {
			list = append(list, c)
		}
	}
	return list
}

func readXML(t *testing.T, text []byte) *element {
	t.Helper()
	top := &element{}
	stack := []*element{top}
	for d := xml.NewDecoder(bytes.NewReader(text)); ; {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			return top
		}
		if err != nil {
			t.Fatal(err)
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			e := &element{name: tok.Name.Local, at: map[string]string{}}
			for _, a := range tok.Attr {
				e.at[a.Name.Local] = a.Value
			}
			parent := stack[len(stack)-1]
			parent.children = append(parent.children, e)
			stack = append(stack, e)
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		}
	}
}

// csdl is a document that can be asked for types and their members, inherited ones too.
type csdl struct {
	t         *testing.T
	every     []*element // overloads of an action are of one name
	types     map[string]*element
	container *element
}

func (w world) csdl(annotated bool) csdl {
	w.Helper()
	edmx := readXML(w.T, w.CSDL(w.model, nil, annotated)).children[0]
	schema := edmx.all("DataServices")[0].children[0]
	if edmx.at["Version"] != "4.0" || schema.at["Namespace"] != "Microsoft.Dynamics.CRM" || schema.at["Alias"] != "mscrm" {
		w.Fatalf("the document is %v of %v", edmx.at, schema.at)
	}
	c := csdl{w.T, nil, map[string]*element{}, schema.all("EntityContainer")[0]}
	for _, e := range schema.children {
		if e.name == "EntityContainer" {
			continue
		}
		if c.types[e.at["Name"]] != nil && e.at["IsBound"] == "" {
			w.Errorf("%s is declared twice", e.at["Name"])
		}
		c.types[e.at["Name"]] = e
		c.every = append(c.every, e)
	}
	return c
}

// resolve gives the type that a name stands for; nil for a primitive one.
func (c csdl) resolve(name string) *element {
	c.t.Helper()
	name = strings.TrimSuffix(strings.TrimPrefix(name, "Collection("), ")")
	if strings.HasPrefix(name, "Edm.") {
		return nil
	}
	e := c.types[strings.TrimPrefix(name, "mscrm.")]
	if e == nil {
		c.t.Errorf("the type %s is nowhere", name)
	}
	return e
}

func (c csdl) member(of *element, kind, name string) *element {
	for of != nil {
		for _, m := range of.all(kind) {
			if m.at["Name"] == name {
				return m
			}
		}
		base, derived := of.at["BaseType"]
		if !derived {
			return nil
		}
		of = c.resolve(base)
	}
	return nil
}

// TestReferencesResolve: every name in the document leads somewhere, and partners lead
// to each other.
func TestReferencesResolve(t *testing.T) {
	for _, annotated := range []bool{false, true} {
		c := newWorld(t).csdl(annotated)
		partners := 0
		for _, e := range c.every {
			if base, ok := e.at["BaseType"]; ok {
				c.resolve(base)
			}
			for _, key := range e.all("Key") {
				property := c.member(e, "Property", key.children[0].at["Name"])
				if property == nil || property.at["Nullable"] != "false" {
					t.Errorf("the key of %s is %v", e.at["Name"], property)
				}
			}
			for _, m := range e.children {
				if m.at["Type"] != "" {
					c.resolve(m.at["Type"])
				}
				if m.name == "NavigationProperty" {
					partners += c.checkNavigation(e, m)
				}
			}
		}
		if partners < 100 {
			t.Errorf("only %d navigation properties have a partner", partners)
		}
		c.checkContainer()
	}
}

func (c csdl) checkNavigation(of, n *element) int {
	target := c.resolve(n.at["Type"])
	for _, r := range n.all("ReferentialConstraint") {
		if c.member(of, "Property", r.at["Property"]) == nil || c.member(target, "Property", r.at["ReferencedProperty"]) == nil {
			c.t.Errorf("%s.%s joins %v", of.at["Name"], n.at["Name"], r.at)
		}
	}
	if n.at["Partner"] == "" {
		return 0
	}
	back := c.member(target, "NavigationProperty", n.at["Partner"])
	if back == nil || back.at["Partner"] != n.at["Name"] || c.resolve(back.at["Type"]) != of {
		c.t.Errorf("%s.%s has the partner %v", of.at["Name"], n.at["Name"], back)
	}
	return 1
}

// checkContainer: every set has a type, every binding a property and a set of its type.
func (c csdl) checkContainer() {
	sets := map[string]*element{}
	for _, s := range c.container.all("EntitySet") {
		sets[s.at["Name"]] = c.resolve(s.at["EntityType"])
	}
	for _, s := range c.container.all("EntitySet") {
		for _, b := range s.all("NavigationPropertyBinding") {
			n := c.member(sets[s.at["Name"]], "NavigationProperty", b.at["Path"])
			if n == nil || sets[b.at["Target"]] == nil || c.resolve(n.at["Type"]) != sets[b.at["Target"]] {
				c.t.Errorf("%s binds %v", s.at["Name"], b.at)
			}
		}
	}
	for _, kind := range []string{"Function", "Action"} {
		for _, i := range c.container.all(kind + "Import") {
			if o := c.resolve(i.at[kind]); o == nil || o.name != kind {
				c.t.Errorf("%s imports %v", i.at["Name"], i.at)
			}
		}
	}
}

// TestAccountInCSDL compares elements as the service writes them (Dataverse facts 5.19).
func TestAccountInCSDL(t *testing.T) {
	w := newWorld(t)
	text := string(w.CSDL(w.model, nil, false))
	for _, want := range []string{
		`<?xml version="1.0" encoding="utf-8"?><edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"><edmx:DataServices><Schema Namespace="Microsoft.Dynamics.CRM" Alias="mscrm" xmlns="http://docs.oasis-open.org/odata/ns/edm"><EntityType Name="crmbaseentity" Abstract="true" />`,
		`<EntityType Name="account" BaseType="mscrm.crmbaseentity"><Key><PropertyRef Name="accountid" /></Key><Property Name="accountid" Type="Edm.Guid" Nullable="false" />`,
		`<Property Name="name" Type="Edm.String" Unicode="false" />`,
		`<Property Name="revenue" Type="Edm.Decimal" Scale="Variable" />`,
		`<Property Name="address1_latitude" Type="Edm.Double" />`,
		`<Property Name="versionnumber" Type="Edm.Int64" />`,
		`<Property Name="createdon" Type="Edm.DateTimeOffset" />`,
		`<Property Name="birthdate" Type="Edm.Date" />`,
		`<Property Name="donotemail" Type="Edm.Boolean" />`,
		`<Property Name="_primarycontactid_value" Type="Edm.Guid" />`,
		`<NavigationProperty Name="primarycontactid" Type="mscrm.contact" Nullable="false" Partner="account_primary_contact"><ReferentialConstraint Property="_primarycontactid_value" ReferencedProperty="contactid" /></NavigationProperty>`,
		`<NavigationProperty Name="createdby" Type="mscrm.systemuser" Nullable="false" Partner="lk_accountbase_createdby"><ReferentialConstraint Property="_createdby_value" ReferencedProperty="systemuserid" /></NavigationProperty>`,
		`<NavigationProperty Name="ownerid" Type="mscrm.principal" Nullable="false"><ReferentialConstraint Property="_ownerid_value" ReferencedProperty="ownerid" /></NavigationProperty>`,
		`<NavigationProperty Name="Account_Tasks" Type="Collection(mscrm.task)" Partner="regardingobjectid_account_task" />`,
		`<NavigationProperty Name="systemuserroles_association" Type="Collection(mscrm.role)" Partner="systemuserroles_association" />`,
		`<EntityType Name="systemuser" BaseType="mscrm.principal"><Property Name="systemuserid"`,
		`<EntitySet Name="accounts" EntityType="mscrm.account"><NavigationPropertyBinding Path="Account_Annotation" Target="annotations" />`,
		`<NavigationPropertyBinding Path="ownerid" Target="principals" />`,
		`<Function Name="Ping"><ReturnType Type="mscrm.PingResponse" Nullable="false" /></Function>`,
		`<Function Name="PingOf"><Parameter Name="Name" Type="Edm.String" Nullable="false" Unicode="false" /><Parameter Name="Times" Type="Collection(Edm.Int32)" />`,
		`<Action Name="Praise" IsBound="true"><Parameter Name="entity" Type="mscrm.account" Nullable="false" /><Parameter Name="Of" Type="mscrm.crmbaseentity" Nullable="false" /><Parameter Name="By" Type="Collection(mscrm.systemuser)" /><ReturnType Type="mscrm.PingResponse" Nullable="false" /></Action>`,
		`<Action Name="Forget"><Parameter Name="Table" Type="Edm.String" Nullable="false" Unicode="false" /></Action>`,
		`<FunctionImport Name="Ping" Function="mscrm.Ping" />`, `<ActionImport Name="Forget" Action="mscrm.Forget" />`,
		`<Action Name="PingAll" IsBound="true"><Parameter Name="entityset" Type="Collection(mscrm.account)" Nullable="false" /><Parameter Name="Targets" Type="Collection(mscrm.account)" Nullable="false" /><ReturnType Type="mscrm.PingResponse" Nullable="false" /></Action>`,
		`<Action Name="Touch" IsBound="true"><Parameter Name="entityset" Type="Collection(mscrm.systemuser)" Nullable="false" /><Parameter Name="Targets" Type="Collection(mscrm.systemuser)" Nullable="false" /></Action>`,
		`<EnumType Name="OwnershipTypes"><Member Name="None" Value="0" /><Member Name="UserOwned" Value="1" /><Member Name="TeamOwned" Value="2" /><Member Name="BusinessOwned" Value="4" />`,
		`<ComplexType Name="Label"><Property Name="LocalizedLabels" Type="Collection(mscrm.LocalizedLabel)" Nullable="false" />`,
		`<EntitySet Name="EntityDefinitions" EntityType="mscrm.EntityMetadata" />`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("missing: %s", want)
		}
	}
	for _, secret := range []string{`Name="primarycontactid" Type="Edm`, "regardingobjectidtype", "Annotation Term", `ActionImport Name="PingAll"`, `<Action Name="PingAll" IsBound="true"><Parameter Name="entityset" Type="Collection(mscrm.roleprivileges)"`} {
		if strings.Contains(text, secret) {
			t.Errorf("the document holds %s", secret)
		}
	}
}

func TestAnnotationsOnRequest(t *testing.T) {
	w := newWorld(t)
	text := string(w.CSDL(w.model, nil, true))
	for _, want := range []string{
		`<edmx:Reference Uri="https://oasis-tcs.github.io/odata-vocabularies/vocabularies/Org.OData.Capabilities.V1.xml"><edmx:Include Namespace="Org.OData.Capabilities.V1" /></edmx:Reference>`,
		`<Annotation Term="Org.OData.Capabilities.V1.ChangeTracking"><Record><PropertyValue Property="Supported" Bool="true" /></Record></Annotation></EntitySet>`,
		`<Property Name="createdon" Type="Edm.DateTimeOffset"><Annotation Term="Org.OData.Core.V1.Computed" Bool="true" /></Property>`,
		`<Property Name="accountid" Type="Edm.Guid" Nullable="false"><Annotation Term="Org.OData.Core.V1.Immutable" Bool="true" /></Property>`,
		`<Property Name="name" Type="Edm.String" Unicode="false" />`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("missing: %s", want)
		}
	}
}

// TestCSDLIsMadeOncePerModel: asking again gives the same bytes, another model others.
func TestCSDLIsMadeOncePerModel(t *testing.T) {
	w := newWorld(t)
	first := w.CSDL(w.model, nil, false)
	if again := w.CSDL(w.model, nil, false); &again[0] != &first[0] {
		t.Error("the document was made twice")
	}
	if other := w.CSDL(newWorld(t).model, nil, false); &other[0] == &first[0] || !bytes.Equal(other, first) {
		t.Error("another model of the same tables has another document")
	}
}
