package directory

// permission is a permission of Microsoft Graph with its public ids: that of the
// application role and that of the scope, empty where there is none.
type permission struct {
	value       string
	role, scope ID
	anybody     bool // people may consent to the scope for themselves
}

// graphPermissions are those that the paths served here ask for, and those of OpenID
// Connect. The ids are the same in every tenant.
func graphPermissions() []permission {
	return []permission{
		{value: "openid", scope: "37f7f235-527c-4136-accd-4a02d197296e", anybody: true},
		{value: "profile", scope: "14dad69e-099b-42c9-810b-d002981feec1", anybody: true},
		{value: "email", scope: "64a6cdd6-aab1-4aaf-94b8-3cc8405e90d0", anybody: true},
		{value: "offline_access", scope: "7427e0e9-2fba-42fe-b0c0-848c9e6a8182", anybody: true},
		{value: "User.Read", scope: "e1fe6dd8-ba31-4d61-89e7-88639da4683d", anybody: true},
		{value: "User.ReadWrite", scope: "b4e74841-8e56-480b-be8b-910348b18b4c", anybody: true},
		{value: "User.ReadBasic.All", role: "97235f07-e226-4f63-ace3-39588e11d3a1", scope: "b340eb25-3456-403f-be2f-af7a0d370277", anybody: true},
		{value: "User.Read.All", role: "df021288-bdef-4463-88db-98f22de89214", scope: "a154be20-db9c-4678-8ab7-66f6cc099a59"},
		{value: "User.ReadWrite.All", role: "741f803b-c850-494e-b5df-cde7c675a1ca", scope: "204e0828-b5ca-4ad8-b9f3-f32a958e7cc4"},
		{value: "Directory.Read.All", role: "7ab1d382-f21e-4acd-a863-ba3e13f7da61", scope: "06da0dbc-49e2-44d2-8312-53f166ab848a"},
		{value: "Directory.ReadWrite.All", role: "19dbc75e-c2e2-444c-a770-ec69d8559fc7", scope: "c5366453-9fb0-48a5-a156-24f0c49a4b84"},
		{value: "Directory.AccessAsUser.All", scope: "0e263e50-5827-48a4-b97c-d940288653c7"},
		{value: "Application.Read.All", role: "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30", scope: "c79f8feb-a9db-4090-85f9-90d820caa0eb"},
		{value: "Application.ReadWrite.All", role: "1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9", scope: "bdfbf15f-ee85-4955-8675-146e8e5296b5"},
		{value: "Application.ReadWrite.OwnedBy", role: "18a4783c-866b-4cc7-a460-3d5e5662c884"},
		{value: "AppRoleAssignment.ReadWrite.All", role: "06b708a9-e830-4db3-a914-8e69da51d44f", scope: "84bccea3-f856-4a8a-967b-dbe0a3d53a64"},
		{value: "DelegatedPermissionGrant.ReadWrite.All", role: "8e8e4742-1d95-4f68-9d56-6ee75648c72a", scope: "41ce6ca6-6826-4807-84f1-1c82854f7ee5"},
		{value: "Group.Read.All", role: "5b567255-7703-4780-807c-7be8301ae99b", scope: "5f8c59db-677d-491f-a6b8-5f174b11ec1d"},
		{value: "Group.ReadWrite.All", role: "62a82d76-70ea-41e2-9197-370581804d09", scope: "4e46008b-f24c-477d-8fff-7bb4ec7aafe0"},
		{value: "Group.Create", role: "bf7b1a76-6e77-406b-b258-bf5c7720e98f"},
		{value: "GroupMember.Read.All", role: "98830695-27a2-44f7-8c18-0c3ebc9698f6", scope: "bc024368-1153-4739-b217-4326f2e966d0"},
		{value: "GroupMember.ReadWrite.All", role: "dbaae8cf-10b5-4b86-a4a1-f871c94c6695", scope: "f81125ac-d3b7-4573-a3b2-7099cc39df9e"},
		{value: "Organization.Read.All", role: "498476ce-e0fe-48b0-b801-37ba7e2685c6", scope: "4908d5b9-3fb2-4b1e-9336-1888b7937185"},
		{value: "Domain.Read.All", role: "dbb9058a-0e50-45d7-ae91-66909b5d4664", scope: "2f9ee017-59c1-4f1d-9472-bd5529a7b311"},
		{value: "Domain.ReadWrite.All", role: "7e05723c-0bb0-42da-be95-ae9f08a6e53c", scope: "0b5d694c-a244-4bde-86e6-eb5cd07730fe"},
		{value: "RoleManagement.Read.Directory", role: "483bed4a-2ad3-4361-a73b-c83ccdbdc53c", scope: "741c54c3-0c1e-44a1-818b-3f97ab4e8c83"},
		{value: "RoleManagement.ReadWrite.Directory", role: "9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8", scope: "d01b97e9-cbc0-49fe-810a-750afd5527a3"},
		{value: "AuditLog.Read.All", role: "b0afded3-3588-46d8-8b3d-9842eff778da", scope: "e4c9e354-4dc5-45b8-9e7c-e1393b0b1a20"},
	}
}

func graphScopes() []Scope {
	var list []Scope
	for _, p := range graphPermissions() {
		if p.scope != "" {
			list = append(list, Scope{ID: p.scope, Value: p.value, AdminOnly: !p.anybody, AdminTitle: p.value, UserTitle: p.value})
		}
	}
	return list
}

func graphRoles() []Role {
	var list []Role
	for _, p := range graphPermissions() {
		if p.role != "" {
			list = append(list, Role{ID: p.role, Value: p.value, DisplayName: p.value, Members: []string{"Application"}})
		}
	}
	return list
}
