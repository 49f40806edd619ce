// Package custom holds what makers add to an environment's catalogue and change of it:
// tables, columns, relationships, keys, shared choices, their texts in several
// languages.
//
// It owns the rules by which definitions may change (Dataverse facts 5.20, appendix E)
// and how a Set of them and the catalogue together become a meta.Model. It knows no
// wire form, no SQL and no caller: edm reads requests into a Change, engine asks for the
// privileges a Change needs, applies it and keeps the components that are different
// afterwards, and store keeps each as a line of text.
package custom
