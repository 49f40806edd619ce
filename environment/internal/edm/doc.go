// Package edm tells clients what the tables are: the CSDL document $metadata, and the
// table definitions, EntityDefinitions and its relatives (Dataverse facts 5.19, 5.20).
//
// Both come from one meta.Model and one declaration, schema.txt: it lists the types of
// metadata with their properties in the order of the wire, so that what $metadata
// declares, what $select and $filter accept and what the rows hold cannot differ. The
// room knows no caller, no HTTP and no data row; it reads, and writes nothing.
//
// webapi calls it. environment hands it the declaration of the messages it built.
package edm
