package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/go-multierror"
	authorizationv1 "k8s.io/api/authorization/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"stowage/applier"
	"stowage/cmd/stowage/view"
	"stowage/planner"
)

// preflight returns an error that names all rights which carrying out a plan takes and
// the account has not: half of a release is worse than none. It makes no request for a
// plan that writes nothing. A server that cannot tell does not stand in the way.
func (x *execution) preflight(ctx context.Context, plan *planner.Plan) error {
	client := x.session.client
	rights := applier.RightsOf(plan, x.options, func(kind schema.GroupVersionKind) string {
		plural, _, err := client.Resource(ctx, kind)
		if err != nil {
			return "" // its definition is a part of the plan
		}
		return plural
	})
	if len(rights) == 0 {
		return nil
	}
	requests := make([]authorizationv1.ResourceAttributes, len(rights))
	for i, right := range rights {
		requests[i] = attributesOf(right)
	}
	refused, err := client.Refused(ctx, unique(requests))
	switch {
	case ctx.Err() != nil:
		return err
	case err != nil:
		return x.warn(planner.Warning{
			Summary: "could not be checked: whether the account may do all of this", Detail: err.Error(),
		})
	case len(refused) == 0:
		return nil
	}
	account, err := client.Account(ctx)
	if err != nil || account == "" {
		account = cmp.Or(client.Target().User, "the account")
	}
	return missing(account, rights, refused)
}

// warn shows a warning in between.
func (x *execution) warn(w planner.Warning) error {
	if x.lines == nil {
		return view.Warnings(x.streams.err, []planner.Warning{w})
	}
	x.lines.Diagnostics(view.WarningFindings([]planner.Warning{w}, nil))
	return nil
}

// attributesOf returns a right as a review has it.
func attributesOf(r planner.Right) authorizationv1.ResourceAttributes {
	resource, subresource, _ := strings.Cut(r.Resource, "/")
	return authorizationv1.ResourceAttributes{
		Namespace: r.Namespace, Verb: r.Verb, Group: r.Group, Resource: resource, Subresource: subresource, Name: r.Name,
	}
}

func unique(requests []authorizationv1.ResourceAttributes) []authorizationv1.ResourceAttributes {
	seen := map[authorizationv1.ResourceAttributes]bool{}
	return slices.DeleteFunc(slices.Clone(requests), func(r authorizationv1.ResourceAttributes) bool {
		defer func() { seen[r] = true }()
		return seen[r]
	})
}

// lack is what an account may not do with one resource in one namespace.
type lack struct {
	resource string // with its group, as kubectl names it
	in       string
	verbs    []string
	why      []string
	objects  []planner.ObjectID
	first    planner.Origin
}

// missing returns one error for each resource that the account may not do something
// with: what, where, and what it is needed for.
func missing(account string, rights []planner.Right, refused []authorizationv1.ResourceAttributes) error {
	var lacks []*lack
	for _, right := range rights {
		if !slices.Contains(refused, attributesOf(right)) {
			continue
		}
		l := &lack{resource: right.Resource, in: "in the whole cluster", first: right.Origin}
		if right.Group != "" {
			l.resource += "." + right.Group
		}
		if right.Namespace != "" {
			l.in = "in namespace " + right.Namespace
		}
		if at := slices.IndexFunc(lacks, func(other *lack) bool { return other.resource == l.resource && other.in == l.in }); at >= 0 {
			l = lacks[at]
		} else {
			lacks = append(lacks, l)
		}
		l.add(right)
	}
	var all *multierror.Error
	for _, l := range lacks {
		all = multierror.Append(all, l.error(account))
	}
	return all.ErrorOrNil()
}

func (l *lack) add(right planner.Right) {
	if !slices.Contains(l.verbs, right.Verb) {
		l.verbs = append(l.verbs, right.Verb)
	}
	if !slices.Contains(l.why, right.Why) {
		l.why = append(l.why, right.Why)
	}
	if right.For != (planner.ObjectID{}) && !slices.Contains(l.objects, right.For) {
		l.objects = append(l.objects, right.For)
	}
}

// error says what is missing. It is at the first object that needs it; the lock and the
// record of a release are in no file.
func (l *lack) error(account string) error {
	const hint = "stowage rbac writes the rights that a configuration takes, as Roles for kubectl apply"
	text := fmt.Sprintf("%s may not %s %s %s, which is needed to %s",
		account, strings.Join(l.verbs, ", "), l.resource, l.in, strings.Join(l.why, ", and to "))
	if len(l.objects) == 0 {
		return &hintError{errors.New(text), hint}
	}
	if others := l.objects[1:]; len(others) > 0 {
		text += "; so it is for " + someOf(others)
	}
	return &planner.ObjectError{ID: l.objects[0], Origin: l.first, Err: errors.New(text), Hint: hint}
}

// someOf names objects, the first of many.
func someOf(objects []planner.ObjectID) string {
	const most = 4
	names := make([]string, 0, most+1)
	for _, id := range objects[:min(len(objects), most)] {
		names = append(names, id.Name)
	}
	if more := len(objects) - most; more > 0 {
		names = append(names, fmt.Sprintf("%d more", more))
	}
	return strings.Join(names, ", ")
}
