package main

import (
	"context"
	"fmt"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"stowage/internal/testcluster"
)

// S24: two versions are applied at the same time, fifty times. What is there in
// the end is what exactly one of them says and the record says too, and of the two
// none was lost: the other one waited and went first or second, or left because of
// the lock.
func TestS24TwoAppliesAtTheSameTime(t *testing.T) {
	cluster := testcluster.Start(t)
	client, err := kubernetes.NewForConfig(cluster.Config)
	if err != nil {
		t.Fatal(err)
	}
	namespace := cluster.Namespace(t)
	kubeconfig := cluster.Proxy(t).Kubeconfig
	dir := configured(t, oneConfig)
	waited, left := 0, 0
	for round := range 50 {
		codes, outs := [2]int{}, [2]string{}
		done := make(chan struct{}, 2)
		for i := range codes {
			go func() {
				defer func() { done <- struct{}{} }()
				codes[i], outs[i], _ = stowage(t, "apply", dir, "-n", namespace, "--kubeconfig", kubeconfig, "--auto-approve",
					"--var", fmt.Sprintf("greeting=%d-%d", round, i), "--lock-timeout", []string{"1m", "0"}[(round+i)%2])
			}()
		}
		<-done
		<-done
		last := lastOf(t, client, namespace)
		for i, code := range codes {
			switch {
			case code == exitLocked:
				left++
			case code != exitOK:
				t.Errorf("round %d: exit code %d:\n%s", round, code, outs[i])
			case strings.Contains(outs[i], "Waiting for the lock"):
				waited++
			}
		}
		if codes[0] != exitOK && codes[1] != exitOK {
			t.Errorf("round %d: neither was applied", round)
		}
		if !strings.HasPrefix(last, fmt.Sprintf("%d-", round)) {
			t.Errorf("round %d: %s is there in the end", round, last)
		}
		if t.Failed() {
			break
		}
	}
	if waited == 0 || left == 0 {
		t.Errorf("%d waited and %d left: the runs never met", waited, left)
	}
	history := want(t, 0, "history", "-C", dir, "-n", namespace, "--kubeconfig", kubeconfig)
	if strings.Count(history, " deployed ") != 1 || strings.Contains(history, "pending") || strings.Contains(history, "failed") {
		t.Errorf("history:\n%s", history)
	}
	if leases, err := client.CoordinationV1().Leases(namespace).List(context.Background(), metav1.ListOptions{}); err != nil || len(leases.Items) > 0 {
		t.Errorf("leases %v, error %v", leases, err)
	}
	testcluster.Report(t, "50 of 50 pairs of applies: %d waited, %d left", waited, left)
}

// lastOf returns the value that is there.
func lastOf(t *testing.T, client kubernetes.Interface, namespace string) string {
	t.Helper()
	config, err := client.CoreV1().ConfigMaps(namespace).Get(t.Context(), "web", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return config.Data["GREETING"]
}
