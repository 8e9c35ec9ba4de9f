package main

import (
	"bytes"
	"crypto/x509"
	"encoding/json"
	"go/version"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/google/go-containerregistry/pkg/v1/validate"
)

// opened is an archive of a container image that was read back.
type opened struct {
	files map[string]file // of the archive
	index v1.ImageIndex   // the image, of all its platforms
	ref   string          // its name in the archive
}

// open unpacks an archive and checks that it is a layout as OCI has it: all is
// there, nothing else is, and each digest is that of what it names.
func open(t *testing.T, archive []byte, when time.Time) opened {
	t.Helper()
	o := opened{files: map[string]file{}}
	dir := t.TempDir()
	for _, f := range untar(t, bytes.NewReader(archive), when) {
		o.files[f.name] = f
		if err := f.writeTo(dir); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := string(o.files["oci-layout"].data), "imageLayoutVersion\": \"1.0.0\""; !strings.Contains(got, want) {
		t.Errorf("oci-layout is %s", got)
	}
	outer, err := layout.ImageIndexFromPath(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := validate.Index(outer); err != nil {
		t.Error(err)
	}
	manifest, err := outer.IndexManifest()
	if err != nil {
		t.Fatal(err)
	}
	if len(manifest.Manifests) != 1 || manifest.Manifests[0].MediaType != types.OCIImageIndex {
		t.Fatalf("the archive has %v, want one image of several platforms", manifest.Manifests)
	}
	o.ref = manifest.Manifests[0].Annotations["org.opencontainers.image.ref.name"]
	if o.index, err = outer.ImageIndex(manifest.Manifests[0].Digest); err != nil {
		t.Fatal(err)
	}
	o.hasNothingElse(t)
	return o
}

// hasNothingElse expects that all files are the layout's own, or referred to.
func (o opened) hasNothingElse(t *testing.T) {
	t.Helper()
	known := []string{"blobs", "blobs/sha256", "index.json", "oci-layout"}
	refer := func(hash v1.Hash, err error) {
		if err != nil {
			t.Fatal(err)
		}
		known = append(known, "blobs/sha256/"+hash.Hex)
	}
	refer(o.index.Digest())
	for _, one := range o.images(t) {
		refer(one.Digest())
		refer(one.ConfigName())
		refer(layerOf(t, one).Digest())
	}
	slices.Sort(known)
	var there []string
	for name := range o.files {
		there = append(there, name)
	}
	slices.Sort(there)
	if diff := cmp.Diff(known, there); diff != "" {
		t.Errorf("what is referred to is not what is there (-want +got)\n%s", diff)
	}
}

// images returns the image of each platform, in their order.
func (o opened) images(t *testing.T) []v1.Image {
	t.Helper()
	manifest, err := o.index.IndexManifest()
	if err != nil {
		t.Fatal(err)
	}
	var all []v1.Image
	for _, descriptor := range manifest.Manifests {
		one, err := o.index.Image(descriptor.Digest)
		if err != nil {
			t.Fatal(err)
		}
		config, err := one.ConfigFile()
		if err != nil {
			t.Fatal(err)
		}
		if p := descriptor.Platform; p == nil || p.OS != config.OS || p.Architecture != config.Architecture {
			t.Errorf("the index says %v of an image for %s/%s", p, config.OS, config.Architecture)
		}
		if descriptor.ArtifactType != "" {
			t.Errorf("the index says that the image is an artefact of type %s", descriptor.ArtifactType)
		}
		all = append(all, one)
	}
	return all
}

func layerOf(t *testing.T, one v1.Image) v1.Layer {
	t.Helper()
	layers, err := one.Layers()
	if err != nil {
		t.Fatal(err)
	}
	if len(layers) != 1 {
		t.Fatalf("there are %d layers, want 1", len(layers))
	}
	return layers[0]
}

func TestImageReadBack(t *testing.T) {
	dir, of := made(t)
	archive, err := os.ReadFile(filepath.Join(dir, imageName))
	if err != nil {
		t.Fatal(err)
	}
	o := open(t, archive, of.time)
	if o.ref != testVersion {
		t.Errorf("the image is named %q in the archive, want %q", o.ref, testVersion)
	}
	one := o.images(t)[0]
	config, err := one.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	want := v1.Config{
		User:       "65532:65532",
		WorkingDir: "/work",
		Entrypoint: []string{"/stowage"},
		Labels: map[string]string{
			"org.opencontainers.image.title":       "stowage",
			"org.opencontainers.image.description": "Deploy to Kubernetes in dependency order, and see beforehand what changes",
			"org.opencontainers.image.licenses":    "Apache-2.0",
			"org.opencontainers.image.version":     testVersion,
			"org.opencontainers.image.revision":    of.commit,
			"org.opencontainers.image.source":      testURL,
		},
	}
	if diff := cmp.Diff(want, config.Config); diff != "" {
		t.Errorf("started otherwise (-want +got)\n%s", diff)
	}
	if !config.Created.Equal(of.time) || !config.History[0].Created.Equal(of.time) {
		t.Errorf("created at %v, want %v", config.Created, of.time)
	}
	content, err := layerOf(t, one).Uncompressed()
	if err != nil {
		t.Fatal(err)
	}
	isRoot(t, untar(t, content, of.time), of)
}

// isRoot expects what a container needs, and a program that runs with nothing else.
func isRoot(t *testing.T, files []file, of source) {
	t.Helper()
	want := `drwxr-xr-x etc
-rw-r--r-- etc/group
-rw-r--r-- etc/passwd
drwxr-xr-x etc/ssl
drwxr-xr-x etc/ssl/certs
-rw-r--r-- etc/ssl/certs/ca-certificates.crt
drwxr-xr-x licenses
-rw-r--r-- licenses/LICENSE
-rw-r--r-- licenses/NOTICES
-rwxr-xr-x stowage
dtrwxrwxrwx tmp
drwxr-xr-x work
`
	if got := listing(files); got != want {
		t.Fatalf("the image has\n%swant\n%s", got, want)
	}
	dir := t.TempDir()
	for _, f := range files {
		if err := f.writeTo(dir); err != nil {
			t.Fatal(err)
		}
	}
	runs(t, filepath.Join(dir, "stowage"), of)
	if !bytes.Contains(read(t, dir)["stowage"].data, []byte("Pacific/Kiritimati")) {
		t.Error("time zones are not in the program, and the image has no others")
	}

	made, _ := made(t)
	forEngines := read(t, filepath.Join(made, "root"))
	areSame(t, forEngines, read(t, dir))
	for _, f := range files {
		if got := forEngines[f.name].mode; got != f.mode {
			t.Errorf("%s has the mode %v for container engines, and %v in the image", f.name, got, f.mode)
		}
	}
}

// TestCertificatesAreThoseOfTheWeb reads them as Go programs do on Linux.
func TestCertificatesAreThoseOfTheWeb(t *testing.T) {
	text := certificates()
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		t.Fatal("none can be read")
	}
	if n := bytes.Count(text, []byte("BEGIN")); n < 100 {
		t.Errorf("there are %d, want those of all authorities", n)
	}
	for _, name := range []string{"ISRG Root X1", "DigiCert Global Root G2", "GTS Root R1", "Amazon Root CA 1"} {
		found := slices.ContainsFunc(pool.Subjects(), func(subject []byte) bool { return bytes.Contains(subject, []byte(name)) }) //nolint:staticcheck // not the system's
		if !found {
			t.Errorf("%s is not among them", name)
		}
	}
}

// TestImageIsOfAllItsPlatforms takes other programs for stowage, since one for
// each platform takes minutes to build.
func TestImageIsOfAllItsPlatforms(t *testing.T) {
	m := &maker{
		source: source{dir: "../..", version: testVersion},
		out:    t.TempDir(),
		log:    io.Discard,
		done:   map[platform]*built{},
	}
	if err := m.start(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, p := range imagePlatforms {
		m.done[p] = &built{binary: []byte("stowage for " + p.String()), modules: []module{{}}}
	}
	if err := image(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	archive, err := os.ReadFile(filepath.Join(m.out, imageName))
	if err != nil {
		t.Fatal(err)
	}
	o := open(t, archive, m.source.time)
	var got []string
	for _, one := range o.images(t) {
		content, err := layerOf(t, one).Uncompressed()
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range untar(t, content, m.source.time) {
			if f.name == "stowage" {
				got = append(got, string(f.data))
			}
		}
	}
	if want := []string{"stowage for linux/amd64", "stowage for linux/arm64"}; !slices.Equal(got, want) {
		t.Errorf("the image has %q, want %q", got, want)
	}
	manifest, err := o.index.IndexManifest()
	if err != nil {
		t.Fatal(err)
	}
	if manifest.Annotations["org.opencontainers.image.version"] != testVersion {
		t.Errorf("the index is annotated with %v", manifest.Annotations)
	}
	if _, ok := manifest.Annotations["org.opencontainers.image.source"]; ok {
		t.Error("a source that is not known has a label")
	}
}

// TestDockerfileMakesTheSameImage compares what it says with what the program
// puts into the image; the files are the same because the program makes both.
func TestDockerfileMakesTheSameImage(t *testing.T) {
	text, err := os.ReadFile("../../Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	_, last, ok := strings.Cut(string(text), "\nFROM scratch\n")
	if !ok {
		t.Fatal("the image is not made from scratch")
	}
	arguments := map[string]string{"$VERSION": testVersion, "$REVISION": "0123", "$SOURCE_URL": testURL}
	var got v1.Config
	for line := range strings.Lines(strings.ReplaceAll(last, "\\\n", " ")) {
		instruction, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch instruction {
		case "USER":
			got.User = rest
		case "WORKDIR":
			got.WorkingDir = rest
		case "ENTRYPOINT":
			if err := json.Unmarshal([]byte(rest), &got.Entrypoint); err != nil {
				t.Errorf("%s: %v", line, err)
			}
		case "LABEL":
			got.Labels = pairs(rest, arguments)
		case "COPY":
			if rest != "--from=build /out/root/ /" {
				t.Errorf("copies other files: %s", line)
			}
		case "ARG", "":
		default:
			t.Errorf("does what the program does not: %s", line)
		}
	}
	want := started(source{version: testVersion, commit: "0123", url: testURL})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("started otherwise (-program +Dockerfile)\n%s", diff)
	}
}

// TestDockerfileBuildsWithTheRightGo expects a whole version, since it decides the
// bytes of the binary, and one that the module can be built with.
func TestDockerfileBuildsWithTheRightGo(t *testing.T) {
	text, err := os.ReadFile("../../Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`(?m)^FROM .* golang:(\d+\.\d+\.\d+) AS build$`).FindSubmatch(text)
	if found == nil {
		t.Fatal("the Dockerfile names no whole version of Go")
	}
	needed, err := output(t.Context(), "../..", nil, "go", "list", "-m", "-f", "{{.GoVersion}}")
	if err != nil {
		t.Fatal(err)
	}
	if version.Compare("go"+string(found[1]), "go"+needed) < 0 {
		t.Errorf("it has Go %s, and the module needs %s", found[1], needed)
	}
}

// pairs reads KEY="VALUE" pairs, with arguments put in.
func pairs(text string, arguments map[string]string) map[string]string {
	all := map[string]string{}
	for text = strings.TrimSpace(text); text != ""; text = strings.TrimSpace(text) {
		key, rest, _ := strings.Cut(text, `="`)
		value, after, _ := strings.Cut(rest, `"`)
		if given, ok := arguments[value]; ok {
			value = given
		}
		all[key], text = value, after
	}
	return all
}
