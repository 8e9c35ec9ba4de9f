package main

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"stowage/cmd/stowage/view"
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
