// Package load type-checks and analyzes the package in a directory, again and
// again while its files are edited.
//
// The go command is asked once: for the files of the package and its tests, and
// for the compiled types of all that they import. After that an edit costs a
// parse of one file and a type check of one package. The go command is asked
// again only when one of its answers may have changed, which [Dir.Stale] tells.
package load
