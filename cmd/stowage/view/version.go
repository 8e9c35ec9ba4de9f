package view

import (
	"fmt"
	"io"
)

// Version says which stowage this is.
type Version struct {
	Version  string `json:"version"`
	Commit   string `json:"commit,omitempty"`
	Modified bool   `json:"modified,omitempty"` // built from a tree with changes that the commit has not
	Date     string `json:"date,omitempty"`     // of the commit, in RFC 3339, so that each build of it says the same
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

// ShowVersion shows a version to people.
func ShowVersion(s Screen, v Version) error {
	return Note(s, fmt.Sprintf("stowage %s (%s, %s)", v.Version, v.Go, v.Platform))
}

// VersionJSON writes a version for programs.
func VersionJSON(w io.Writer, v Version) error {
	return writeJSON(w, versionDocument{FormatVersion, v})
}

// versionDocument says which stowage this is.
type versionDocument struct {
	FormatVersion string `json:"formatVersion"`
	Version
}
