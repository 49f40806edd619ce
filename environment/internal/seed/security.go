package seed

import (
	"github.com/stead-s2s/stead/environment/internal/meta"
)

// planPrivileges fills the privilege table from the model.
func (w *world) planPrivileges() {
	for _, p := range w.model.Privileges {
		w.planPrivilege(p)
	}
}

func (w *world) planPrivilege(p *meta.Privilege) {
	var right int64
	if !p.Misc {
		right = p.Right.Mask()
	}
	w.rows.add("privilege", p.ID,
		text("name", p.Name), number("accessright", right),
		flag("canbebasic", p.Basic), flag("canbelocal", p.Local), flag("canbedeep", p.Deep), flag("canbeglobal", p.Global),
		flag("canbeentityreference", p.EntityReference), flag("canbeparententityreference", p.ParentEntityRef),
		text("introducedversion", "5.0.0.0"))
}

// planRoles plans every role at the root, where its privileges are kept, and a copy
// in every unit below (Dataverse facts 3.3).
func (w *world) planRoles() {
	for _, r := range w.roles {
		root := w.roleIn(r, w.units[0])
		for _, u := range w.units {
			id := w.roleIn(r, u)
			cells := []cell{
				text("name", r.name), ref("businessunitid", "businessunit", u.id), guid("organizationid", w.spec.Organization),
				ref("parentrootroleid", "role", root), guid("roleidunique", w.id("roleidunique", id.String())),
				guid("solutionid", meta.MustID(activeSolution)), flag("ismanaged", !r.template.IsZero()),
			}
			if parent, ok := w.unit(u.parent); ok && u.id != w.units[0].id {
				cells = append(cells, ref("parentroleid", "role", w.roleIn(r, parent)))
			}
			w.rows.add("role", id, append(cells, guid("roletemplateid", r.template))...)
		}
		for _, h := range r.holds {
			w.planHeld(r, root, h)
		}
	}
}

// planHeld plans that a role holds a privilege; root is the role at the root unit.
func (w *world) planHeld(r role, root meta.ID, h held) {
	id := w.id("roleprivileges", root.String()+"/"+h.privilege.Name)
	w.rows.add("roleprivileges", id,
		guid("roleid", root), guid("privilegeid", h.privilege.ID), number("privilegedepthmask", mask(h.depth)),
		guid("roleprivilegeidunique", w.id("roleprivilegeidunique", id.String())),
		guid("solutionid", meta.MustID(activeSolution)), flag("ismanaged", !r.template.IsZero()))
}

// roleIn gives the id of a role's copy in a unit.
func (w *world) roleIn(r role, u unit) meta.ID { return w.id("role", r.name+"/"+u.id.String()) }

func (w *world) role(name string) (role, bool) {
	for _, r := range w.roles {
		if r.name == name {
			return r, true
		}
	}
	return role{}, false
}
