// Package audit keeps who changed which row, for whom and how, and tells it to those who
// may know (Dataverse's auditing overview and its pages beside it).
//
// It owns what counts as a change, the form in which a change is kept in the table audit
// (attributemask, details), and what the details of a kept change look like to one
// reader: columns that the reader may not read are not told. It refuses to know when
// something happened and whether the organization wants it kept: engine notes events in
// the transactions that cause them. It also leaves to its callers whether a reader may
// read the row that a change is of.
//
// engine makes rows of events with Row; message reads them back with Reader.
package audit
