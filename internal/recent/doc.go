// Package recent remembers answers that were worked out lately, as many as it is told,
// as long as what they were worked out from is still the same.
//
// It owns what is kept and what makes room. It refuses to know what is remembered: who
// asks sees to it that the key holds everything that the answer depends on.
package recent
