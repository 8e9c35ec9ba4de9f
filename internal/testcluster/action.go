package testcluster

import (
	"context"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strconv"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Action is what a Proxy does with a request: it lets server, which is the API server, answer it, answers it by itself,
// or leaves it unanswered. It may take its time: each request has a goroutine of its own.
type Action func(w http.ResponseWriter, r *http.Request, server http.Handler)

// Pass lets the API server answer.
func Pass(w http.ResponseWriter, r *http.Request, server http.Handler) { server.ServeHTTP(w, r) }

// Answer answers with an HTTP status, headers, which may be nil, and a body; the API server is not asked.
func Answer(status int, headers http.Header, body string) Action {
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		maps.Copy(w.Header(), headers)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body) // that the client has gone is not the proxy's failure
	}
}

// Fail answers as the API server does when it fails; it is not asked. Only Code is required of status. Its details'
// RetryAfterSeconds is sent as a header too.
func Fail(status metav1.Status) Action {
	status.TypeMeta = metav1.TypeMeta{Kind: "Status", APIVersion: "v1"}
	status.Status = metav1.StatusFailure
	body, err := json.Marshal(status)
	if err != nil {
		panic(err)
	}
	headers := http.Header{"Content-Type": {"application/json"}}
	if status.Details != nil && status.Details.RetryAfterSeconds > 0 {
		headers.Set("Retry-After", strconv.Itoa(int(status.Details.RetryAfterSeconds)))
	}
	return Answer(int(status.Code), headers, string(body))
}

// Reset closes the client's connection; the API server is not asked.
func Reset(http.ResponseWriter, *http.Request, http.Handler) { panic(http.ErrAbortHandler) }

// Lose lets the API server do what it is asked, and then closes the client's connection without the answer.
func Lose(_ http.ResponseWriter, r *http.Request, server http.Handler) {
	// The server finishes, also when the client gives up meanwhile.
	server.ServeHTTP(httptest.NewRecorder(), r.WithContext(context.WithoutCancel(r.Context())))
	panic(http.ErrAbortHandler)
}

// Hang leaves the client without an answer until it gives up; the API server is not asked.
func Hang(_ http.ResponseWriter, r *http.Request, _ http.Handler) {
	_, _ = io.Copy(io.Discard, r.Body) // only behind the body is it seen that the client has gone
	<-r.Context().Done()
	panic(http.ErrAbortHandler)
}
