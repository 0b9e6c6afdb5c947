// Package sarif tests that the output of the command's flag -sarif conforms to
// the schema of the format, as OASIS has published it.
package sarif
