// Package engine executes one op for one caller in one transaction.
//
// It owns the rules of writing: which values a column takes, what the service fills
// in itself (ids, owners, states, stamps, base currency, composed columns), what a
// link needs, what goes with a deleted row; and that a refused write leaves no
// trace. It refuses to know how a request was spelled, how SQL is written, who may do
// what and what single tables mean: odata made the op, access answers every question of
// permission and makes what store executes, answers go to the writer that webapi passed
// in.
//
// A write passes stages in the order in which create, update and remove list them:
// closed table, values, the row itself (404, 403), what the service fills in,
// permission, links, the change, its consequences, the representation. A table that
// cannot be written through the generic messages refuses before anything else is
// looked at (405): that says nothing about rows. Values are judged before the row,
// so that a bad request is the same for everybody; whatever depends on stored values
// is judged after the caller's right to change the row was established.
//
// Tables with rules of their own have rooms beside it (company, job, maker, queue), which
// give it their Rules and Ties; the stages call them. What rules read and write with is
// rows'; what becomes of files is content's.
//
// webapi calls Do and DoAll; message supplies the named messages; environment wires.
package engine
