package kube

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/util/json"
	"k8s.io/client-go/rest"
)

// FieldManager owns every field that is applied.
const FieldManager = "stowage"

// What bounds one attempt of one request. A server gives up after a minute, and
// until then a write may be held up by admission webhooks, each for 30 seconds
// at most. Nothing holds up a read like that.
const (
	readTimeout  = 30 * time.Second
	writeTimeout = time.Minute
)

// Client speaks to one API server. It is safe for concurrent use; all its
// requests share one HTTP/2 connection.
type Client struct {
	target    Target
	rest      *rest.RESTClient
	pageSize  int
	watchLife time.Duration
	renewable bool        // the credentials can be renewed
	accepted  atomic.Bool // the server has taken them once, so it is the right one

	mu     sync.Mutex
	custom map[schema.GroupVersion]*customKinds
}

// New returns a client for a ready-made configuration.
func New(config *rest.Config) (*Client, error) {
	return newClient(config, Target{Server: config.Host, Namespace: metav1.NamespaceDefault}, nil)
}

func newClient(config *rest.Config, target Target, warn func(string)) (*Client, error) {
	renewable := renewable(config)
	config = tune(config)
	config.WarningHandlerWithContext = warnings(warn)
	// Bodies are decoded here, so client-go has to know no type but Status.
	scheme := runtime.NewScheme()
	metav1.AddToGroupVersion(scheme, schema.GroupVersion{Version: "v1"})
	config.GroupVersion = &schema.GroupVersion{}
	config.APIPath = "/"
	config.NegotiatedSerializer = serializer.NewCodecFactory(scheme).WithoutConversion()
	config.ContentType = runtime.ContentTypeJSON
	client, err := rest.RESTClientFor(config)
	if err != nil {
		return nil, fmt.Errorf("kubeconfig: %w", err)
	}
	return &Client{
		target: target, rest: client, pageSize: pageSize, watchLife: watchLife, renewable: renewable,
		custom: map[schema.GroupVersion]*customKinds{},
	}, nil
}

// Target names the cluster.
func (c *Client) Target() Target { return c.target }

// request starts a request on a resource, or on one object of it when name is
// not empty.
func (c *Client) request(verb string, r resource, namespace, name string) *rest.Request {
	request := c.start(verb, r.path(namespace, name))
	if verb != "GET" {
		request.SetHeader("Content-Type", runtime.ContentTypeJSON)
	}
	return request
}

// start starts a request on a path. When it is made again is up to retry alone.
func (c *Client) start(verb, path string) *rest.Request {
	return c.rest.Verb(verb).AbsPath(path).MaxRetries(0)
}

// do makes a request, again where that may help, and returns the body of the
// answer. No attempt takes longer than the limit.
func (c *Client) do(ctx context.Context, what string, limit time.Duration, request func() *rest.Request) ([]byte, error) {
	var body []byte
	err := c.retry(ctx, what, func(ctx context.Context) error {
		attempt, cancel := context.WithTimeout(ctx, limit)
		defer cancel()
		result := request().Do(attempt)
		err := result.Error() // unlike that of Raw, it is what the server's Status says
		switch {
		case err == nil:
			body, err = result.Raw()
			return err
		case attempt.Err() != nil && ctx.Err() == nil:
			return tooSlow(limit, err)
		}
		return err
	})
	return body, err
}

// ServerVersion asks the server for its version, such as v1.36.3.
func (c *Client) ServerVersion(ctx context.Context) (string, error) {
	body, err := c.do(ctx, "get the server's version", readTimeout, func() *rest.Request {
		return c.start("GET", "/version")
	})
	if err != nil {
		return "", err
	}
	var v struct {
		GitVersion string `json:"gitVersion"`
	}
	if err := json.Unmarshal(body, &v); err != nil {
		return "", fmt.Errorf("get the server's version: %w", err)
	}
	return v.GitVersion, nil
}

// warnings receives the server's Warning headers.
type warnings func(message string)

func (w warnings) HandleWarningHeaderWithContext(_ context.Context, code int, _ string, message string) {
	const miscellaneous = 299 // the one code that Kubernetes uses
	if w != nil && code == miscellaneous && message != "" {
		w(message)
	}
}
