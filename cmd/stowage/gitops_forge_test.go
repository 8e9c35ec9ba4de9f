package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

	"stowage/internal/testcluster"
)

// passwordOfShop is what must be in no output, file or comment of a pipeline.
const passwordOfShop = "CANARY-of-the-shop"

// forge is what GitHub and GitLab have in common: a repository, which is the directory
// examples/gitops, set up as its README says, and machines that jobs run on.
type forge struct {
	t         *testing.T
	cluster   *testcluster.Cluster
	namespace string // of the release
	accounts  string // the namespace of the accounts
	origin    string // the repository
	path      string // PATH of a machine, which has no stowage
	said      bytes.Buffer
}

func newForge(t *testing.T) *forge {
	t.Helper()
	f := &forge{t: t, cluster: testcluster.Start(t), origin: t.TempDir()}
	f.namespace, f.accounts = f.cluster.UnusedNamespace(t), f.cluster.Namespace(t)
	f.path = f.machinePath()
	address, sum := f.serveRelease()
	f.commitExample(map[string]string{
		`namespace = "shop"`:     fmt.Sprintf("namespace = %q", f.namespace),
		strings.Repeat("0", 64):  sum,
		addressOfReleasesInFiles: address,
	})
	return f
}

const addressOfReleasesInFiles = "https://github.com/example/stowage/releases/download"

// machinePath is the PATH of a machine: without stowage, which it has to install, and
// with gh.
func (f *forge) machinePath() string {
	f.t.Helper()
	for _, name := range []string{"bash", "curl", "jq"} { // those of the runners' images that not every machine has
		program(f.t, name)
	}
	own, err := exec.LookPath("gh") // beside stowage: see TestMain
	if err != nil {
		f.t.Fatal(err)
	}
	bin := f.t.TempDir()
	if err := os.Symlink(own, filepath.Join(bin, "gh")); err != nil {
		f.t.Fatal(err)
	}
	paths := filepath.SplitList(os.Getenv("PATH"))
	paths = slices.DeleteFunc(paths, func(dir string) bool { return dir == filepath.Dir(own) })
	return strings.Join(append([]string{bin}, paths...), string(os.PathListSeparator))
}

// serveRelease serves a release of stowage, and returns where, and the checksum of its
// archive.
func (f *forge) serveRelease() (address, sum string) {
	f.t.Helper()
	binary, err := exec.LookPath("stowage")
	if err != nil {
		f.t.Fatal(err)
	}
	script := fmt.Sprintf("#!/bin/sh\nexec '%s' \"$@\"\n", binary)
	var archive bytes.Buffer
	compressed := gzip.NewWriter(&archive)
	files := tar.NewWriter(compressed)
	header := &tar.Header{Name: "stowage", Mode: 0o755, Size: int64(len(script))}
	if err := errors.Join(files.WriteHeader(header), write(files, script), files.Close(), compressed.Close()); err != nil {
		f.t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/1.0.0/stowage_1.0.0_linux_amd64.tar.gz" {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write(archive.Bytes())
	}))
	f.t.Cleanup(server.Close)
	return server.URL, fmt.Sprintf("%x", sha256.Sum256(archive.Bytes()))
}

func write(w io.Writer, text string) error {
	_, err := io.WriteString(w, text)
	return err
}

// commitExample makes the repository. Its files are those of the example, with the
// replacements, each of which must be for something.
func (f *forge) commitExample(replacements map[string]string) {
	f.t.Helper()
	source := os.DirFS(filepath.Join(examplesDir, "gitops"))
	used := map[string]bool{}
	err := fs.WalkDir(source, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		target := filepath.Join(f.origin, path)
		if entry.IsDir() {
			return os.MkdirAll(target, 0o755)
		}
		text, err := fs.ReadFile(source, path)
		for old, with := range replacements {
			used[old] = used[old] || bytes.Contains(text, []byte(old))
			text = bytes.ReplaceAll(text, []byte(old), []byte(with))
		}
		return errors.Join(err, os.WriteFile(target, text, 0o644))
	})
	if err != nil {
		f.t.Fatal(err)
	}
	for old := range replacements {
		if !used[old] {
			f.t.Errorf("no file of the example has %q", old)
		}
	}
	f.git("init", "--quiet", "--initial-branch", "main")
	f.commit("The example")
}

// git runs git in the repository.
func (f *forge) git(args ...string) string {
	f.t.Helper()
	cmd := exec.CommandContext(f.t.Context(), "git", args...)
	cmd.Dir = f.origin
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null",
		"GIT_AUTHOR_NAME=ann", "GIT_AUTHOR_EMAIL=ann@example.com", "GIT_COMMITTER_NAME=ann", "GIT_COMMITTER_EMAIL=ann@example.com")
	output, err := cmd.CombinedOutput()
	if err != nil {
		f.t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, output)
	}
	return strings.TrimSpace(string(output))
}

// commit commits all there is on the branch, and returns the commit.
func (f *forge) commit(message string) string {
	f.t.Helper()
	f.git("add", "--all")
	f.git("commit", "--quiet", "--allow-empty", "--message", message)
	return f.git("rev-parse", "HEAD")
}

// edit replaces text in a file of the repository.
func (f *forge) edit(file, old, with string) {
	f.t.Helper()
	path := filepath.Join(f.origin, file)
	text, err := os.ReadFile(path)
	if err != nil {
		f.t.Fatal(err)
	}
	if !strings.Contains(string(text), old) {
		f.t.Fatalf("%s does not have %s", file, old)
	}
	if err := os.WriteFile(path, []byte(strings.ReplaceAll(string(text), old, with)), 0o644); err != nil {
		f.t.Fatal(err)
	}
}

// clone checks a commit out.
func (f *forge) clone(dir, commit string) {
	f.t.Helper()
	f.git("clone", "--quiet", "--no-checkout", f.origin, dir)
	f.git("-C", dir, "checkout", "--quiet", "--detach", commit)
}

// checkout returns a new directory with the files of a commit.
func (f *forge) checkout(commit string) string {
	f.t.Helper()
	dir := f.t.TempDir()
	f.clone(dir, commit)
	return dir
}

// account makes a service account that may do what stowage says is needed, no more,
// and returns a kubeconfig for it, with a token.
func (f *forge) account(name, purpose string) string {
	f.t.Helper()
	core := f.cluster.Client.CoreV1()
	account := &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: name}}
	if _, err := core.ServiceAccounts(f.accounts).Create(f.t.Context(), account, metav1.CreateOptions{}); err != nil {
		f.t.Fatal(err)
	}
	f.create(want(f.t, exitOK, "rbac", filepath.Join(f.origin, "shop"), "--env", "prod", "--for", purpose, "--account", f.accounts+"/"+name))
	return f.kubeconfig(f.accounts, name)
}

// create creates the objects of YAML documents, until the end of the test.
func (f *forge) create(documents string) {
	f.t.Helper()
	client, err := dynamic.NewForConfig(f.cluster.Config)
	if err != nil {
		f.t.Fatal(err)
	}
	decoder := yaml.NewYAMLOrJSONDecoder(strings.NewReader(documents), 4096)
	for {
		var object unstructured.Unstructured
		if err := decoder.Decode(&object.Object); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			f.t.Fatal(err)
		}
		if len(object.Object) == 0 {
			continue
		}
		plural, _ := meta.UnsafeGuessKindToResource(object.GroupVersionKind())
		resource := dynamic.ResourceInterface(client.Resource(plural))
		if namespace := object.GetNamespace(); namespace != "" {
			resource = client.Resource(plural).Namespace(namespace)
		} else {
			f.t.Cleanup(func() {
				_ = resource.Delete(context.WithoutCancel(f.t.Context()), object.GetName(), metav1.DeleteOptions{})
			})
		}
		_, err := resource.Create(f.t.Context(), &object, metav1.CreateOptions{})
		if apierrors.IsAlreadyExists(err) && object.GetKind() == "Namespace" { // both accounts need it
			continue
		}
		if err != nil {
			f.t.Fatal(err)
		}
	}
}

// kubeconfig returns one for an account, with a token.
func (f *forge) kubeconfig(namespace, account string) string {
	f.t.Helper()
	token, err := f.cluster.Client.CoreV1().ServiceAccounts(namespace).CreateToken(f.t.Context(), account, &authenticationv1.TokenRequest{}, metav1.CreateOptions{})
	if err != nil {
		f.t.Fatal(err)
	}
	config := clientcmdapi.NewConfig()
	config.Clusters["shop"] = &clientcmdapi.Cluster{
		Server: f.cluster.Config.Host, CertificateAuthority: f.cluster.Config.CAFile, CertificateAuthorityData: f.cluster.Config.CAData,
	}
	config.AuthInfos["pipeline"] = &clientcmdapi.AuthInfo{Token: token.Status.Token}
	config.Contexts["shop"] = &clientcmdapi.Context{Cluster: "shop", AuthInfo: "pipeline"}
	config.CurrentContext = "shop"
	text, err := clientcmd.Write(*config)
	if err != nil {
		f.t.Fatal(err)
	}
	return string(text)
}

// folder is the place of one job.
type folder struct {
	t      *testing.T
	forge  *forge
	dir    string
	work   string // what is checked out
	temp   string
	output bytes.Buffer
}

func (f *forge) newFolder() *folder {
	f.t.Helper()
	dir := f.t.TempDir()
	made := &folder{t: f.t, forge: f, dir: dir, work: filepath.Join(dir, "work"), temp: filepath.Join(dir, "temp")}
	for _, path := range []string{made.work, made.temp, made.path("home")} {
		if err := os.Mkdir(path, 0o755); err != nil {
			f.t.Fatal(err)
		}
	}
	return made
}

// path is the place of a file that belongs to the job.
func (f *folder) path(name string) string { return filepath.Join(f.dir, name) }

// read returns what is in such a file; nothing when it is not there.
func (f *folder) read(name string) string {
	f.t.Helper()
	text, err := os.ReadFile(f.path(name))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		f.t.Fatal(err)
	}
	return string(text)
}

// environ is what the environment of every job has.
func (f *folder) environ() []string {
	return []string{"HOME=" + f.path("home"), "TMPDIR=" + f.temp, "PATH=" + f.forge.path}
}

// run runs a script by a shell and returns its exit code.
func (f *folder) run(shell []string, script string, env []string) int {
	f.t.Helper()
	file := filepath.Join(f.dir, "script")
	if err := os.WriteFile(file, []byte(script), 0o600); err != nil {
		f.t.Fatal(err)
	}
	cmd := exec.CommandContext(f.t.Context(), shell[0], append(shell[1:], file)...)
	out := io.MultiWriter(&f.output, &f.forge.said)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = f.work, env, out, out
	err := cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode()
	}
	if err != nil {
		f.t.Fatal(err)
	}
	return 0
}

// copyFiles copies what is in a directory, without the modes of files.
func copyFiles(t *testing.T, from, to string) {
	t.Helper()
	if err := os.MkdirAll(to, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
}
