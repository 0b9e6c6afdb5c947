// Package versions tests the linter with the versions of Go: modules written for
// old ones, go commands that are old, and go tool.
package versions
