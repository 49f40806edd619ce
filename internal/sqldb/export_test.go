package sqldb

// AwaitQueue returns when so many writes stand in the queue.
func AwaitQueue(db *DB, n int) { queue(db, n) }
