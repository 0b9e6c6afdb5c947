// Package precommit tests the hooks that the repository has for pre-commit.
package precommit
