package kube

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"syscall"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// request shortens the signatures of faults.
type request = http.Request

// faults stands before a server and does to some requests what networks and
// servers do.
type faults struct {
	next http.RoundTripper
	// decide returns what happens to the n-th request, counted from 1; nil lets
	// it through.
	decide func(n int, r *request) fault

	mu   sync.Mutex
	seen int
}

type fault func(f *faults, r *request) (*http.Response, error)

func (f *faults) wrap(next http.RoundTripper) http.RoundTripper {
	f.next = next
	return f
}

func (f *faults) RoundTrip(r *request) (*http.Response, error) {
	f.mu.Lock()
	f.seen++
	n := f.seen
	f.mu.Unlock()
	if fault := f.decide(n, r); fault != nil {
		return fault(f, r)
	}
	return f.next.RoundTrip(r)
}

// answers with a code and a body instead of the server.
func answers(code int, body string) fault {
	return func(_ *faults, r *request) (*http.Response, error) { return response(r, code, "text/plain", body), nil }
}

// fails as the server itself does when it fails.
func fails(code int32, reason metav1.StatusReason, message string, causes ...metav1.StatusCause) fault {
	body, err := json.Marshal(metav1.Status{
		TypeMeta: metav1.TypeMeta{Kind: "Status", APIVersion: "v1"},
		Status:   metav1.StatusFailure, Code: code, Reason: reason, Message: message,
		Details: &metav1.StatusDetails{Causes: causes},
	})
	if err != nil {
		panic(err)
	}
	return func(_ *faults, r *request) (*http.Response, error) {
		return response(r, int(code), "application/json", string(body)), nil
	}
}

// throttles asks to be left alone for some seconds.
func throttles(seconds int) fault {
	return func(_ *faults, r *request) (*http.Response, error) {
		answer := response(r, http.StatusTooManyRequests, "text/plain", "Too many requests, please try again later.")
		answer.Header.Set("Retry-After", fmt.Sprint(seconds))
		return answer, nil
	}
}

func response(r *request, code int, contentType, body string) *http.Response {
	return &http.Response{
		StatusCode: code, Status: http.StatusText(code), Request: r, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {contentType}}, Body: io.NopCloser(strings.NewReader(body)),
	}
}

// resets the connection before the server sees the request.
func resets(*faults, *request) (*http.Response, error) {
	return nil, fmt.Errorf("read: %w", syscall.ECONNRESET)
}

// hangs until the client gives up.
func hangs(_ *faults, r *request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

// loses the answer: the server has done what was asked.
func loses(f *faults, r *request) (*http.Response, error) {
	answer, err := f.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	_, err = io.Copy(io.Discard, answer.Body)
	return nil, errors.Join(err, answer.Body.Close(), io.ErrUnexpectedEOF)
}

// tears the answer: its second half is lost.
func tears(f *faults, r *request) (*http.Response, error) {
	answer, err := f.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(answer.Body)
	if err = errors.Join(err, answer.Body.Close()); err != nil {
		return nil, err
	}
	answer.Body = io.NopCloser(io.MultiReader(strings.NewReader(string(body[:len(body)/2])), broken{}))
	return answer, nil
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
