package kube

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/util/wait"
)

// The pauses between the attempts to make one request: five in the first five
// seconds, and then one every five or six seconds.
var backoff = wait.Backoff{Duration: 100 * time.Millisecond, Factor: 3, Jitter: 0.2, Steps: 5, Cap: 5 * time.Second}

// longestPause bounds how long a server's wish to be left alone is honoured
// that is longer than the pause would be.
const longestPause = 30 * time.Second

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

// retry makes attempts until one succeeds, fails for good, or has failed for as
// long as that makes sense. The end of the context ends it at once. Every
// request of this package may be repeated: applying, reading, and deleting by
// UID do the same once or twice; what that means for the others, they say.
func (c *Client) retry(ctx context.Context, action string, attempt func(context.Context) error) error {
	pause := backoff.DelayFunc()
	var failing time.Time // since when
	var failed error      // the last failure that was not the end of the context
	for tries := 1; ; tries++ {
		err := attempt(ctx)
		c.learn(err)
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return ended(ctx, action, failed)
		case tries == 1:
			failing = time.Now()
		}
		failed = err
		delay := delayOf(err, pause())
		if time.Since(failing)+delay > c.patience(err) {
			if _, answered := statusOf(err); answered {
				return err
			}
			if isLogin(err) {
				return fmt.Errorf("%s: %w", action, withoutURL(err))
			}
			return c.unreachable(action, tries, err)
		}
		select {
		case <-ctx.Done():
			return ended(ctx, action, failed)
		case <-time.After(delay):
		}
	}
}

// delayOf returns how long to pause after an error: for the time that the server
// asks for, which all its clients come back after, and a little more.
func delayOf(err error, pause time.Duration) time.Duration {
	seconds, _ := apierrors.SuggestsClientDelay(err)
	asked := min(time.Duration(seconds)*time.Second, longestPause)
	if asked < pause {
		return pause
	}
	return wait.Jitter(asked, backoff.Jitter)
}

// ended returns why the context ended the attempts, and how the last of them
// failed if one did.
func ended(ctx context.Context, action string, failed error) error {
	if failed == nil {
		return fmt.Errorf("%s: %w", action, context.Cause(ctx))
	}
	// Only in words: nobody must take the request for one that the server has answered.
	return fmt.Errorf("%s: %w; before that: %s", action, context.Cause(ctx), withoutURL(failed).Error())
}

func (c *Client) unreachable(action string, tries int, err error) error {
	return &UnreachableError{Server: c.target.Server, Action: action, Tries: tries, Err: withoutURL(err)}
}

// tooSlow is the error of an attempt that was ended because of its limit.
func tooSlow(limit time.Duration, err error) error {
	return fmt.Errorf("not within %s: %w", limit, withoutURL(err))
}

// withoutURL leaves out the URL of a request, which says nothing that the action
// does not.
func withoutURL(err error) error {
	if u := (*url.Error)(nil); errors.As(err, &u) {
		return u.Err
	}
	return err
}
