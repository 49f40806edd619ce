// Package zone is the time zones of Dataverse: the codes by which users' settings name
// them (usersettings.timezonecode, timezonedefinition), which place's clock each goes by,
// and what that clock does where it is set forward or back.
//
// It owns the list of codes (zones.txt), the rules that timezonerule rows show, and the
// two readings of a wall clock that have edges: Instant and Midnight. It knows no user, no
// row and no format. The clocks are those of the tz database; a copy of it is compiled in,
// so that every machine knows the same places.
//
// predicate counts days with it, seed fills the tables of time zones from it, and engine
// keeps usersettings in order by it.
package zone
