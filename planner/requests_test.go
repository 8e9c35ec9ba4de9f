package planner_test

import (
	"net/http"
	"slices"
	"strings"
	"sync"
)

// requests notes all requests that pass.
type requests struct {
	mu   sync.Mutex
	next http.RoundTripper
	all  []string // METHOD path?query
}

func (r *requests) before(next http.RoundTripper) http.RoundTripper {
	r.next = next
	return r
}

func (r *requests) RoundTrip(request *http.Request) (*http.Response, error) {
	r.mu.Lock()
	r.all = append(r.all, request.Method+" "+request.URL.RequestURI())
	r.mu.Unlock()
	return r.next.RoundTrip(request)
}

// take returns the requests since it was last called.
func (r *requests) take() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := r.all
	r.all = nil
	return all
}

// writes returns those requests that could change something.
func writes(requests []string) []string {
	return slices.DeleteFunc(slices.Clone(requests), func(r string) bool {
		return strings.HasPrefix(r, "GET ") || strings.Contains(r, "dryRun=All")
	})
}

// resources names what GET requests were made on, sorted.
func resources(requests []string) []string {
	var names []string
	for _, r := range requests {
		method, path, _ := strings.Cut(r, " ")
		path, _, _ = strings.Cut(path, "?")
		parts := strings.Split(path, "/")
		name := parts[len(parts)-1]
		if parts[len(parts)-2] == "namespaces" {
			name = "namespaces"
		}
		if method != "GET" {
			name = method + " " + name
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
