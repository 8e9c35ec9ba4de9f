package testcluster

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"
)

const (
	loadTick    = 2 * time.Millisecond // how often it is looked for requests that are due
	loadTimeout = 10 * time.Second     // of one request
	loadCrowd   = 100                  // requests under way at most; more would only be in the way of each other
)

// Load makes requests at a steady rate, however long the answers take as long as no crowd of them is under way, each
// through a connection of its own.
type Load struct {
	url       string
	perSecond int
	client    *http.Client
	stop      func()

	requests sync.WaitGroup
	crowd    chan struct{} // has an element for each request under way
	mu       sync.Mutex
	replies  []Reply
	more     chan struct{} // closed with the next reply
}

// Reply is what became of one request.
type Reply struct {
	Begin, End time.Time // the request was made after Begin, and its answer was there, or it had failed, before End
	Status     int       // HTTP; 0: there was no answer
	Err        error     // why there was none
	Backend              // who answered
}

// Failed reports whether the request got no answer, or not that of a pod.
func (r Reply) Failed() bool { return r.Err != nil || r.Status != http.StatusOK }

func (r Reply) String() string {
	took := r.End.Sub(r.Begin).Round(time.Millisecond)
	if r.Err != nil {
		return fmt.Sprintf("%s: failed after %s: %v", r.Begin.Format(time.StampMicro), took, r.Err)
	}
	return fmt.Sprintf("%s: %d from %s after %s", r.Begin.Format(time.StampMicro), r.Status, r.Pod, took)
}

// StartLoad begins to make requests; it ends with the test at the latest.
func StartLoad(t testing.TB, url string, perSecond int) *Load {
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: loadTimeout}
	l := &Load{url: url, perSecond: perSecond, client: client, crowd: make(chan struct{}, loadCrowd), more: make(chan struct{})}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	var generator sync.WaitGroup
	generator.Go(func() { l.generate(ctx) })
	l.stop = func() {
		cancel()
		generator.Wait()
		l.requests.Wait()
	}
	t.Cleanup(l.stop)
	return l
}

// generate makes each request when it is due, or, on a busy machine, as soon as it can be made then.
func (l *Load) generate(ctx context.Context) {
	ticker := time.NewTicker(loadTick)
	defer ticker.Stop()
	for begin, made := time.Now(), 0; ; {
		for due := int(time.Since(begin).Seconds() * float64(l.perSecond)); made < due && l.join(); made++ {
			l.requests.Go(func() {
				defer func() { <-l.crowd }()
				l.add(l.request())
			})
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}

// join reports whether one more request may be under way.
func (l *Load) join() bool {
	select {
	case l.crowd <- struct{}{}:
		return true
	default:
		return false
	}
}

func (l *Load) request() (r Reply) {
	r.Begin = time.Now()
	defer func() { r.End = time.Now() }()
	var response *http.Response
	if response, r.Err = l.client.Get(l.url); r.Err != nil { //nolint:noctx // the client has a timeout
		return r
	}
	defer response.Body.Close()
	r.Status = response.StatusCode
	var body []byte
	if body, r.Err = io.ReadAll(response.Body); r.Err == nil && !r.Failed() {
		r.Err = json.Unmarshal(body, &r.Backend)
	}
	return r
}

func (l *Load) add(r Reply) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.replies = append(l.replies, r)
	close(l.more)
	l.more = make(chan struct{})
}

// AwaitReplies waits until at least this many requests that begin after the call have ended, and returns what became of
// them.
func (l *Load) AwaitReplies(t testing.TB, number int) []Reply {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for now := time.Now(); ; {
		l.mu.Lock()
		later := slices.DeleteFunc(slices.Clone(l.replies), func(r Reply) bool { return !r.Begin.After(now) })
		more := l.more
		l.mu.Unlock()
		if len(later) >= number {
			return later
		}
		select {
		case <-more:
		case <-ctx.Done():
			t.Fatalf("waiting for %d replies, of which there are %d: %v", number, len(later), ctx.Err())
		}
	}
}

// Stop makes no more requests, waits for those under way, and returns what became of all, in the order in which they
// were made.
func (l *Load) Stop() []Reply {
	l.stop()
	l.mu.Lock()
	defer l.mu.Unlock()
	slices.SortFunc(l.replies, func(a, b Reply) int { return a.Begin.Compare(b.Begin) })
	return l.replies
}

// Failures are the replies that are none.
func Failures(replies []Reply) []Reply {
	return slices.DeleteFunc(slices.Clone(replies), func(r Reply) bool { return !r.Failed() })
}
