package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	cdx "github.com/CycloneDX/cyclonedx-go"
	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// untar returns what is in an archive, which must all be of one time and root's.
func untar(t *testing.T, r io.Reader, when time.Time) []file {
	t.Helper()
	var files []file
	for archive := tar.NewReader(r); ; {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return files
		}
		if err != nil {
			t.Fatal(err)
		}
		if !header.ModTime.Equal(when) || header.Uid != 0 || header.Gid != 0 || header.Uname+header.Gname != "" {
			t.Errorf("%s is of %v and of %d:%d %s:%s", header.Name, header.ModTime, header.Uid, header.Gid, header.Uname, header.Gname)
		}
		f := file{name: strings.TrimSuffix(header.Name, "/"), mode: header.FileInfo().Mode()}
		if f.data, err = io.ReadAll(archive); err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
}

// listing tells names and modes.
func listing(files []file) string {
	var text strings.Builder
	for _, f := range files {
		fmt.Fprintln(&text, f.mode, f.name)
	}
	return text.String()
}

// released returns the files of the archive of the one platform.
func released(t *testing.T) []file {
	t.Helper()
	dir, of := made(t)
	archive, err := os.Open(filepath.Join(dir, archiveName(of, testPlatform)+".tar.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	plain, err := gzip.NewReader(archive)
	if err != nil {
		t.Fatal(err)
	}
	return untar(t, plain, of.time)
}

func TestArchiveHasWhatRunsAndWhatOneMustKnow(t *testing.T) {
	files := released(t)
	want := `-rwxr-xr-x stowage
-rw-r--r-- NOTICES
-rw-r--r-- LICENSE
-rw-r--r-- README.md
`
	if got := listing(files); got != want {
		t.Fatalf("the archive has\n%swant\n%s", got, want)
	}
	for _, owner := range []string{"std ", "k8s.io/client-go v", "github.com/hashicorp/hcl/v2 v"} {
		if !bytes.Contains(files[1].data, []byte("\n"+owner)) {
			t.Errorf("no license of %s", owner)
		}
	}
	path := filepath.Join(t.TempDir(), "stowage")
	if err := os.WriteFile(path, files[0].data, 0o700); err != nil {
		t.Fatal(err)
	}
	runs(t, path, first.source)
}

func TestSumsAreOfAllFiles(t *testing.T) {
	dir, of := made(t)
	text, err := os.ReadFile(filepath.Join(dir, sumsName))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for line := range strings.Lines(string(text)) {
		sum, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if want := fmt.Sprintf("%x", sha256.Sum256(data)); sum != want {
			t.Errorf("%s: the sum is %s, want %s", name, sum, want)
		}
		names = append(names, name)
	}
	archive := archiveName(of, testPlatform)
	if want := []string{imageName, archive + ".cdx.json", archive + ".tar.gz"}; !slices.Equal(names, want) {
		t.Errorf("sums are of %v, want %v", names, want)
	}
}

// schema returns CycloneDX's own definition of a bill of materials, which its
// library has beside its tests.
func schema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	dir, err := output(t.Context(), ".", nil, "go", "list", "-m", "-f", "{{.Dir}}", "github.com/CycloneDX/cyclonedx-go")
	if err != nil {
		t.Fatal(err)
	}
	const at = "http://cyclonedx.org/schema/"
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	for name, path := range map[string]string{
		"bom-1.6.schema.json":  "bom-1.6.schema.json",
		"spdx.schema.json":     "spdx.schema.json",
		"jsf-0.82.schema.json": "jsf-0.82.schemax.json",
	} {
		text, err := os.Open(filepath.Join(dir, "schema", path))
		if err != nil {
			t.Fatal(err)
		}
		defer text.Close()
		document, err := jsonschema.UnmarshalJSON(text)
		if err != nil {
			t.Fatal(err)
		}
		if err := compiler.AddResource(at+name, document); err != nil {
			t.Fatal(err)
		}
	}
	compiled, err := compiler.Compile(at + "bom-1.6.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return compiled
}

func TestBillOfMaterialsIsThatOfTheBinary(t *testing.T) {
	dir, of := made(t)
	text, err := os.ReadFile(filepath.Join(dir, archiveName(of, testPlatform)+".cdx.json"))
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if err := schema(t).Validate(document); err != nil {
		t.Error(err)
	}
	var bom cdx.BOM
	if err := json.Unmarshal(text, &bom); err != nil {
		t.Fatal(err)
	}
	binary := released(t)[0].data
	if hash := (*bom.Metadata.Component.Hashes)[0].Value; hash != fmt.Sprintf("%x", sha256.Sum256(binary)) {
		t.Errorf("it is of the binary %s, which was not made", hash)
	}
	if bom.SerialNumber != "" || bom.Metadata.Timestamp != of.time.Format(time.RFC3339) {
		t.Errorf("its number is %q and its time %q", bom.SerialNumber, bom.Metadata.Timestamp)
	}

	info, err := buildinfo.Read(bytes.NewReader(binary))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"pkg:golang/std@" + strings.TrimPrefix(info.GoVersion, "go")}
	for _, dep := range info.Deps {
		want = append(want, "pkg:golang/"+dep.Path+"@"+strings.ReplaceAll(dep.Version, "+", "%2B"))
	}
	var got []string
	for _, c := range *bom.Components {
		if got = append(got, c.PackageURL); len(*c.Licenses) == 0 {
			t.Errorf("%s has no license", c.Name)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("the modules are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	isReached(t, &bom, got)
}

// isReached expects that each component is there for a reason: what the program
// depends on, directly or through others, is all of them.
func isReached(t *testing.T, bom *cdx.BOM, components []string) {
	t.Helper()
	on := map[string][]string{}
	for _, d := range *bom.Dependencies {
		if d.Dependencies != nil {
			on[d.Ref] = *d.Dependencies
		}
	}
	reached := []string{bom.Metadata.Component.BOMRef}
	for i := 0; i < len(reached); i++ {
		for _, ref := range on[reached[i]] {
			if !slices.Contains(reached, ref) {
				reached = append(reached, ref)
			}
		}
	}
	slices.Sort(reached)
	want := append(slices.Clone(components), bom.Metadata.Component.BOMRef)
	slices.Sort(want)
	if !slices.Equal(reached, want) {
		t.Errorf("what is depended on is\n%s\nwant\n%s", strings.Join(reached, "\n"), strings.Join(want, "\n"))
	}
}

func TestZipForWindows(t *testing.T) {
	when := time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC)
	var packed bytes.Buffer
	if err := writeZip(&packed, []file{{"stowage.exe", 0o755, []byte("program")}, {"LICENSE", 0o644, []byte("text")}}, when); err != nil {
		t.Fatal(err)
	}
	archive, err := zip.NewReader(bytes.NewReader(packed.Bytes()), int64(packed.Len()))
	if err != nil {
		t.Fatal(err)
	}
	var files []file
	for _, f := range archive.File {
		if !f.Modified.Equal(when) {
			t.Errorf("%s is of %v, want %v", f.Name, f.Modified, when)
		}
		data, err := fs.ReadFile(archive, f.Name)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file{f.Name, f.Mode(), data})
	}
	if got, want := listing(files), "-rwxr-xr-x stowage.exe\n-rw-r--r-- LICENSE\n"; got != want || string(files[0].data) != "program" {
		t.Errorf("the archive has\n%swant\n%s", got, want)
	}
}

// TestKrewInstallsTheArchives takes other archives, since those of all platforms
// take minutes to build.
func TestKrewInstallsTheArchives(t *testing.T) {
	m := &maker{source: source{version: "v1.2.3", url: testURL}, downloads: testURL + "/v1.2.3/", out: t.TempDir(), log: io.Discard}
	for name, data := range map[string]string{"stowage_v1.2.3_linux_arm64.tar.gz": "tar", "stowage_v1.2.3_windows_amd64.zip": "zip"} {
		if err := m.write(name, []byte(data)); err != nil {
			t.Fatal(err)
		}
	}
	if err := writeKrew(m, []platform{{"linux", "arm64"}, {"windows", "amd64"}}); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(m.out, krewName))
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("testdata/krew.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("another manifest (-want +got)\n%s", diff)
	}
}
