// Package catalog is what an environment is born with: its tables, columns,
// choices, relationships and privileges, as the data that meta.Build takes.
//
// The tables are text files under tables, one per table, in a form made to be
// reviewed beside the service's own table reference: names as that reference
// spells them, lengths, ranges, choice labels, who may write. Columns that many
// tables have (stamps, owner, state, addresses) are the files in tables/parts.
// The room knows no row, no caller, no SQL; environment takes the model from here
// and seed the fixed ids.
//
// Left out on purpose: the process columns (processid, stageid, traversedpath),
// and the names that the service adds to every lookup and choice
// (primarycontactidname), which the Web API does not show. Lookups to tables that
// are not here (slaid, queueid, …) are columns without targets: they read as null
// and nothing can be bound to them. Of organization's some 600 columns those that
// bear on security, formatting and currency are here (facts 6.5).
package catalog
