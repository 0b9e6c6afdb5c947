// Package docs has those documents that the linter itself shows.
package docs

import _ "embed"

// Categories is the text of categories.md. Each category has a row in its table,
// and a section.
//
//go:embed categories.md
var Categories string

// CategoriesURL is where the document is published.
const CategoriesURL = "https://github.com/tlstimeoutlint/tlstimeoutlint/blob/main/docs/categories.md"
