package kube

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"
	authenticationv1 "k8s.io/api/authentication/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/rest"
)

// reviews bounds how many reviews are asked for at the same time.
const reviews = 8

// Account returns the name that the server knows the account by.
func (c *Client) Account(ctx context.Context) (string, error) {
	review := &authenticationv1.SelfSubjectReview{TypeMeta: metav1.TypeMeta{APIVersion: "authentication.k8s.io/v1", Kind: "SelfSubjectReview"}}
	err := c.review(ctx, "/apis/authentication.k8s.io/v1/selfsubjectreviews", review)
	return review.Status.UserInfo.Username, err
}

// Refused returns those of the requests that the account may not make, in their order.
// It costs one request for each namespace and, for those that its answer does not allow,
// at most one for each of them: an answer may be incomplete, and says nothing of objects
// that are in no namespace. An error means that the server cannot tell.
func (c *Client) Refused(ctx context.Context, requests []authorizationv1.ResourceAttributes) ([]authorizationv1.ResourceAttributes, error) {
	known, err := c.rules(ctx, requests)
	if err != nil {
		return nil, err
	}
	open := map[authorizationv1.ResourceAttributes][]authorizationv1.ResourceAttributes{} // by the request for any name
	for _, request := range requests {
		if !known[request.Namespace].allow(request) {
			any := request
			any.Name = ""
			open[any] = append(open[any], request)
		}
	}
	var mu sync.Mutex
	refused := map[authorizationv1.ResourceAttributes]bool{}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(reviews)
	for any, single := range open {
		group.Go(func() error {
			found, err := c.refusedOf(ctx, any, single, known[any.Namespace].complete())
			mu.Lock()
			defer mu.Unlock()
			for _, request := range found {
				refused[request] = true
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(requests), func(r authorizationv1.ResourceAttributes) bool { return !refused[r] }), nil
}

// refusedOf asks about requests that differ in the name alone: first about any, so that
// many objects of a kind cost no more than one. Where all rules are known, these tell
// the rest.
func (c *Client) refusedOf(
	ctx context.Context, any authorizationv1.ResourceAttributes, single []authorizationv1.ResourceAttributes, complete bool,
) ([]authorizationv1.ResourceAttributes, error) {
	if len(single) > 1 || single[0] == any {
		allowed, err := c.allowed(ctx, any)
		if err != nil || allowed {
			return nil, err
		}
		if complete {
			return single, nil
		}
	}
	var refused []authorizationv1.ResourceAttributes
	for _, request := range single {
		if request == any {
			refused = append(refused, request)
			continue
		}
		allowed, err := c.allowed(ctx, request)
		if err != nil {
			return nil, err
		}
		if !allowed {
			refused = append(refused, request)
		}
	}
	return refused, nil
}

// allowed asks whether the account may make a request.
func (c *Client) allowed(ctx context.Context, request authorizationv1.ResourceAttributes) (bool, error) {
	review := &authorizationv1.SelfSubjectAccessReview{
		TypeMeta: metav1.TypeMeta{APIVersion: "authorization.k8s.io/v1", Kind: "SelfSubjectAccessReview"},
		Spec:     authorizationv1.SelfSubjectAccessReviewSpec{ResourceAttributes: &request},
	}
	err := c.review(ctx, "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", review)
	return review.Status.Allowed, err
}

// accountRules is what an account may do in a namespace, as far as it is known; nil:
// nothing is.
type accountRules authorizationv1.SubjectRulesReviewStatus

// rules asks what the account may do in each namespace of the requests.
func (c *Client) rules(ctx context.Context, requests []authorizationv1.ResourceAttributes) (map[string]*accountRules, error) {
	known := map[string]*accountRules{"": nil}
	var mu sync.Mutex
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(reviews)
	for _, request := range requests {
		namespace := request.Namespace
		mu.Lock()
		_, asked := known[namespace]
		if !asked {
			known[namespace] = nil
		}
		mu.Unlock()
		if asked {
			continue
		}
		group.Go(func() error {
			review := &authorizationv1.SelfSubjectRulesReview{
				TypeMeta: metav1.TypeMeta{APIVersion: "authorization.k8s.io/v1", Kind: "SelfSubjectRulesReview"},
				Spec:     authorizationv1.SelfSubjectRulesReviewSpec{Namespace: namespace},
			}
			err := c.review(ctx, "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", review)
			mu.Lock()
			defer mu.Unlock()
			known[namespace] = (*accountRules)(&review.Status)
			return err
		})
	}
	err := group.Wait()
	return known, err
}

func (a *accountRules) complete() bool { return a != nil && !a.Incomplete && a.EvaluationError == "" }

// allow reports whether a request is known to be allowed.
func (a *accountRules) allow(request authorizationv1.ResourceAttributes) bool {
	return a != nil && slices.ContainsFunc(a.ResourceRules, func(rule authorizationv1.ResourceRule) bool {
		resource := request.Resource
		if request.Subresource != "" {
			resource += "/" + request.Subresource
		}
		return holds(rule.Verbs, request.Verb) && holds(rule.APIGroups, request.Group) &&
			(holds(rule.Resources, resource) || request.Subresource != "" && slices.Contains(rule.Resources, "*/"+request.Subresource)) &&
			(len(rule.ResourceNames) == 0 || request.Name != "" && slices.Contains(rule.ResourceNames, request.Name))
	})
}

// holds reports whether a list of a rule has a value, or all.
func holds(list []string, value string) bool {
	return slices.Contains(list, "*") || slices.Contains(list, value)
}

// review sends a review, which is stored nowhere, and fills in the answer.
func (c *Client) review(ctx context.Context, path string, review runtime.Object) error {
	what := "ask for a " + review.GetObjectKind().GroupVersionKind().Kind
	body, err := json.Marshal(review)
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	answer, err := c.do(ctx, what, readTimeout, func() *rest.Request {
		return c.start("POST", path).SetHeader("Content-Type", runtime.ContentTypeJSON).Body(body)
	})
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return json.Unmarshal(answer, review)
}
