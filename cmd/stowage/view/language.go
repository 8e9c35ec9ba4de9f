package view

import (
	"io"

	"stowage/dsl"
)

// LanguageJSON writes the description of the language for programs.
func LanguageJSON(w io.Writer, version string, language dsl.Language) error {
	return writeJSON(w, languageDocument{FormatVersion, version, language})
}

// languageDocument is the whole language: its blocks, arguments and functions.
type languageDocument struct {
	FormatVersion   string `json:"formatVersion"`
	LanguageVersion string `json:"languageVersion"` // of stowage
	dsl.Language
}
