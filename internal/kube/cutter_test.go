package kube

import (
	"io"
	"net/http"
	"sync"
)

// cutter stands before a real server and ends the one watch that goes through
// it.
type cutter struct {
	next    http.RoundTripper
	running chan *tap

	mu       sync.Mutex
	mute     int     // so many watches are told nothing
	refusals []fault // what the next watches meet, one each
	held     chan struct{}
	lists    int
}

func newCutter() *cutter { return &cutter{running: make(chan *tap, 10)} }

func (c *cutter) wrap(next http.RoundTripper) http.RoundTripper {
	c.next = next
	return c
}

// cut ends the watch, once it runs, after some last words with an error. The
// next ones are held up until meanwhile returns, and then meet one refusal each.
func (c *cutter) cut(end error, lastWords string, refusals []fault, meanwhile func()) {
	running := <-c.running
	held := make(chan struct{})
	c.mu.Lock()
	c.held, c.refusals = held, refusals
	c.mu.Unlock()
	running.cut(end, lastWords)
	meanwhile()
	close(held)
}

func (c *cutter) RoundTrip(r *request) (*http.Response, error) {
	if r.URL.Query().Get("watch") == "" {
		if r.Method == http.MethodGet {
			c.mu.Lock()
			c.lists++
			c.mu.Unlock()
		}
		return c.next.RoundTrip(r)
	}
	if refusal := c.nextRefusal(); refusal != nil {
		return refusal(nil, r)
	}
	answer, err := c.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	t := &tap{ReadCloser: answer.Body}
	if c.mutes() {
		t.muted = r.Context().Done()
	}
	c.running <- t
	answer.Body = t
	return answer, nil
}

func (c *cutter) mutes() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.mute--
	return c.mute >= 0
}

func (c *cutter) nextRefusal() fault {
	c.mu.Lock()
	held := c.held
	c.mu.Unlock()
	if held != nil {
		<-held
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.refusals) == 0 {
		return nil
	}
	refusal := c.refusals[0]
	c.refusals = c.refusals[1:]
	return refusal
}

// tap is the body of a watch.
type tap struct {
	io.ReadCloser
	muted <-chan struct{} // nothing is told until then; nil: it is not muted

	mu        sync.Mutex
	lastWords string
	end       error // nil: it goes on
}

func (t *tap) Read(p []byte) (int, error) {
	if t.muted != nil {
		<-t.muted
	}
	n, err := t.ReadCloser.Read(p)
	if err == nil {
		return n, nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.lastWords != "" {
		n := copy(p, t.lastWords)
		t.lastWords = t.lastWords[n:]
		return n, nil
	}
	if t.end != nil {
		err = t.end
	}
	return n, err
}

// cut ends the watch from the server's side, between two lines.
func (t *tap) cut(end error, lastWords string) {
	t.mu.Lock()
	t.end, t.lastWords = end, lastWords
	t.mu.Unlock()
	_ = t.Close()
}
