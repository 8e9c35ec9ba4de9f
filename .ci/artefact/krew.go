package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/template"
)

// krewName is the file from which krew, the package manager of kubectl's
// plugins, installs stowage.
const krewName = "stowage.yaml"

// krewPlatform is an archive in krew's manifest.
type krewPlatform struct{ OS, Arch, Archive, Sum, Bin string }

var krewManifest = template.Must(template.New("krew").Parse(`apiVersion: krew.googlecontainertools.github.com/v1alpha2
kind: Plugin
metadata:
  name: stowage
spec:
  version: {{ .Version }}
{{- with .URL }}
  homepage: {{ . }}
{{- end }}
  shortDescription: Deploy HCL and see beforehand what changes
  description: |
    stowage deploys to Kubernetes what a directory of HCL files describes. It shows
    exactly what will change, and applies that in dependency order.
  platforms:
{{- range .Platforms }}
  - selector:
      matchLabels:
        os: {{ .OS }}
        arch: {{ .Arch }}
    uri: {{ $.Downloads }}/{{ .Archive }}
    sha256: {{ .Sum }}
    bin: {{ .Bin }}
{{- end }}
`))

// writeKrew writes the manifest for archives that are there already, and will be
// downloaded from where m.downloads says.
func writeKrew(m *maker, all []platform) error {
	data := struct {
		Version, URL, Downloads string
		Platforms               []krewPlatform
	}{Version: m.source.version, URL: m.source.url, Downloads: strings.TrimSuffix(m.downloads, "/")}
	for _, p := range all {
		name := archiveName(m.source, p) + p.extension()
		archive, err := os.ReadFile(filepath.Join(m.out, name))
		if err != nil {
			return err
		}
		data.Platforms = append(data.Platforms, krewPlatform{p.os, p.arch, name, fmt.Sprintf("%x", sha256.Sum256(archive)), p.binary()})
	}
	var manifest bytes.Buffer
	if err := krewManifest.Execute(&manifest, data); err != nil {
		return err
	}
	return m.write(krewName, manifest.Bytes())
}
