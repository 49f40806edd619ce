package message

import (
	"github.com/stead-s2s/stead/environment/internal/engine"
	"github.com/stead-s2s/stead/environment/internal/queue"
)

// Actions gives the messages that may write, by name. engine prefers them to those of
// All, which hold a refusal for each that is not here.
func Actions() map[string]engine.Action {
	return map[string]engine.Action{
		"AddToQueue":                   addToQueue,
		"AddPrincipalToQueue":          addPrincipal,
		"RouteTo":                      route,
		"PickFromQueue":                pick,
		"ReleaseToQueue":               ofItem(queue.Release),
		"RemoveFromQueue":              ofItem(queue.Remove),
		"AddPrivilegesRole":            addPrivileges,
		"ReplacePrivilegesRole":        replacePrivileges,
		"RemovePrivilegeRole":          removePrivilege,
		"RemovePrivilegesRole":         removePrivileges,
		"Assign":                       assign,
		"GrantAccess":                  grantAccess,
		"AddMembersTeam":               addMembers,
		"AddUserToRecordTeam":          addToRecordTeam,
		"RemoveUserFromRecordTeam":     removeFromRecordTeam,
		"RemoveMembersTeam":            removeMembers,
		"ConvertOwnerTeamToAccessTeam": convertTeam,
		"SetBusinessSystemUser":        setBusiness,
		"ReassignObjectsSystemUser":    reassignOfUser,
		"ReassignObjectsOwner":         reassignOfOwner,
		"SetParentSystemUser":          point("systemuser", "parentsystemuserid"),
		"SetParentBusinessUnit":        point("businessunit", "parentbusinessunitid"),
		"RemoveParent":                 removeParent,
		"ModifyAccess":                 modifyAccess,
		"RevokeAccess":                 revokeAccess,
		"Merge":                        merge,
		"SetAutoNumberSeed":            setSeed,
		"SendEmail":                    sendEmail,
		"PublishDuplicateRule":         publishRule,
		"UnpublishDuplicateRule":       unpublishRule,
		"DeleteRecordChangeHistory":    deleteHistory,
		"DeleteAuditData":              deleteAuditData,
	}
}
