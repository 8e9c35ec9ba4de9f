package testcluster

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"

	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
)

// TestBehindHoldsWhatIsNotFollowed has a server answer with EndpointSlices in all ways, and looks at what has come through
// before and after the forwarder has followed.
func TestBehindHoldsWhatIsNotFollowed(t *testing.T) {
	for _, test := range []struct {
		name, path string
		answer     []string
		at         string // once this has come through, nothing more does before revision 7
	}{
		{"watch", "/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices",
			[]string{event("web", 5), event("api", 6), event("web", 7), event("web", 8)}, event("web", 5) + event("api", 6)},
		{"watch in parts", "/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices",
			[]string{event("web", 5)[:20], event("web", 5)[20:] + event("web", 7)[:10], event("web", 7)[10:]}, event("web", 5)},
		{"list", "/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices",
			[]string{fmt.Sprintf(`{"metadata":{"resourceVersion":"9"},"items":[%s,%s]}`, slice("web", 5), slice("web", 7))}, ""},
		{"get", "/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices/web-1", []string{slice("web", 7) + "\n"}, ""},
		{"of others", "/apis/discovery.k8s.io/v1/endpointslices",
			[]string{strings.ReplaceAll(event("web", 7), "shop", "other")}, strings.ReplaceAll(event("web", 7), "shop", "other")},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := &Forwarder{
					pods: &Pods{namespace: "shop"}, service: "web",
					slices: map[string]*discoveryv1.EndpointSlice{}, changed: make(chan struct{}),
				}
				follow(t, f, 5)
				client := httptest.NewRecorder()
				act := Behind(f)(Request{Verb: "watch", Path: test.path})
				go act(client, httptest.NewRequestWithContext(t.Context(), http.MethodGet, test.path, nil), http.HandlerFunc(
					func(w http.ResponseWriter, _ *http.Request) {
						for _, part := range test.answer {
							fmt.Fprint(w, part)
						}
					}))
				synctest.Wait()
				if got := client.Body.String(); got != test.at {
					t.Errorf("before the forwarder has followed: %q, want %q", got, test.at)
				}
				follow(t, f, 8)
				synctest.Wait()
				if got, want := client.Body.String(), strings.Join(test.answer, ""); got != want {
					t.Errorf("in the end: %q, want %q", got, want)
				}
			})
		})
	}
}

func TestBehindLeavesOtherRequestsAlone(t *testing.T) {
	for _, r := range []Request{
		{Verb: "list", Path: "/api/v1/namespaces/shop/pods"},
		{Verb: "delete", Path: "/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices/web-1"},
	} {
		if Behind()(r) != nil {
			t.Errorf("%s is held", r)
		}
	}
}

func follow(t *testing.T, f *Forwarder, revision int) {
	t.Helper()
	var s discoveryv1.EndpointSlice
	if err := json.Unmarshal([]byte(slice(f.service, revision)), &s); err != nil {
		t.Fatal(err)
	}
	if err := f.follow(watch.Modified, &s); err != nil {
		t.Fatal(err)
	}
}

func event(service string, revision int) string {
	return fmt.Sprintf(`{"type":"MODIFIED","object":%s}`+"\n", slice(service, revision))
}

func slice(service string, revision int) string {
	text, err := json.Marshal(discoveryv1.EndpointSlice{ObjectMeta: metav1.ObjectMeta{
		Name: service + "-1", Namespace: "shop", UID: types.UID(service),
		Labels: map[string]string{discoveryv1.LabelServiceName: service}, ResourceVersion: fmt.Sprint(revision),
	}})
	if err != nil {
		panic(err)
	}
	return string(text)
}
