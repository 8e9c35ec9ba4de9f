package main

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"stowage/cmd/stowage/view"
	"stowage/internal/testcluster"
)

// importFrom imports from the cluster, and makes the result the configuration of the estate.
func (e *estate) importFrom(args ...string) (view.Import, string) {
	e.test.Helper()
	dir := filepath.Join(e.test.TempDir(), "imported")
	args = append([]string{"import", "--from-cluster", "--kubeconfig", e.proxy.Kubeconfig, "-n", e.namespace, "--name", "shop", "--out", dir}, args...)
	code, out, errs := stowage(e.test, append(args, "-o", "json")...)
	var result view.Import
	if err := json.Unmarshal([]byte(out), &result); code != exitOK || err != nil {
		e.test.Fatalf("stowage %s: exit code %d, %v\n%s%s", strings.Join(args, " "), code, err, out, errs)
	}
	if strings.Contains(out+errs, "not-to-be-seen") {
		e.test.Errorf("the value of a Secret is shown:\n%s", out+errs)
	}
	e.dir = dir
	return result, dir
}

// pods returns the UIDs of the pods, by name.
func (e *estate) pods() map[string]string {
	e.test.Helper()
	list, err := e.cluster.Client.CoreV1().Pods(e.namespace).List(e.test.Context(), metav1.ListOptions{})
	if err != nil {
		e.test.Fatal(err)
	}
	pods := map[string]string{}
	for _, pod := range list.Items {
		pods[pod.Name] = string(pod.UID)
	}
	return pods
}

// TestS37S47WhatRunsIsImportedAndTakenOver imports what tools have made and applies that: the
// configuration says what is there, field by field, so nothing gets a new generation, no pod
// is made anew, and the next plan is empty. Nothing is written while importing.
func TestS37S47WhatRunsIsImportedAndTakenOver(t *testing.T) {
	wanted := []string{"kubectl apply", "kubectl apply --server-side", "kubectl create", "Helm 3", "kapp"}
	for _, f := range foundations {
		if !slices.Contains(wanted, f.name) {
			continue
		}
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			e := newEstate(t)
			e.build(f.make)
			before := e.found()
			result, dir := e.importFrom()
			if len(result.Differences)+len(result.Diagnostics)+len(result.Renamed)+len(result.Unread) > 0 || result.Objects < len(before) {
				t.Errorf("imported %d of %d objects, with %+v", result.Objects, len(before), result)
			}
			if writes := e.writes(); len(writes) > 0 {
				t.Errorf("importing has written: %v", writes)
			}
			var flags []string
			if f.flag != "--adopt" { // which the configuration says
				flags = append(flags, f.flag)
			}
			e.run(exitOK, "apply", flags...)
			pods := e.pods()
			e.isTakenOver(before, f.gone)
			e.run(exitOK, "apply")
			if now := e.pods(); len(pods) == 0 || !maps.Equal(pods, now) {
				t.Errorf("the pods were %v and are %v", pods, now)
			}
			if _, err := os.Stat(filepath.Join(dir, "release.hcl")); err != nil {
				t.Error(err)
			}
		})
	}
}

// An import reads each kind once, and what it may not read is told instead of being an error.
func TestImportReadsEachKindOnce(t *testing.T) {
	t.Parallel()
	e := newEstate(t)
	e.build(applied("kubectl"))
	e.proxy.Refuse(func(r testcluster.Request) int {
		if strings.HasSuffix(r.Path, "/secrets") {
			return http.StatusForbidden
		}
		return 0
	})
	e.proxy.Reset()
	result, _ := e.importFrom()
	seen := map[string]bool{}
	for _, r := range e.proxy.Requests() {
		if r.Write() || seen[r.Path] {
			t.Errorf("%s %s is one request too many", r.Verb, r.Path)
		}
		seen[r.Path] = true
	}
	if want := []view.ImportUnread{{Kind: "Secret", Reason: "the account may not read it"}}; !slices.Equal(result.Unread, want) {
		t.Errorf("not read: %v, want %v", result.Unread, want)
	}
	if want := len(e.manifests()) - 1 + 1; result.Objects != want { // without the Secret, with the namespace
		t.Errorf("%d objects, want %d", result.Objects, want)
	}
}

// Of a Helm release its record is read and what that names, one by one; of objects with labels
// no more is imported than that.
func TestImportOfAHelmReleaseOrOfLabelsIsNoMoreThanThat(t *testing.T) {
	t.Parallel()
	e := newEstate(t)
	e.build(created("helm").with("annotations", "meta.helm.sh/release-name", "shop"))
	e.recordHelm("shop", e.read(shopFound))
	e.addConfigMap("stranger")
	e.proxy.Reset()
	result, _ := e.importFrom("--helm-release", "shop")
	if made, want := len(e.proxy.Requests()), 1+len(e.manifests()); made != want {
		t.Errorf("%d requests, want %d: %v", made, want, e.proxy.Requests())
	}
	if result.Objects != len(e.manifests()) {
		t.Errorf("%d objects, want %d", result.Objects, len(e.manifests()))
	}
	if !strings.HasSuffix(result.Next[1].Command, " --take-ownership") {
		t.Errorf("the next command is %s, which Helm's objects are refused to", result.Next[1].Command)
	}
	result, _ = e.importFrom("-l", "app=web")
	var labelled int
	for _, m := range e.manifests() {
		if m.GetLabels()["app"] == "web" {
			labelled++
		}
	}
	if result.Objects != labelled {
		t.Errorf("%d objects with the label, want %d", result.Objects, labelled)
	}
	code, _, errs := stowage(t, "import", "--from-cluster", "--kubeconfig", e.proxy.Kubeconfig, "-n", e.namespace, "--helm-release", "other")
	if want := "Error: there is no Helm release other in namespace " + e.namespace; code != exitError || !strings.Contains(errs, want) {
		t.Errorf("exit code %d: %s", code, errs)
	}
}

// recordHelm writes what Helm keeps of a release.
func (e *estate) recordHelm(name, manifest string) {
	e.test.Helper()
	record, err := json.Marshal(map[string]any{"name": name, "version": 1, "manifest": manifest})
	if err != nil {
		e.test.Fatal(err)
	}
	secret := &corev1.Secret{Type: "helm.sh/release.v1", Data: map[string][]byte{"release": []byte(base64.StdEncoding.EncodeToString(record))}}
	secret.Name = "sh.helm.release.v1." + name + ".v1"
	secret.Labels = map[string]string{"owner": "helm", "name": name, "status": "deployed", "version": "1"}
	if _, err := e.cluster.Client.CoreV1().Secrets(e.namespace).Create(e.test.Context(), secret, metav1.CreateOptions{}); err != nil {
		e.test.Fatal(err)
	}
}

func (e *estate) addConfigMap(name string) {
	e.test.Helper()
	object := &corev1.ConfigMap{Data: map[string]string{"a": "b"}}
	object.Name = name
	if _, err := e.cluster.Client.CoreV1().ConfigMaps(e.namespace).Create(e.test.Context(), object, metav1.CreateOptions{}); err != nil {
		e.test.Fatal(err)
	}
}
