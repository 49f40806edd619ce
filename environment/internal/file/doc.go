// Package file takes files in and hands them out: the contents of file and image columns
// and the bodies of notes and attachments, whole, in chunks and in blocks.
//
// It owns the tokens of uploads and downloads, the pieces of uploads that are under way,
// and the messages of blocks. It refuses to know HTTP, and what a content means to its
// row, which is content's: bytes move outside of transactions, and the row is written by
// engine when they lie on the shelf.
//
// webapi calls Desk; engine serves its messages; environment wires.
package file
