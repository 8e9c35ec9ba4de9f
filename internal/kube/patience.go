package kube

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	utilnet "k8s.io/apimachinery/pkg/util/net"
)

// How long a request that failed is made again and again, counted from the end
// of its first attempt. What kind of failure it is decides; what is none of
// these kinds, such as a refusal, is final.
const (
	// outage is for a server that is away or overloaded, and was there before, so
	// that it is the right one: a control plane is upgraded in that time.
	outage = time.Minute

	// doubt is for what may pass and may as well stay: an internal error without
	// a reason, credentials that were good before, and a server that has yet to
	// say its first word.
	doubt = 5 * time.Second

	// slip is for what mostly stays: an admission webhook that cannot be called,
	// credentials that were never good but can be renewed. It leaves time for
	// two more attempts.
	slip = time.Second
)

// patience returns how long it makes sense to try again after an error.
func (c *Client) patience(err error) time.Duration {
	if s, ok := statusOf(err); ok {
		return c.patienceWith(s)
	}
	// A server that never answered is more likely a wrong address or certificate
	// than one that starts again, and that should be said at once.
	dial := (*net.OpError)(nil)
	switch {
	case c.accepted.Load():
		return outage
	case errors.As(err, &dial) && dial.Op == "dial":
		return 0
	case utilnet.IsConnectionReset(err), utilnet.IsHTTP2ConnectionLost(err), utilnet.IsTimeout(err),
		errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, context.DeadlineExceeded):
		return doubt
	}
	return 0
}

// patienceWith is patience with what a server, or what stands before it, answered.
func (c *Client) patienceWith(s metav1.Status) time.Duration {
	switch {
	case s.Code == http.StatusTooManyRequests:
		return outage
	case s.Code == http.StatusUnauthorized && c.accepted.Load():
		return doubt
	case s.Code == http.StatusUnauthorized && c.renewable:
		return slip
	case s.Code < http.StatusInternalServerError, s.Code == http.StatusNotImplemented, isOutdated(s):
		return 0
	case isWebhookFailure(s):
		return slip
	case s.Code == http.StatusInternalServerError && !isStorageFailure(s):
		if s.Reason == metav1.StatusReasonUnknown {
			return 0 // the server has no word for it: an object that it cannot make sense of
		}
		return doubt
	case c.accepted.Load():
		return outage
	}
	return doubt
}

// isWebhookFailure tells an admission webhook that gave no verdict. The server
// has no reason of its own for that.
func isWebhookFailure(s metav1.Status) bool {
	return s.Code == http.StatusInternalServerError && strings.Contains(s.Message, "failed calling webhook")
}

// isStorageFailure tells a server that cannot get at its storage for a while: a
// new leader is being elected, or a member of the storage starts again. Mostly
// only the words of the storage's client say so.
func isStorageFailure(s metav1.Status) bool {
	if s.Reason == metav1.StatusReasonServerTimeout {
		return true
	}
	for _, words := range []string{"etcdserver:", "rpc error:", "context deadline exceeded"} {
		if strings.Contains(s.Message, words) {
			return true
		}
	}
	return false
}

// isOutdated tells the answers to a version of a collection that the server does
// not keep any more, and to one that it has never heard of, since its storage
// was put back.
func isOutdated(s metav1.Status) bool {
	return s.Code == http.StatusGone ||
		s.Details != nil && slices.ContainsFunc(s.Details.Causes, func(cause metav1.StatusCause) bool {
			return cause.Type == metav1.CauseTypeResourceVersionTooLarge
		})
}

// learn notes that the server is the right one, and has taken the credentials,
// once it has done what was asked or refused it knowingly.
func (c *Client) learn(err error) {
	s, isStatus := statusOf(err)
	if err == nil || isStatus && s.Code < http.StatusInternalServerError &&
		s.Code != http.StatusTooManyRequests && s.Code != http.StatusUnauthorized {
		c.accepted.Store(true)
	}
}

// passing reports whether an error may be over a while later, however long that
// takes: the server is away, or not itself.
func (c *Client) passing(err error) bool {
	unreachable := (*UnreachableError)(nil)
	return errors.As(err, &unreachable) || c.patience(err) > slip && !apierrors.IsUnauthorized(err)
}

// statusOf returns what the server answered, when the error is an answer.
func statusOf(err error) (metav1.Status, bool) {
	if s := apierrors.APIStatus(nil); errors.As(err, &s) {
		return s.Status(), true
	}
	return metav1.Status{}, false
}
