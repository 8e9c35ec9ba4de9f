package kube

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/rest"

	"stowage/internal/testcluster"
)

var configMapsResource = schema.GroupResource{Resource: "configmaps"}

// request shortens the signatures of faults.
type request = http.Request

// TestS25ServerThatFailsSometimes makes every way of failing happen to a tenth of all
// requests.
func TestS25ServerThatFailsSometimes(t *testing.T) {
	ways := []fault{
		answers(http.StatusTooManyRequests, "slow down"),
		answers(http.StatusInternalServerError, "oops"),
		answers(http.StatusServiceUnavailable, "restarting"),
		answers(http.StatusGatewayTimeout, "too slow"),
		resets,
		loses,
	}
	failed := 0
	flaky := &faults{decide: func(n int, _ *request) fault {
		if n%10 != 3 {
			return nil
		}
		failed++
		return ways[n/10%len(ways)]
	}}
	namespace := testcluster.Start(t).Namespace(t)
	c := dial(t, flaky.wrap)
	for i := range 200 {
		applied, err := c.Apply(t.Context(), configMap(namespace, "c", fmt.Sprint(i)), false)
		if err != nil {
			t.Fatal(err)
		}
		if value(applied) != fmt.Sprint(i) {
			t.Fatalf("applied %q, want %d", value(applied), i)
		}
	}
	if failed < 20 {
		t.Errorf("only %d requests failed", failed)
	}
}

func TestRetryGivesUp(t *testing.T) {
	down := &faults{decide: func(int, *request) fault { return resets }}
	c := dial(t, down.wrap)
	_, err := c.Apply(t.Context(), configMap("default", "c", "v"), false)
	unreachable := (*UnreachableError)(nil)
	if !errors.As(err, &unreachable) {
		t.Fatalf("error %v", err)
	}
	if unreachable.Tries != backoff.Steps || down.seen != backoff.Steps {
		t.Errorf("%d tries said, %d made, want %d", unreachable.Tries, down.seen, backoff.Steps)
	}
	want := fmt.Sprintf("apply ConfigMap c: no answer from %s (tried 5 times): ", c.Target().Server)
	if !strings.HasPrefix(err.Error(), want) {
		t.Errorf("error %q, want %s...", err, want)
	}
}

// TestWrongAddressFailsAtOnce tries an address where nothing listens.
func TestWrongAddressFailsAtOnce(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	c, err := New(&rest.Config{Host: "https://" + address})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.List(t.Context(), configMaps, "default", "")
	unreachable := (*UnreachableError)(nil)
	if !errors.As(err, &unreachable) || unreachable.Tries != 1 {
		t.Errorf("error %v", err)
	}
}

func TestRetryEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	interrupted := errors.New("interrupted")
	c := dial(t, (&faults{decide: func(int, *request) fault {
		cancel(interrupted)
		return resets
	}}).wrap)
	if _, err := c.Get(ctx, configMaps, "default", "c"); !errors.Is(err, interrupted) {
		t.Errorf("error %v", err)
	}
}

func TestTransientErrors(t *testing.T) {
	c := &Client{}
	dialing := &net.OpError{Op: "dial", Err: errors.New("refused")}
	status := func(code int) error {
		return apierrors.NewGenericServerResponse(code, "get", configMapsResource, "c", "", 0, true)
	}
	for _, test := range []struct {
		err  error
		want bool
	}{
		{io.ErrUnexpectedEOF, true},
		{context.DeadlineExceeded, true},
		{dialing, false},
		{errors.New("x509: certificate signed by unknown authority"), false},
		{status(http.StatusTooManyRequests), true},
		{status(http.StatusInternalServerError), true},
		{status(http.StatusNotImplemented), false},
		{status(http.StatusConflict), false},
		{status(http.StatusUnprocessableEntity), false},
		{status(http.StatusForbidden), false},
	} {
		if got := c.transient(test.err); got != test.want {
			t.Errorf("transient(%v) = %t", test.err, got)
		}
	}
	if c.answered.Store(true); !c.transient(dialing) {
		t.Error("a server that answered before may be starting again")
	}
}
