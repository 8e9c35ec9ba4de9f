package testcluster_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"stowage/internal/testcluster"
)

func TestProxyActions(t *testing.T) {
	cluster := testcluster.Start(t)
	namespace := cluster.Namespace(t)
	proxy := cluster.Proxy(t)
	maps := through(t, proxy).CoreV1().ConfigMaps(namespace)

	overloaded := testcluster.Fail(metav1.Status{
		Code: http.StatusInternalServerError, Reason: metav1.StatusReasonInternalError, Message: "etcdserver: leader changed",
	})
	noAnswer := func(err error) bool { return errors.Is(err, io.EOF) }
	for _, test := range []struct {
		name   string
		act    testcluster.Action
		fails  func(error) bool
		made   bool
		status int // as recorded
	}{
		{"pass", nil, func(err error) bool { return err == nil }, true, http.StatusCreated},
		{"fail", overloaded, apierrors.IsInternalError, false, http.StatusInternalServerError},
		{"answer", testcluster.Answer(http.StatusServiceUnavailable, nil, "later"), apierrors.IsServiceUnavailable, false, http.StatusServiceUnavailable},
		{"reset", testcluster.Reset, noAnswer, false, 0},
		{"lose", testcluster.Lose, noAnswer, true, 0},
		{"hang", testcluster.Hang, func(err error) bool { return errors.Is(err, context.DeadlineExceeded) }, false, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			proxy.Reset()
			proxy.Intercept(func(testcluster.Request) testcluster.Action { return test.act })
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			object := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: test.name}}
			if _, err := maps.Create(ctx, object, metav1.CreateOptions{}); !test.fails(err) {
				t.Errorf("error %v", err)
			}
			if got := proxy.Writes(); len(got) != 1 || got[0].Status != test.status {
				t.Errorf("writes %+v, want one with status %d", got, test.status)
			}
			proxy.Intercept(nil)
			if _, err := maps.Get(t.Context(), test.name, metav1.GetOptions{}); (err == nil) != test.made {
				t.Errorf("made: %v, want %v", err, test.made)
			}
		})
	}
}

// TestProxyFailsWithRetryAfter expects the client to honour the header.
func TestProxyFailsWithRetryAfter(t *testing.T) {
	proxy := testcluster.Start(t).Proxy(t)
	throttled := testcluster.Fail(metav1.Status{
		Code: http.StatusTooManyRequests, Reason: metav1.StatusReasonTooManyRequests,
		Details: &metav1.StatusDetails{RetryAfterSeconds: 1},
	})
	proxy.Intercept(func(testcluster.Request) testcluster.Action {
		if len(proxy.Requests()) == 1 {
			return throttled
		}
		return nil
	})
	before := time.Now()
	if _, err := through(t, proxy).CoreV1().Pods(metav1.NamespaceDefault).List(t.Context(), metav1.ListOptions{}); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(before); took < time.Second || len(proxy.Requests()) != 2 {
		t.Errorf("%d requests in %v, want the second after a second", len(proxy.Requests()), took)
	}
}
