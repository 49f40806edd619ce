package store

// reserve is how many row versions the counter in the database is moved ahead at a
// time. After a crash as many are skipped at most; row versions have gaps in the
// real service too.
const reserve = 1024

// NextVersion gives the next row version of the organization: greater than any given
// to a transaction that ended well. Numbers that a failed transaction took may be
// given again, for nobody has seen them.
//
// The counter in the database runs ahead, so that most transactions need not touch
// it. It is known to have been moved only when the transaction that moved it has
// returned; until then every transaction beyond it moves it for itself.
func (tx *Tx) NextVersion() (int64, error) {
	if !tx.writing {
		return 0, errReading
	}
	if tx.version == 0 {
		tx.version = tx.s.version.Load()
	}
	next := tx.version + 1
	if next > max(tx.s.confirmed.Load(), tx.reserved) {
		if err := keep(tx.conn, keyVersion, next+reserve); err != nil {
			return 0, err
		}
		tx.reserved = next + reserve
	}
	tx.version = next
	return next, nil
}
