package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"slices"
	"sync"
	"time"

	cdx "github.com/CycloneDX/cyclonedx-go"
	"github.com/google/licenseclassifier/v2/assets"
)

// bill returns the bill of materials of a binary, in CycloneDX's JSON. It has no
// serial number, which would be another one each time.
func bill(src source, p platform, b *built) ([]byte, error) {
	bom := cdx.NewBOM()
	bom.Metadata = &cdx.Metadata{
		Timestamp:  src.time.Format(time.RFC3339),
		Lifecycles: &[]cdx.Lifecycle{{Phase: cdx.LifecyclePhaseBuild}},
		Component:  program(src, p, b.binary),
	}
	refs := map[string]string{b.modules[0].path: bom.Metadata.Component.BOMRef}
	components := []cdx.Component{}
	for _, m := range b.modules[1:] {
		component, err := library(m)
		if err != nil {
			return nil, err
		}
		refs[m.path] = component.BOMRef
		components = append(components, component)
	}
	bom.Components = &components
	dependencies := []cdx.Dependency{}
	for _, m := range b.modules {
		on := []string{}
		for _, path := range m.imports {
			on = append(on, refs[path])
		}
		dependencies = append(dependencies, cdx.Dependency{Ref: refs[m.path], Dependencies: &on})
	}
	bom.Dependencies = &dependencies

	var text bytes.Buffer
	if err := cdx.NewBOMEncoder(&text, cdx.BOMFileFormatJSON).SetPretty(true).EncodeVersion(bom, cdx.SpecVersion1_6); err != nil {
		return nil, fmt.Errorf("bill of materials for %s: %w", p, err)
	}
	return text.Bytes(), nil
}

// program is the binary as a component.
func program(src source, p platform, binary []byte) *cdx.Component {
	sum := sha256.Sum256(binary)
	purl := packageURL("stowage", src.version) + "?goarch=" + p.arch + "&goos=" + p.os
	c := &cdx.Component{
		BOMRef: purl, Type: cdx.ComponentTypeApplication, Name: "stowage", Version: src.version, PackageURL: purl,
		Hashes:     &[]cdx.Hash{{Algorithm: cdx.HashAlgoSHA256, Value: hex.EncodeToString(sum[:])}},
		Licenses:   &cdx.Licenses{{License: &cdx.License{ID: "Apache-2.0"}}},
		Properties: &[]cdx.Property{{Name: "vcs.revision", Value: src.commit}},
	}
	if src.url != "" {
		c.ExternalReferences = &[]cdx.ExternalReference{{Type: cdx.ERTypeVCS, URL: src.url}}
	}
	return c
}

// library is a module as a component. Its sum is no hash of a file, so it is
// given under the name that it has for Go.
func library(m module) (cdx.Component, error) {
	names, err := licenseNames(m)
	if err != nil {
		return cdx.Component{}, err
	}
	licenses := cdx.Licenses{}
	for _, name := range names {
		licenses = append(licenses, cdx.LicenseChoice{License: &cdx.License{ID: name}})
	}
	purl := packageURL(m.path, m.version)
	c := cdx.Component{
		BOMRef: purl, Type: cdx.ComponentTypeLibrary, Scope: cdx.ScopeRequired,
		Name: m.path, Version: m.version, PackageURL: purl, Licenses: &licenses,
	}
	if m.sum != "" {
		c.Properties = &[]cdx.Property{{Name: "go.sum", Value: m.sum}}
	}
	return c, nil
}

// packageURL names a module as tools that look for its flaws do.
func packageURL(path, version string) string {
	return "pkg:golang/" + path + "@" + url.PathEscape(version)
}

var licenseClassifier = sync.OnceValues(assets.DefaultClassifier)

// licenseNames returns the SPDX identifiers of a module's licenses.
func licenseNames(m module) ([]string, error) {
	known, err := licenseClassifier()
	if err != nil {
		return nil, fmt.Errorf("reading the texts of known licenses: %w", err)
	}
	var names []string
	for _, l := range m.licenses {
		for _, match := range known.Match(l.text).Matches {
			if match.MatchType == "License" {
				names = append(names, match.Name)
			}
		}
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("the license of %s is none that is known", m.path)
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}
