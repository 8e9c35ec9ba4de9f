package kube

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"stowage/internal/testcluster"
)

// helmManifest is what Helm keeps of a chart's templates.
const helmManifest = `---
# Source: web/templates/config.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: web
data: {a: "1"}
---
# Source: web/templates/empty.yaml
---
# Source: web/templates/role.yaml
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: web
---
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: Secret, metadata: {name: keys, namespace: elsewhere}}
- {apiVersion: gone.example.com/v1, kind: Gone, metadata: {name: web}}
`

// helmRecordOf writes a record as Helm does.
func helmRecordOf(t *testing.T, revision int, manifest string) string {
	t.Helper()
	record, err := json.Marshal(map[string]any{
		"name": "web", "version": revision, "manifest": manifest, "info": map[string]any{"status": "deployed"},
		"chart": map[string]any{"metadata": map[string]any{"name": "web", "version": "1.2.3"}},
		"hooks": []any{map[string]any{"kind": "Job", "name": "migrate"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if _, err := w.Write(record); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(packed.Bytes())
}

func helmStored(t *testing.T, kind, namespace string, revision int, status, manifest string) *unstructured.Unstructured {
	t.Helper()
	text := helmRecordOf(t, revision, manifest)
	if kind == "Secret" {
		text = base64.StdEncoding.EncodeToString([]byte(text))
	}
	u := object(schema.GroupVersionKind{Version: "v1", Kind: kind}, namespace, fmt.Sprintf("sh.helm.release.v1.web.v%d", revision), "data", map[string]any{"release": text})
	if kind == "Secret" {
		u.Object["type"] = "helm.sh/release.v1"
	}
	u.SetLabels(map[string]string{"owner": "helm", "name": "web", "version": fmt.Sprint(revision), "status": status})
	return u
}

func TestHelmReleases(t *testing.T) {
	for _, kind := range []string{"Secret", "ConfigMap"} {
		t.Run(kind, func(t *testing.T) {
			c := dial(t)
			namespace := testcluster.Start(t).Namespace(t)
			mustApplyAll(t, c,
				helmStored(t, kind, namespace, 9, "superseded", "a: b"), helmStored(t, kind, namespace, 10, "deployed", helmManifest),
				helmStored(t, kind, namespace, 11, "failed", "a: b"), configMap(namespace, "web", "x"),
			)
			release, err := c.HelmRelease(t.Context(), namespace, "web")
			if err != nil {
				t.Fatal(err)
			}
			var objects []string
			for _, u := range release.Objects {
				objects = append(objects, u.GetKind()+" "+u.GetNamespace()+"/"+u.GetName())
			}
			want := []string{"ConfigMap " + namespace + "/web", "ClusterRole /web", "Secret elsewhere/keys", "Gone /web"}
			if diff := cmp.Diff(want, objects); diff != "" {
				t.Error(diff)
			}
			if release.Revision != 10 || release.Chart != "web 1.2.3" || release.Name != "web" || cmp.Diff([]string{"Job migrate"}, release.Hooks) != "" {
				t.Errorf("%+v", release)
			}
			live, unread, err := c.Each(t.Context(), release.Objects)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]string{"ConfigMap web"}, named(live)); diff != "" {
				t.Error(diff)
			}
			var missing []string
			for _, u := range unread {
				missing = append(missing, u.Kind.Kind+" "+u.Name)
			}
			if diff := cmp.Diff([]string{"ClusterRole web", "Gone web", "Secret keys"}, missing); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestHelmReleasesThatCannotBeRead(t *testing.T) {
	c := dial(t)
	namespace := testcluster.Start(t).Namespace(t)
	broken := helmStored(t, "ConfigMap", namespace, 1, "deployed", "a: b")
	broken.Object["data"] = map[string]any{"release": "!!!!"}
	for name, test := range map[string]struct {
		stored *unstructured.Unstructured
		want   string
	}{
		"none":         {configMap(namespace, "other", "x"), "there is no Helm release web in namespace " + namespace},
		"not deployed": {helmStored(t, "Secret", namespace, 3, "pending-install", helmManifest), "no revision is deployed (the newest, 3, is pending-install)"},
		"broken":       {broken, "ConfigMap sh.helm.release.v1.web.v1 cannot be read"},
	} {
		mustApplyAll(t, c, test.stored)
		_, err := c.HelmRelease(t.Context(), namespace, "web")
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v", name, err)
		}
		if err := c.Delete(t.Context(), test.stored.GroupVersionKind(), namespace, test.stored.GetName(), "", ""); err != nil {
			t.Fatal(err)
		}
	}
}

func TestKappApps(t *testing.T) {
	c := dial(t)
	namespace := testcluster.Start(t).Namespace(t)
	app := object(configMaps, namespace, "shop.apps.k14s.io", "data", map[string]any{
		"spec": `{"labelKey":"kapp.k14s.io/app","labelValue":"1700000000000000000","usedGKs":[{"Group":"","Kind":"ConfigMap"}]}`,
	})
	app.SetLabels(map[string]string{"kapp.k14s.io/is-app": ""})
	mustApplyAll(t, c, app, configMap(namespace, "settings", "x"))
	selector, err := c.KappSelector(t.Context(), namespace, "shop")
	if err != nil || selector != "kapp.k14s.io/app=1700000000000000000" {
		t.Error(selector, err)
	}
	for _, name := range []string{"other", "settings"} {
		if _, err := c.KappSelector(t.Context(), namespace, name); err == nil || err.Error() != "there is no kapp app "+name+" in namespace "+namespace {
			t.Errorf("%s: %v", name, err)
		}
	}
}
