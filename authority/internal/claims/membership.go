package claims

// Membership is what a token says of the groups and directory roles that a person is in.
// Of its ways to speak of groups at most one is used.
type Membership struct {
	Groups     []string // object ids
	GroupsAt   string   // where to ask instead: there are too many of them
	HasGroups  bool     // there are some, too many for an address
	AdminRoles []string // template ids of directory roles: wids
}

// elsewhere says where the groups are to be asked for, as OpenID Connect Core 5.6.2 has it
// for distributed claims.
func (o *object) elsewhere(m Membership) {
	if m.GroupsAt == "" {
		return
	}
	o.name("_claim_names")
	o.out = append(o.out, `{"groups":"src1"}`...)
	o.name("_claim_sources")
	o.out = append(o.out, `{"src1":{"endpoint":`...)
	o.out = append(appendString(o.out, m.GroupsAt), '}', '}')
}

// groups lists the groups, or says that there are some.
func (o *object) groups(m Membership) {
	o.list("groups", m.Groups)
	if m.HasGroups {
		o.name("hasgroups")
		o.out = append(o.out, "true"...)
	}
}
