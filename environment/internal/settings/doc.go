// Package settings is what a user's settings are (table usersettings): those of a new
// user, and the columns that follow from the time zone a user chooses.
//
// It owns the defaults and the derived columns. It knows no caller, no transaction and no
// SQL. seed makes the rows of the first users with it, engine those of later ones, and
// engine keeps rows in order by it when somebody changes them.
package settings
