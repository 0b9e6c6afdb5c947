package sarif

import (
	"regexp"
	"strings"

	"honnef.co/go/tools/sarif"

	"github.com/tlstimeoutlint/tlstimeoutlint/docs"
)

// row is a row of the table of categories: name, default, meaning.
var row = regexp.MustCompile("(?m)^\\| \\[`([a-z]+)`\\]\\(#[a-z]+\\) +\\| (on|off) +\\| (.*) \\|$")

// rules returns a rule for each category, from the document that describes them.
func rules() []sarif.ReportingDescriptor {
	var rules []sarif.ReportingDescriptor
	for _, m := range row.FindAllStringSubmatch(docs.Categories, -1) {
		category, state, meaning := m[1], m[2], plain(m[3])
		url := docs.CategoriesURL + "#" + category
		rules = append(rules, sarif.ReportingDescriptor{
			ID:               category,
			ShortDescription: sarif.Message{Text: meaning},
			Help: sarif.Message{
				Text:     meaning + "\n\n" + url,
				Markdown: section(category),
			},
			HelpURI: url,
			DefaultConfiguration: sarif.ReportingConfiguration{
				Enabled: state == "on",
				Level:   level(category),
			},
		})
	}
	return rules
}

// level returns how severe the category is. All but one are mistakes.
func level(category string) string {
	if category == "handrolled" {
		return sarif.Note
	}
	return sarif.Warning
}

// section returns the document's section on the category, with links that work
// outside of it.
func section(category string) string {
	_, rest, _ := strings.Cut(docs.Categories, "\n## "+category+"\n")
	text, _, _ := strings.Cut(rest, "\n## ")
	return strings.TrimSpace(strings.ReplaceAll(text, "](#", "]("+docs.CategoriesURL+"#"))
}

// plain returns a line of Markdown as plain text.
func plain(text string) string { return strings.ReplaceAll(text, "`", "") }
