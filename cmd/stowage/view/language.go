package view

import (
	"io"

	"stowage/dsl"
)

// LanguageJSON writes the description of the language for programs.
func LanguageJSON(w io.Writer, version string, language dsl.Language) error {
	return writeJSON(w, struct {
		FormatVersion   string `json:"formatVersion"`
		LanguageVersion string `json:"languageVersion"`
		dsl.Language
	}{FormatVersion, version, language})
}
