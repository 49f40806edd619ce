// Package message holds Dataverse's named messages: functions such as WhoAmI and
// RetrieveUserPrivileges, actions such as GrantAccess and AddMembersTeam.
//
// It owns what each message answers and in which order, and the list of the names
// the service knows, so that a message that is not built says so (501) where an
// unknown name is an unknown resource (404). It knows neither URLs nor JSON: odata
// reads the call into an op.Message and writes the op.Answer. environment hands All
// and Actions to engine, which runs a message inside a transaction for one caller. An
// action reads its arguments here; the rules of what it changes are engine's, behind
// the doors of engine.Work.
package message
