package applier_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/wait"

	"stowage/applier"
	"stowage/planner"
)

// refusals are the ways in which an API server refuses a write, by what brings
// each about, and how the error ends.
var refusals = map[string]struct {
	arrange func(t *testing.T, s *site) // on the cluster; may be nil
	edit    func(t *testing.T, web *unstructured.Unstructured) *unstructured.Unstructured
	planned string // of the plan; FIELD: is a field
	applied string // of the apply
}{
	"validation": {
		edit: func(t *testing.T, web *unstructured.Unstructured) *unstructured.Unstructured {
			return withPodSpec(t, web, func(spec object) { spec["containers"].([]any)[0].(object)["image"] = "" })
		},
		planned: "spec.template.spec.containers[0].image: Required value",
		applied: "the API server refuses it: spec.template.spec.containers[0].image: Required value",
	},
	"admission": {
		arrange: func(t *testing.T, s *site) { s.deny(t, "no \x1b[31mDeployments\x1b[0m today") },
		planned: "ValidatingAdmissionPolicy 'POLICY' with binding 'POLICY' denied request: no Deployments today",
		applied: "the API server refuses it: ValidatingAdmissionPolicy 'POLICY' with binding 'POLICY' denied request: no Deployments today",
	},
	"quota": {
		arrange: func(t *testing.T, s *site) {
			s.create(t, object{
				"apiVersion": "v1", "kind": "ResourceQuota", "metadata": object{"name": "none"},
				"spec": object{"hard": object{"count/deployments.apps": "0"}},
			})
			s.awaitRefusal(t)
		},
		planned: "exceeded quota: none, requested: count/deployments.apps=1, used: count/deployments.apps=0, limited: count/deployments.apps=0",
		applied: "the API server refuses it: exceeded quota: none, requested: count/deployments.apps=1, used: count/deployments.apps=0, limited: count/deployments.apps=0",
	},
}

const refused = `
config "first" { data = { a = "b" } }

app "web" { image = "nginx" }
`

func TestARefusalNamesObjectFieldAndLine(t *testing.T) {
	for name, c := range refusals {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			s.mustApply(t, `config "first" { data = { a = "b" } }`)
			plan, opts := s.plan(t, refused)
			if c.arrange != nil {
				c.arrange(t, s)
			}
			for i := range plan.Changes {
				if change := &plan.Changes[i]; change.ID.Kind == "Deployment" && c.edit != nil {
					change.Object = c.edit(t, change.Object) // as if the rules of the server had changed since
				}
			}
			out := s.run(t.Context(), plan, opts, nil)
			var rejected *applier.RejectedError
			if err := objectErrors(t, out.err)["Deployment web"]; !errors.As(err, &rejected) {
				t.Fatalf("applied: %v", out.err)
			} else if want := s.expected(c.applied); !strings.HasSuffix(err.Error(), want) {
				t.Errorf("applied: %v\nwant %s", err, want)
			}

			s.edit = func(o *planner.Object) {
				if o.Role == planner.RoleWorkload && c.edit != nil {
					o.Manifest = c.edit(t, o.Manifest)
				}
			}
			_, _, err := s.tryPlan(t, refused)
			var object *planner.ObjectError
			if want := s.expected(c.planned); !errors.As(err, &object) || !strings.HasSuffix(object.Error(), want) {
				t.Errorf("planned: %v\nwant %s", err, want)
			}
		})
	}
}

// expected returns what an error is to end with.
func (s *site) expected(text string) string {
	return "shop.hcl:4: Deployment web: " + strings.ReplaceAll(text, "POLICY", s.namespace)
}

// deny makes an admission policy that refuses all Deployments in the site's
// namespace, and returns when it does.
func (s *site) deny(t *testing.T, message string) {
	t.Helper()
	admission := s.cluster.Client.AdmissionregistrationV1()
	name := metav1.ObjectMeta{Name: s.namespace}
	rule := admissionv1.RuleWithOperations{
		Operations: []admissionv1.OperationType{admissionv1.OperationAll},
		Rule:       admissionv1.Rule{APIGroups: []string{"apps"}, APIVersions: []string{"v1"}, Resources: []string{"deployments"}},
	}
	policy := &admissionv1.ValidatingAdmissionPolicy{ObjectMeta: name, Spec: admissionv1.ValidatingAdmissionPolicySpec{
		MatchConstraints: &admissionv1.MatchResources{
			ResourceRules:     []admissionv1.NamedRuleWithOperations{{RuleWithOperations: rule}},
			NamespaceSelector: &metav1.LabelSelector{MatchLabels: map[string]string{"kubernetes.io/metadata.name": s.namespace}},
		},
		Validations: []admissionv1.Validation{{Expression: "false", Message: message}},
	}}
	binding := &admissionv1.ValidatingAdmissionPolicyBinding{ObjectMeta: name, Spec: admissionv1.ValidatingAdmissionPolicyBindingSpec{
		PolicyName: s.namespace, ValidationActions: []admissionv1.ValidationAction{admissionv1.Deny},
	}}
	t.Cleanup(func() {
		ctx := context.WithoutCancel(t.Context())
		// Best effort: it holds for this namespace only.
		_ = admission.ValidatingAdmissionPolicyBindings().Delete(ctx, s.namespace, metav1.DeleteOptions{})
		_ = admission.ValidatingAdmissionPolicies().Delete(ctx, s.namespace, metav1.DeleteOptions{})
	})
	if _, err := admission.ValidatingAdmissionPolicies().Create(t.Context(), policy, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	if _, err := admission.ValidatingAdmissionPolicyBindings().Create(t.Context(), binding, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	s.awaitRefusal(t)
}

// awaitRefusal returns when the API server refuses Deployments in the site's
// namespace, which it does a moment after it was told to.
func (s *site) awaitRefusal(t *testing.T) {
	t.Helper()
	probe := &unstructured.Unstructured{}
	err := probe.UnmarshalJSON(fmt.Appendf(nil, `{
		"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "probe", "namespace": %q},
		"spec": {"selector": {"matchLabels": {"a": "b"}}, "template": {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "c", "image": "i"}]}}}}`,
		s.namespace))
	if err != nil {
		t.Fatal(err)
	}
	err = wait.PollUntilContextTimeout(t.Context(), 100*time.Millisecond, 30*time.Second, true, func(ctx context.Context) (bool, error) {
		_, err := s.DryRun(ctx, probe)
		switch {
		case err == nil:
			return false, nil
		case apierrors.IsForbidden(err) || apierrors.IsInvalid(err):
			return true, nil
		}
		return false, err
	})
	if err != nil {
		t.Fatal(err)
	}
}
