package kube

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	utilnet "k8s.io/apimachinery/pkg/util/net"
	"k8s.io/apimachinery/pkg/util/wait"
)

// UnreachableError says that the server gave no answer.
type UnreachableError struct {
	Server string
	Action string // what was tried: "apply Deployment petclinic"
	Tries  int
	Err    error
}

// Error returns what was tried, where, and why there is no answer.
func (e *UnreachableError) Error() string {
	tries := ""
	if e.Tries > 1 {
		tries = fmt.Sprintf(" (tried %d times)", e.Tries)
	}
	return fmt.Sprintf("%s: no answer from %s%s: %v", e.Action, e.Server, tries, e.Err)
}

// Unwrap returns the error of the connection.
func (e *UnreachableError) Unwrap() error { return e.Err }

// backoff spreads the attempts over about four seconds.
var backoff = wait.Backoff{Duration: 100 * time.Millisecond, Factor: 3, Jitter: 0.3, Steps: 5}

// retry makes attempts until one succeeds or fails for good. Every request of
// this package may be repeated: applying, reading, and deleting by UID do the
// same once or twice.
func (c *Client) retry(ctx context.Context, action string, attempt func(context.Context) error) error {
	var last error
	tries := 0
	waitErr := wait.ExponentialBackoffWithContext(ctx, backoff, func(ctx context.Context) (bool, error) {
		tries++
		if last = attempt(ctx); last == nil || isStatus(last) {
			c.answered.Store(true)
		}
		if last != nil && ctx.Err() == nil && c.transient(last) {
			return false, nil
		}
		return true, nil
	})
	switch {
	case ctx.Err() != nil && last == nil && waitErr == nil: // succeeded just before the end
		return nil
	case ctx.Err() != nil:
		return fmt.Errorf("%s: %w", action, context.Cause(ctx))
	case last == nil || isStatus(last):
		return last
	}
	return c.unreachable(action, tries, last)
}

// unreachable puts a connection's error in words, without the URL of the
// request, which says nothing that the action does not.
func (c *Client) unreachable(action string, tries int, err error) error {
	if u := (*url.Error)(nil); errors.As(err, &u) {
		err = u.Err
	}
	return &UnreachableError{Server: c.target.Server, Action: action, Tries: tries, Err: err}
}

// transient reports whether the same request may succeed a moment later.
func (c *Client) transient(err error) bool {
	if s := apierrors.APIStatus(nil); errors.As(err, &s) {
		return transientStatus(s.Status())
	}
	// A server that never answered is more likely a wrong address or certificate
	// than one that starts again, and that should be said at once.
	if c.answered.Load() {
		return true
	}
	if dial := (*net.OpError)(nil); errors.As(err, &dial) && dial.Op == "dial" {
		return false
	}
	return utilnet.IsConnectionReset(err) || utilnet.IsHTTP2ConnectionLost(err) || utilnet.IsTimeout(err) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, context.DeadlineExceeded)
}

func transientStatus(s metav1.Status) bool {
	switch {
	case s.Code == http.StatusInternalServerError && s.Reason == metav1.StatusReasonUnknown:
		// The server has no word for it: an object that it cannot make sense of,
		// unless it comes from the storage behind the server.
		return strings.Contains(s.Message, "etcdserver:") || strings.Contains(s.Message, "rpc error:")
	case s.Code >= http.StatusInternalServerError:
		return s.Code != http.StatusNotImplemented
	}
	return s.Code == http.StatusTooManyRequests
}

// passing reports whether an error may be over a while later, however long that
// takes: the server is away, or not itself.
func (c *Client) passing(err error) bool {
	unreachable := (*UnreachableError)(nil)
	return errors.As(err, &unreachable) || c.transient(err)
}

func isStatus(err error) bool {
	s := apierrors.APIStatus(nil)
	return errors.As(err, &s)
}
