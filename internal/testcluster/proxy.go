package testcluster

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"
)

// Request is one request that went through a Proxy.
type Request struct {
	Verb      string // get, list, watch, create, update, patch, apply, delete, deletecollection
	Path      string
	Query     url.Values
	UserAgent string
	DryRun    bool
	Status    int // set when the response has begun, 0 before
}

// Write tells a request that changes something, unlike reads, dry runs and reviews.
func (r Request) Write() bool {
	return !r.DryRun && !r.Review() && !slices.Contains([]string{"get", "list", "watch"}, r.Verb)
}

// Review tells a request that asks who one is, or what one may do: it is created, and not kept.
func (r Request) Review() bool { return strings.Contains(r.Path, "k8s.io/v1/selfsubject") }

func (r Request) String() string {
	if len(r.Query) == 0 {
		return r.Verb + " " + r.Path
	}
	return r.Verb + " " + r.Path + "?" + r.Query.Encode()
}

// Proxy stands in front of the API server and records what is asked of it.
type Proxy struct {
	Kubeconfig string // path of a kubeconfig with full rights that leads through the proxy
	URL        string

	mu        sync.Mutex
	requests  []*Request
	intercept func(Request) Action
}

// Proxy starts a proxy that ends with the test.
func (c *Cluster) Proxy(t testing.TB) *Proxy {
	t.Helper()
	target, err := url.Parse(c.Config.Host)
	if err != nil {
		t.Fatal(err)
	}
	transport, err := rest.TransportFor(c.Config)
	if err != nil {
		t.Fatal(err)
	}
	p := &Proxy{}
	forward := &httputil.ReverseProxy{
		Rewrite:       func(r *httputil.ProxyRequest) { r.SetURL(target) },
		Transport:     transport,
		FlushInterval: -1, // watches
		ErrorHandler:  giveUp,
	}
	server := httptest.NewServer(p.record(forward))
	// A watch would keep Close waiting.
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	p.URL = server.URL
	p.Kubeconfig = filepath.Join(t.TempDir(), "kubeconfig")
	if err := clientcmd.WriteToFile(*kubeconfig(server.URL), p.Kubeconfig); err != nil {
		t.Fatal(err)
	}
	return p
}

// giveUp ends a request without an answer when the client has gone, or the server has.
func giveUp(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) }

func kubeconfig(server string) *api.Config {
	const name = "stowage-test-proxy"
	config := api.NewConfig()
	config.Clusters[name] = &api.Cluster{Server: server}
	config.AuthInfos[name] = &api.AuthInfo{}
	config.Contexts[name] = &api.Context{Cluster: name, AuthInfo: name}
	config.CurrentContext = name
	return config
}

func (p *Proxy) record(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		request, err := describe(r)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		intercept := p.arrived(&request)
		answered := func(status int) {
			p.mu.Lock()
			defer p.mu.Unlock()
			request.Status = status
		}
		act := Action(Pass)
		if intercept != nil {
			if intercepted := intercept(request); intercepted != nil {
				act = intercepted
			}
		}
		act(&statusWriter{w, answered}, r, next)
	})
}

// arrived writes a request down and returns what decides about it.
func (p *Proxy) arrived(request *Request) (intercept func(Request) Action) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.requests = append(p.requests, request)
	return p.intercept
}

// statusWriter tells the status with which a response begins.
type statusWriter struct {
	http.ResponseWriter
	answered func(status int)
}

func (w *statusWriter) WriteHeader(status int) {
	w.answered(status)
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap lets a watch's response be flushed.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// Requests are all requests so far, in the order in which they arrived.
func (p *Proxy) Requests() []Request {
	p.mu.Lock()
	defer p.mu.Unlock()
	requests := make([]Request, len(p.requests))
	for i, request := range p.requests {
		requests[i] = *request
	}
	return requests
}

// Writes are the requests that changed something or would have.
func (p *Proxy) Writes() []Request {
	return slices.DeleteFunc(p.Requests(), func(r Request) bool { return !r.Write() })
}

// Reset forgets the requests so far.
func (p *Proxy) Reset() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.requests = nil
}

// Intercept has the proxy do with each request from now on what decide says; a nil Action is Pass. A nil decide lets
// everything through again. decide is called from several goroutines.
func (p *Proxy) Intercept(decide func(Request) Action) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.intercept = decide
}

// Refuse has the proxy answer a request by itself with the HTTP status that decide returns, unless that is 0.
// It takes the place of Intercept.
func (p *Proxy) Refuse(decide func(Request) (status int)) {
	p.Intercept(func(r Request) Action {
		if status := decide(r); status != 0 {
			return Answer(status, nil, "refused by the test's proxy")
		}
		return nil
	})
}

func describe(r *http.Request) (Request, error) {
	query := r.URL.Query()
	options, err := deleteOptions(r)
	return Request{
		Verb:      verb(r, query),
		Path:      r.URL.Path,
		Query:     query,
		UserAgent: r.UserAgent(),
		DryRun:    isDryRun(query, options),
	}, err
}

// deleteOptions reads the options of a deletion from its body, which it leaves to be read again.
func deleteOptions(r *http.Request) (metav1.DeleteOptions, error) {
	var options metav1.DeleteOptions
	if r.Method != http.MethodDelete {
		return options, nil
	}
	body, err := io.ReadAll(r.Body)
	if err != nil || len(body) == 0 {
		return options, err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	kind := metav1.SchemeGroupVersion.WithKind("DeleteOptions")
	_, _, err = scheme.Codecs.UniversalDeserializer().Decode(body, &kind, &options)
	return options, err
}

// isDryRun tells a request without effect. Its sign is in the URI, but for a deletion's, which is in its options.
func isDryRun(query url.Values, options metav1.DeleteOptions) bool {
	return slices.Contains(query["dryRun"], metav1.DryRunAll) || slices.Contains(options.DryRun, metav1.DryRunAll)
}

// verb is the request's verb in the API's own words.
func verb(r *http.Request, query url.Values) string {
	named := namesObject(r.URL.Path)
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		switch {
		case query.Get("watch") == "true" || query.Get("watch") == "1":
			return "watch"
		case named:
			return "get"
		}
		return "list"
	case http.MethodPost:
		return "create"
	case http.MethodPut:
		return "update"
	case http.MethodPatch:
		if strings.HasPrefix(r.Header.Get("Content-Type"), "application/apply-patch+") {
			return "apply"
		}
		return "patch"
	case http.MethodDelete:
		if named {
			return "delete"
		}
		return "deletecollection"
	}
	return strings.ToLower(r.Method)
}

// namesObject tells the path of one object, or of what is no resource at all, from that of a collection.
func namesObject(path string) bool {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	switch {
	case parts[0] == "api" && len(parts) > 2: // api/v1/...
		parts = parts[2:]
	case parts[0] == "apis" && len(parts) > 3: // apis/<group>/<version>/...
		parts = parts[3:]
	default:
		return true
	}
	if parts[0] == "namespaces" && len(parts) > 2 {
		parts = parts[2:]
	}
	return len(parts) > 1
}
