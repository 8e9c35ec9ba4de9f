package kube

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"

	"stowage/internal/testcluster"
)

// TestS25ServerThatFailsSometimes makes every way of failing happen to a tenth of all
// requests.
func TestS25ServerThatFailsSometimes(t *testing.T) {
	ways := []fault{
		throttles(0),
		answers(http.StatusInternalServerError, "oops"),
		answers(http.StatusServiceUnavailable, "restarting"),
		answers(http.StatusGatewayTimeout, "too slow"),
		fails(http.StatusInternalServerError, "", "etcdserver: leader changed"),
		resets,
		loses,
		tears,
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

// inBubble runs a test against a server that only exists in the test, on a clock
// that jumps to where something happens: what takes minutes is over at once.
// With known the server has taken the client's credentials before. Requests
// that are let through are answered.
func inBubble(t *testing.T, decide func(n int, r *request) fault, known bool, test func(t *testing.T, c *Client)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		server := &faults{decide: func(n int, r *request) fault {
			if fault := decide(n, r); fault != nil {
				return fault
			}
			return answers(http.StatusOK, `{"data":{"key":"v"}}`)
		}}
		c, err := New(&rest.Config{Host: "http://server", Transport: server})
		if err != nil {
			t.Fatal(err)
		}
		c.accepted.Store(known)
		test(t, c)
	})
}

func TestAttemptsGoOnAsLongAsThatMakesSense(t *testing.T) {
	webhook := fails(http.StatusInternalServerError, metav1.StatusReasonInternalError,
		`Internal error occurred: failed calling webhook "policy.example": failed to call webhook: connection refused`)
	refused := func(*faults, *request) (*http.Response, error) {
		return nil, &net.OpError{Op: "dial", Err: errors.New("connection refused")}
	}
	for _, test := range []struct {
		name      string
		fault     fault
		known     time.Duration // how long at most, when the server has answered before
		unknown   time.Duration // and when it has not
		renewable bool
	}{
		{name: "reset", fault: resets, known: outage, unknown: doubt},
		{name: "no server", fault: refused, known: outage},
		{name: "too many requests", fault: throttles(2), known: outage, unknown: outage},
		{name: "bad gateway", fault: answers(http.StatusBadGateway, "no upstream"), known: outage, unknown: doubt},
		{name: "unavailable", fault: answers(http.StatusServiceUnavailable, "later"), known: outage, unknown: doubt},
		{name: "gateway time-out", fault: answers(http.StatusGatewayTimeout, "later"), known: outage, unknown: doubt},
		{name: "leader changed", fault: fails(500, "", "etcdserver: leader changed"), known: outage, unknown: doubt},
		{name: "storage timed out", fault: fails(500, "", "etcdserver: request timed out"), known: outage, unknown: doubt},
		{name: "storage away", fault: fails(500, "InternalError", "Internal error occurred: rpc error: code = Unavailable"), known: outage, unknown: doubt},
		{name: "server timeout", fault: fails(500, metav1.StatusReasonServerTimeout, "try again"), known: outage, unknown: doubt},
		{name: "internal error", fault: answers(http.StatusInternalServerError, "oops"), known: doubt, unknown: doubt},
		{name: "webhook", fault: webhook, known: slip, unknown: slip},
		{name: "nonsense", fault: fails(500, "", "json: cannot unmarshal string into Go value")},
		{name: "not implemented", fault: answers(http.StatusNotImplemented, "")},
		{name: "conflict", fault: answers(http.StatusConflict, "")},
		{name: "invalid", fault: answers(http.StatusUnprocessableEntity, "")},
		{name: "forbidden", fault: answers(http.StatusForbidden, "")},
		{name: "expired", fault: answers(http.StatusGone, "")},
		{name: "unauthorized", fault: answers(http.StatusUnauthorized, ""), known: doubt},
		{name: "unauthorized, renewable", fault: answers(http.StatusUnauthorized, ""), known: doubt, unknown: slip, renewable: true},
	} {
		for known, limit := range map[bool]time.Duration{true: test.known, false: test.unknown} {
			t.Run(fmt.Sprintf("%s/known=%t", test.name, known), func(t *testing.T) {
				decide := func(int, *request) fault { return test.fault }
				inBubble(t, decide, known, func(t *testing.T, c *Client) {
					c.renewable = test.renewable
					began := time.Now()
					_, err := c.Get(t.Context(), configMaps, "default", "c")
					if err == nil {
						t.Fatal("no error")
					}
					// The last pause that would reach beyond the limit is not begun.
					if took := time.Since(began); took > limit || took < limit/3 {
						t.Errorf("gave up after %s, want %s: %v", took, limit, err)
					}
				})
			})
		}
	}
}

func TestOutageIsSurvived(t *testing.T) {
	var back time.Time
	decide := func(int, *request) fault {
		if time.Now().Before(back) {
			return resets
		}
		return nil
	}
	inBubble(t, decide, true, func(t *testing.T, c *Client) {
		back = time.Now().Add(50 * time.Second)
		if _, err := c.Get(t.Context(), configMaps, "default", "c"); err != nil {
			t.Error(err)
		}
		back = time.Now().Add(50 * time.Second)
		if _, err := c.Apply(t.Context(), configMap("default", "c", "v"), false); err != nil {
			t.Error(err)
		}
		if late := time.Since(back); late > backoff.Cap*6/5 {
			t.Errorf("it was noticed %s late that the server is back", late)
		}
	})
}

func TestOutageThatLasts(t *testing.T) {
	decide := func(int, *request) fault { return resets }
	inBubble(t, decide, true, func(t *testing.T, c *Client) {
		_, err := c.Apply(t.Context(), configMap("default", "c", "v"), false)
		unreachable := (*UnreachableError)(nil)
		if !errors.As(err, &unreachable) {
			t.Fatalf("error %v", err)
		}
		want := fmt.Sprintf("apply ConfigMap c: no answer from http://server (tried %d times): read: connection reset by peer", unreachable.Tries)
		if err.Error() != want || unreachable.Tries < 10 {
			t.Errorf("error %q, want %q", err, want)
		}
	})
}

func TestRetryAfterIsHonouredWithinReason(t *testing.T) {
	for asked, bounds := range map[int][2]time.Duration{
		0:    {backoff.Duration, 2 * backoff.Duration},
		7:    {7 * time.Second, 9 * time.Second},
		3600: {longestPause, longestPause * 5 / 4},
	} {
		decide := func(n int, _ *request) fault {
			if n == 1 {
				return throttles(asked)
			}
			return nil
		}
		inBubble(t, decide, false, func(t *testing.T, c *Client) {
			began := time.Now()
			if _, err := c.Get(t.Context(), configMaps, "default", "c"); err != nil {
				t.Fatal(err)
			}
			if took := time.Since(began); took < bounds[0] || took > bounds[1] {
				t.Errorf("asked to wait for %d s, came back after %s", asked, took)
			}
		})
	}
}

// TestHangIsCut expects a request without an answer to be made again: a read
// soon, and a write only when no webhook can be what holds it up.
func TestHangIsCut(t *testing.T) {
	hang := func(n int, _ *request) fault {
		if n == 1 {
			return hangs
		}
		return nil
	}
	for name, test := range map[string]struct {
		do    func(ctx context.Context, c *Client) error
		limit time.Duration
	}{
		"read": {func(ctx context.Context, c *Client) error {
			_, err := c.Get(ctx, configMaps, "default", "c")
			return err
		}, readTimeout},
		"write": {func(ctx context.Context, c *Client) error {
			_, err := c.Apply(ctx, configMap("default", "c", "v"), false)
			return err
		}, writeTimeout},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, hang, true, func(t *testing.T, c *Client) {
				began := time.Now()
				if err := test.do(t.Context(), c); err != nil {
					t.Fatal(err)
				}
				if took := time.Since(began); took < test.limit || took > test.limit+time.Second {
					t.Errorf("it took %s, want little more than %s", took, test.limit)
				}
			})
		})
	}
}

func TestHangThatLasts(t *testing.T) {
	inBubble(t, func(int, *request) fault { return hangs }, true, func(t *testing.T, c *Client) {
		_, err := c.Get(t.Context(), configMaps, "default", "c")
		want := "get ConfigMap c: no answer from http://server (tried 3 times): not within 30s: context deadline exceeded"
		if err == nil || err.Error() != want {
			t.Errorf("error %v, want %s", err, want)
		}
	})
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

// TestServerThatStartsAgain takes a real server away until the client has
// noticed, and brings it back.
func TestServerThatStartsAgain(t *testing.T) {
	relay := startRelay(t)
	c := relay.dial(t)
	namespace := testcluster.Start(t).Namespace(t)
	apply(t, c, namespace, "a", "1")
	r := record(t, c, namespace)
	r.expect(t, "added a=1", "bookmark")

	relay.down(t)
	done := make(chan error, 1)
	go func() {
		_, err := c.Apply(t.Context(), configMap(namespace, "a", "2"), false)
		done <- err
	}()
	relay.awaitRefused(t, 4)
	relay.up(t)
	if err := <-done; err != nil {
		t.Error(err)
	}
	r.expect(t, "modified a=2")
}

func TestInterruptEndsAttemptsAtOnce(t *testing.T) {
	interrupted := errors.New("interrupted")
	for name, way := range map[string]fault{"in an attempt": hangs, "in a pause": throttles(20)} {
		t.Run(name, func(t *testing.T) {
			decide := func(int, *request) fault { return way }
			inBubble(t, decide, true, func(t *testing.T, c *Client) {
				ctx, cancel := context.WithCancelCause(t.Context())
				began := time.Now()
				time.AfterFunc(3*time.Second, func() { cancel(interrupted) })
				if _, err := c.Get(ctx, configMaps, "default", "c"); !errors.Is(err, interrupted) {
					t.Errorf("error %v", err)
				}
				if took := time.Since(began); took != 3*time.Second {
					t.Errorf("ended after %s", took)
				}
			})
		})
	}
}

func TestDeadlineTellsWhatHeldItUp(t *testing.T) {
	decide := func(int, *request) fault { return answers(http.StatusServiceUnavailable, "") }
	inBubble(t, decide, true, func(t *testing.T, c *Client) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		_, err := c.Get(ctx, configMaps, "default", "c")
		want := "get ConfigMap c: context deadline exceeded; before that: the server is currently unable to handle the request"
		if !errors.Is(err, context.DeadlineExceeded) || apierrors.IsServiceUnavailable(err) || err.Error() != want {
			t.Errorf("error %v, want %s", err, want)
		}
	})
}
