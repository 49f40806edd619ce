// Package seed fills a fresh environment: the organization, its currency, business
// units and their default teams, privileges, security roles with their copies,
// users, the well-known sample rows and, on demand, many generated ones.
//
// It owns the contents of a new environment and nothing else: no rule of the
// service runs here, so rows are written complete, as the service would have made
// them, through changes that access grants to the system. Every id is derived from
// the organization's id and a name, so that two environments seeded alike are
// equal. environment calls Fill once, while store says that it is fresh; an
// interrupted seeding goes on where it stopped. An environment that was seeded before
// is renewed whenever it is opened: Renew adds the privileges of tables that the
// catalogue has learned since.
package seed
