package release

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
)

// What a Lease says in its annotations, beside annotationWho and
// annotationPipeline.
const (
	annotationPID     = "stowage.dev/pid"
	annotationProcess = "stowage.dev/process"
	annotationCommand = "stowage.dev/command"
)

var leaseKind = schema.GroupVersionKind{Group: "coordination.k8s.io", Version: "v1", Kind: "Lease"}

// Holder tells who holds a lock.
type Holder struct {
	Who      string    `json:"who"`                // user@host
	PID      int       `json:"pid,omitempty"`      // on that host
	Process  string    `json:"process,omitempty"`  // tells the process from all others that ever ran on any machine; empty: not known
	Pipeline string    `json:"pipeline,omitempty"` // URL of the run of a CI system
	Command  string    `json:"command,omitempty"`  // what it does: apply, rollback, destroy
	Acquired time.Time `json:"acquired,omitzero"`
	Renewed  time.Time `json:"renewed,omitzero"`
}

// String returns all that helps to find the holder: "ann@laptop since
// 2026-03-01T12:00:00Z (apply, process 4711, https://ci.example/42)".
func (h Holder) String() string {
	text := h.Who
	if text == "" {
		text = "somebody unknown"
	}
	if !h.Acquired.IsZero() {
		text += " since " + h.Acquired.UTC().Format(time.RFC3339)
	}
	var details []string
	if h.Command != "" {
		details = append(details, h.Command)
	}
	if h.PID != 0 {
		details = append(details, fmt.Sprintf("process %d", h.PID))
	}
	if h.Pipeline != "" {
		details = append(details, h.Pipeline)
	}
	if len(details) > 0 {
		text += " (" + strings.Join(details, ", ") + ")"
	}
	return text
}

// lease is a Lease that stands for a lock. One object has one holder: a new one
// makes a new object, so that what an old one does by UID does not touch it.
type lease struct {
	Holder
	identity        string // tells the holder from all others, also of the same process; empty: nobody holds it
	ttl             time.Duration
	uid             string
	resourceVersion string
}

func leaseName(release string) string { return "stowage." + release }

func (s *Store) newLease(holder Holder, ttl time.Duration) *lease {
	return &lease{Holder: holder, ttl: ttl, identity: holder.Who + "_" + rand.Text()}
}

// encode returns the Lease as it is created.
func (l *lease) encode(namespace, release string) *unstructured.Unstructured {
	now := timestamp()
	u := &unstructured.Unstructured{Object: map[string]any{"spec": map[string]any{
		"holderIdentity": l.identity,
		// Rounded up: nobody else may take the lock for dead before we do.
		"leaseDurationSeconds": int64((l.ttl + time.Second - 1) / time.Second),
		"acquireTime":          now,
		"renewTime":            now,
	}}}
	u.SetGroupVersionKind(leaseKind)
	u.SetNamespace(namespace)
	u.SetName(leaseName(release))
	u.SetLabels(map[string]string{"app.kubernetes.io/managed-by": "stowage", labelRecord: release})
	annotations := map[string]string{}
	for key, value := range map[string]string{
		annotationWho: l.Who, annotationPID: strconv.Itoa(l.PID), annotationProcess: l.Process,
		annotationPipeline: l.Pipeline, annotationCommand: l.Command,
	} {
		if value != "" && value != "0" {
			annotations[key] = value
		}
	}
	u.SetAnnotations(annotations)
	return u
}

// leaseOf reads a Lease. What it does not say stays empty.
func leaseOf(u *unstructured.Unstructured) *lease {
	a := u.GetAnnotations()
	l := &lease{
		Holder: Holder{
			Who: a[annotationWho], Process: a[annotationProcess], Pipeline: a[annotationPipeline], Command: a[annotationCommand],
		},
		uid: string(u.GetUID()), resourceVersion: u.GetResourceVersion(), ttl: DefaultLockTTL,
	}
	l.PID, _ = strconv.Atoi(a[annotationPID])
	l.identity, _, _ = unstructured.NestedString(u.Object, "spec", "holderIdentity")
	if seconds, _, _ := unstructured.NestedInt64(u.Object, "spec", "leaseDurationSeconds"); seconds > 0 {
		l.ttl = time.Duration(seconds) * time.Second
	}
	acquired, _, _ := unstructured.NestedString(u.Object, "spec", "acquireTime")
	renewed, _, _ := unstructured.NestedString(u.Object, "spec", "renewTime")
	l.Acquired, l.Renewed = timeOf(acquired), timeOf(renewed)
	return l
}

// timestamp is now, as a Lease says it.
func timestamp() string { return time.Now().UTC().Format(metav1.RFC3339Micro) }

func (s *Store) createLease(ctx context.Context, l *lease) (created *lease, err error) {
	err = persist(ctx, func(ctx context.Context) error {
		u, err := s.client.Create(ctx, l.encode(s.namespace, s.release))
		if err == nil {
			created = leaseOf(u)
		}
		return err
	})
	return created, s.leaseError("create", err)
}

// getLease returns nil when there is none.
func (s *Store) getLease(ctx context.Context) (live *lease, err error) {
	err = persist(ctx, func(ctx context.Context) error {
		u, err := s.client.Get(ctx, leaseKind, s.namespace, leaseName(s.release))
		if err == nil {
			live = leaseOf(u)
		}
		return err
	})
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	return live, s.leaseError("get", err)
}

// renewLease makes one attempt to set the time of renewal. It is errTaken when
// there is no such Lease any more. Whether an earlier attempt was stored does not
// matter, which is why it names no resource version.
func (s *Store) renewLease(ctx context.Context, uid string) (*lease, error) {
	patch := fmt.Appendf(nil, `{"metadata":{"uid":%q},"spec":{"renewTime":%q}}`, uid, timestamp())
	u, err := s.client.MergePatch(ctx, leaseKind, s.namespace, leaseName(s.release), patch)
	switch {
	case apierrors.IsNotFound(err) || isOfAnother(err):
		return nil, errTaken
	case err != nil:
		return nil, s.leaseError("patch", err)
	}
	return leaseOf(u), nil
}

// isOfAnother reports whether a patch was refused because the object has another
// UID than it names. The server says that as if the patch were to change the UID.
func isOfAnother(err error) bool {
	status := apierrors.APIStatus(nil)
	if apierrors.IsConflict(err) {
		return true
	}
	if !apierrors.IsInvalid(err) || !errors.As(err, &status) || status.Status().Details == nil {
		return false
	}
	return slices.ContainsFunc(status.Status().Details.Causes, func(c metav1.StatusCause) bool { return c.Field == "metadata.uid" })
}

// vacateLease says that nobody holds a Lease. It is a Conflict when it is not as
// it was read.
func (s *Store) vacateLease(ctx context.Context, l *lease) error {
	patch := fmt.Appendf(nil, `{"metadata":{"resourceVersion":%q},"spec":{"holderIdentity":null}}`, l.resourceVersion)
	err := persist(ctx, func(ctx context.Context) error {
		_, err := s.client.MergePatch(ctx, leaseKind, s.namespace, leaseName(s.release), patch)
		return err
	})
	return s.leaseError("patch", err)
}

// deleteLease removes a Lease; one that is gone already is fine, even if another
// one is in its place.
func (s *Store) deleteLease(ctx context.Context, uid string) error {
	err := persist(ctx, func(ctx context.Context) error {
		return s.client.Delete(ctx, leaseKind, s.namespace, leaseName(s.release), types.UID(uid), "")
	})
	if apierrors.IsNotFound(err) || apierrors.IsConflict(err) {
		return nil
	}
	return s.leaseError("delete", err)
}

// leaseError says what a failed request was for, and what right it takes.
func (s *Store) leaseError(verb string, err error) error {
	if !apierrors.IsForbidden(err) {
		return err
	}
	return fmt.Errorf("the lock of release %s takes the right to %s leases.coordination.k8s.io in namespace %s: %w",
		s.release, verb, s.namespace, err)
}

// errTaken says that there is no such Lease any more.
var errTaken = errors.New("it was taken away")

// A lock must outlive a server that does not answer for a while.
const (
	requestTimeout = 10 * time.Second       // of one attempt
	patience       = 30 * time.Second       // of all
	breather       = 500 * time.Millisecond // between two
)

// persist makes attempts until one succeeds or fails for good.
func persist(ctx context.Context, try func(context.Context) error) error {
	end := time.Now().Add(patience)
	for {
		attempt, cancel := context.WithTimeout(ctx, requestTimeout)
		err := try(attempt)
		cancel()
		if err == nil || !passes(err) || ctx.Err() != nil || time.Now().After(end) {
			return err
		}
		if err := sleep(ctx, breather); err != nil {
			return err
		}
	}
}

// passes reports whether an error may be over a while later: the server is busy,
// not itself, or away.
func passes(err error) bool {
	if errors.Is(err, errTaken) {
		return false
	}
	status := apierrors.APIStatus(nil)
	if !errors.As(err, &status) {
		return true
	}
	const tooMany, serverError = 429, 500
	code := status.Status().Code
	return code == tooMany || code >= serverError
}

// sleep waits, or returns the context's cause when that ends before.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}
