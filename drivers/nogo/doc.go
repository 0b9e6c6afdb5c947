// Package nogo tests that the linter runs in nogo, the driver of Bazel's rules
// for Go, configured by the files beside this one.
package nogo
