// Package autonumber reads the formats of autonumber columns and writes the texts that
// new rows get by them.
//
// It owns the language of AutoNumberFormat: texts between the placeholders {SEQNUM:n},
// {RANDSTRING:n} and {DATETIMEUTC:format}, the last in .NET's forms of dates. It refuses
// to know where numbers come from, which rows get them and what an error is called on
// the wire: engine takes the numbers from store and words the refusals.
package autonumber
