package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/zone"
	"github.com/stead-s2s/stead/internal/sqldb"
)

// securityTables are the tables that Facts are read from. A change to one of them
// moves the security version. Shares are not among them: they are never cached, the
// database judges them in the statement that reads the rows.
var securityTables = map[string]bool{
	"organization": true, "businessunit": true, "systemuser": true, "team": true, "teammembership": true,
	"usersettings": true, "role": true, "roleprivileges": true, "systemuserroles": true, "teamroles": true,
	"fieldpermission": true, "systemuserprofiles": true, "teamprofiles": true, "position": true,
}

// SecurityVersion counts committed changes to the security tables since Open.
func (s *Store) SecurityVersion() int64 { return s.security.Load() }

// Security reads the security tables as of one moment. Its version is read before
// that moment, so that facts are never older than they say.
func (s *Store) Security(ctx context.Context) (*access.Facts, error) {
	f := &access.Facts{Version: s.SecurityVersion()}
	err := s.db.Read(ctx, func(c *sqldb.Conn) error {
		r := factReader{c: c, m: s.model}
		r.organization(f)
		r.people(f)
		r.teams(f)
		r.roles(f)
		r.profiles(f)
		return r.err
	})
	if err != nil {
		return nil, fmt.Errorf("read security tables: %w", err)
	}
	return f, nil
}

// factReader reads fixed statements; after a failure it reads no more.
type factReader struct {
	c    *sqldb.Conn
	m    *meta.Model
	rows *sqldb.Rows
	err  error
}

// each runs take for every row.
func (r *factReader) each(sql string, take func()) {
	if r.err != nil {
		return
	}
	if r.rows, r.err = r.c.Query(sql); r.err != nil {
		return
	}
	for r.rows.Next() {
		take()
	}
	r.err = r.rows.Close()
}

// id is a cell's id, zero when null.
func (r *factReader) id(cell int) (id meta.ID) {
	copy(id[:], r.rows.Blob(cell))
	return id
}

func (r *factReader) text(cell int) string { return string(r.rows.Text(cell)) }

func (r *factReader) flag(cell int) bool { return r.rows.Int(cell) != 0 }

// has reports whether the model has a table.
func (r *factReader) has(table string) bool { return r.m.Table(table) != nil }

// optional gives columns of a table for a statement, null for those that the model
// does not have.
func (r *factReader) optional(table string, columns ...string) string {
	t, list := r.m.Table(table), ""
	for _, c := range columns {
		if t == nil || t.Column(c) == nil {
			c = "NULL"
		}
		list += ", " + c
	}
	return list
}

func (r *factReader) organization(f *access.Facts) {
	more := r.optional("organization", "allowedapplicationsfordvaccess", "ishierarchicalsecuritymodelenabled",
		"usepositionhierarchy", "maxdepthforhierarchicalsecuritymodel", "orgdborgsettings", "applicationbasedaccesscontrolmode",
		"fiscalcalendarstart", "fiscalperiodtype", "isexternalsearchindexenabled")
	r.each(`SELECT organizationid, name`+more+` FROM organization LIMIT 1`, func() {
		f.Organization = access.Organization{
			ID: r.id(0), Name: r.text(1),
			Hierarchy: access.Hierarchy{Enabled: r.flag(3), ByPosition: r.flag(4), Depth: hierarchyDepth},
			Settings:  access.ReadSettings(r.text(6)),
		}
		r.applications(&f.Organization, r.text(2), r.rows.Int(7))
		f.Organization.Fiscal, f.Organization.Searches = r.fiscal(8, 9), r.flag(10)
		if !r.rows.Null(5) {
			f.Organization.Hierarchy.Depth = int(r.rows.Int(5))
		}
	})
	r.each(`SELECT businessunitid, parentbusinessunitid, name, isdisabled FROM businessunit`, func() {
		f.Units = append(f.Units, access.Unit{ID: r.id(0), Parent: r.id(1), Name: r.text(2), Disabled: r.flag(3)})
	})
}

// fiscal reads the fiscal calendar. Periods of four weeks, which make no months, are read
// as quarters.
func (r *factReader) fiscal(start, kind int) (f access.Fiscal) {
	if !r.rows.Null(start) {
		at := time.Unix(r.rows.Int(start), 0).UTC()
		f.Month, f.Day = at.Month(), at.Day()
	}
	if !r.rows.Null(kind) {
		f.Months = map[int64]int{2000: 12, 2001: 6, 2002: 3, 2003: 1}[r.rows.Int(kind)]
	}
	return f
}

func (r *factReader) people(f *access.Facts) {
	r.each(`SELECT systemuserid, azureactivedirectoryobjectid, applicationid, businessunitid,
		fullname, domainname, accessmode, isdisabled`+r.optional("systemuser", "parentsystemuserid", "positionid", "transactioncurrencyid")+` FROM systemuser`, func() {
		f.Users = append(f.Users, access.UserRow{
			ID: r.id(0), ObjectID: r.id(1), ApplicationID: r.id(2), Unit: r.id(3),
			Name: r.text(4), DomainName: r.text(5), AccessMode: r.rows.Int(6), Disabled: r.flag(7),
			Manager: r.id(8), Position: r.id(9), Currency: r.id(10),
		})
	})
	r.settings(f)
	r.each(`SELECT systemuserid, roleid FROM systemuserroles`, func() {
		f.UserRoles = append(f.UserRoles, access.RoleAssignment{Principal: r.id(0), Role: r.id(1)})
	})
}

// settings gives users the clock, the language and the currency that they chose.
func (r *factReader) settings(f *access.Facts) {
	if !r.has("usersettings") {
		return
	}
	of := make(map[meta.ID]*access.UserRow, len(f.Users))
	for i := range f.Users {
		of[f.Users[i].ID] = &f.Users[i]
	}
	r.each(`SELECT systemuserid, timezonecode, uilanguageid, transactioncurrencyid FROM usersettings`, func() {
		u := of[r.id(0)]
		if u == nil {
			return
		}
		if at := zone.Location(r.rows.Int(1)); at != time.UTC {
			u.Zone = at
		}
		u.Language = r.rows.Int(2)
		if own := r.id(3); !own.IsZero() {
			u.Currency = own
		}
	})
}

func (r *factReader) teams(f *access.Facts) {
	r.each(`SELECT teamid, businessunitid, name, teamtype, isdefault`+r.optional("team", "azureactivedirectoryobjectid", "membershiptype")+` FROM team`, func() {
		f.Teams = append(f.Teams, access.TeamRow{
			ID: r.id(0), Unit: r.id(1), Name: r.text(2), Type: r.rows.Int(3), Default: r.flag(4),
			Group: r.id(5), Membership: r.rows.Int(6),
		})
	})
	r.each(`SELECT teamid, systemuserid FROM teammembership`, func() {
		f.Memberships = append(f.Memberships, access.Membership{Team: r.id(0), User: r.id(1)})
	})
	r.each(`SELECT teamid, roleid FROM teamroles`, func() {
		f.TeamRoles = append(f.TeamRoles, access.RoleAssignment{Principal: r.id(0), Role: r.id(1)})
	})
}

func (r *factReader) roles(f *access.Facts) {
	r.each(`SELECT roleid, businessunitid, parentrootroleid, roletemplateid, name, isinherited FROM role`, func() {
		f.Roles = append(f.Roles, access.RoleRow{
			ID: r.id(0), Unit: r.id(1), Root: r.id(2), Template: r.id(3), Name: r.text(4), Inherited: r.rows.Int(5),
		})
	})
	r.each(`SELECT roleid, privilegeid, privilegedepthmask FROM roleprivileges`, func() {
		f.RolePrivileges = append(f.RolePrivileges, access.RolePrivilege{
			Role: r.id(0), Privilege: r.id(1), Depth: access.DepthOf(r.rows.Int(2)),
		})
	})
}

// Values of organization.applicationbasedaccesscontrolmode.
const (
	appControlOff = iota
	appControlAudit
	appControlEnabled
	appControlRoles
)

// applications reads the list of application access control as its mode has it. A model
// without that column has it enabled.
func (r *factReader) applications(o *access.Organization, list string, mode int64) {
	if r.m.Table("organization").Column("applicationbasedaccesscontrolmode") == nil {
		mode = appControlEnabled
	}
	if mode == appControlOff {
		return
	}
	o.AppAudit = mode == appControlAudit
	for _, word := range words(list) {
		app, roles, limited := strings.Cut(word, "=")
		allowed := ids(app)
		o.AllowedApps = append(o.AllowedApps, allowed...)
		if !limited || mode != appControlRoles || len(allowed) == 0 {
			continue
		}
		if o.AppRoles == nil {
			o.AppRoles = map[meta.ID][]meta.ID{}
		}
		named := ids(strings.ReplaceAll(roles, "+", ","))
		if len(named) == 0 {
			named = []meta.ID{{}} // which nobody has
		}
		o.AppRoles[allowed[0]] = append(o.AppRoles[allowed[0]], named...)
	}
}

// hierarchyDepth is how far hierarchical security reaches where nobody says it (facts
// 3.12).
const hierarchyDepth = 3

// allowed is the value of a field permission's choices that allows (facts 3.13).
const allowed = 4

func (r *factReader) profiles(f *access.Facts) {
	if !r.has("fieldpermission") {
		return
	}
	r.each(`SELECT fieldsecurityprofileid, entityname, attributelogicalname, cancreate, canread, canupdate FROM fieldpermission`, func() {
		f.Permissions = append(f.Permissions, access.FieldPermission{
			Profile: r.id(0), Table: r.text(1), Column: r.text(2),
			Create: r.rows.Int(3) == allowed, Read: r.rows.Int(4) == allowed, Update: r.rows.Int(5) == allowed,
		})
	})
	r.each(`SELECT systemuserid, fieldsecurityprofileid FROM systemuserprofiles`, func() {
		f.UserProfiles = append(f.UserProfiles, access.ProfileAssignment{Principal: r.id(0), Profile: r.id(1)})
	})
	r.each(`SELECT teamid, fieldsecurityprofileid FROM teamprofiles`, func() {
		f.TeamProfiles = append(f.TeamProfiles, access.ProfileAssignment{Principal: r.id(0), Profile: r.id(1)})
	})
	r.each(`SELECT positionid, parentpositionid FROM position`, func() {
		f.Positions = append(f.Positions, access.Position{ID: r.id(0), Parent: r.id(1)})
	})
}

func words(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return strings.ContainsRune(",; \t\r\n", r) })
}

// ids reads a list of ids; what is no id names no application and admits none.
func ids(list string) []meta.ID {
	var out []meta.ID
	for _, word := range words(list) {
		id, err := meta.ParseID(word)
		if err != nil {
			id = meta.ID{}
		}
		out = append(out, id)
	}
	return out
}
