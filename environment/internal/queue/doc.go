// Package queue keeps what stands in queues: items, which hold an activity each, and who
// works on them (Microsoft Learn, "Queue tables").
//
// It owns what an item tells of its activity, that an activity stands in one queue, how
// items move, are picked and released, and who is a member of a queue. It refuses to know
// who may do so: items follow their queue, which access judges, and the messages change
// rows as their caller would.
//
// message calls its functions; engine asks Rules in every write; environment wires.
package queue
