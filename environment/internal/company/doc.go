// Package company has the rules of the tables that say who is who: users, application
// users among them, their settings, teams, business units, roles, field security profiles.
//
// It owns what comes with their rows and what goes with them: a role's copies, a unit's
// team and roles, what moves with whoever moves, that an administrator stays and nobody
// gives more than they hold; and who is in the teams that follow the directory's groups.
// It refuses to know how the directory is asked, and the stages of a write: those call
// its rules.
//
// engine asks Office in every write; webapi asks Roll about whoever comes; message calls
// the functions; environment wires.
package company
