// Package content has the rules of what rows hold beside their cells: files, pictures,
// and the bodies of notes and attachments.
//
// A content lies on a shelf; its row has the id, and another row describes it. The room
// owns what comes there and goes with a write, and that both happen or neither: contents
// are kept before the commit and removed after it. It refuses to know how contents are
// sent and fetched, which is file's, and where the shelf is, which is blob's.
//
// engine calls it in the stages of writes and in the answers of reads; file calls it.
package content
