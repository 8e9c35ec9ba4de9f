package release

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"stowage/internal/testcluster"
)

var start = time.Date(2026, 3, 1, 12, 0, 0, 123000000, time.UTC)

func newRecord(revision int, objects ...*unstructured.Unstructured) *Record {
	r := &Record{
		Summary: Summary{
			Revision: revision, Started: start, Who: "ann@laptop", Commit: "0123abc", StowageVersion: "1.2.3",
		},
		Content: Content{
			ConfigDir: "./shop",
			Inventory: []Item{
				{Version: "v1", Kind: "Secret", Namespace: "n", Name: "db-x", UID: "u1", LastRevision: revision,
					DataVersion: &DataVersion{BaseName: "db", Version: "x"}},
				{Group: "apps", Version: "v1", Kind: "Deployment", Namespace: "n", Name: "web", LastRevision: revision},
			},
		},
	}
	if err := r.SetObjects(objects); err != nil {
		panic(err)
	}
	return r
}

func configMap(name, value string) *unstructured.Unstructured {
	u := &unstructured.Unstructured{Object: map[string]any{"data": map[string]any{"k": value}, "n": int64(1)<<60 + 1}}
	u.SetGroupVersionKind(schema.GroupVersionKind{Version: "v1", Kind: "ConfigMap"})
	u.SetName(name)
	return u
}

// incompressible returns so many bytes that gzip cannot shrink.
func incompressible(size int, seed uint64) string {
	random := rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8)})
	raw := make([]byte, size*3/4)
	_, _ = random.Read(raw)
	return base64.StdEncoding.EncodeToString(raw)
}

func begin(t *testing.T, s *Store, r *Record) *Record {
	t.Helper()
	if err := s.Begin(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	return r
}

func finish(t *testing.T, s *Store, r *Record, status Status) {
	t.Helper()
	r.Status, r.Finished = status, start.Add(time.Minute)
	if err := s.Finish(t.Context(), r); err != nil {
		t.Fatal(err)
	}
}

func latest(t *testing.T, s *Store) *Record {
	t.Helper()
	r, err := s.Latest(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// secrets returns the names of what a release has stored.
func secrets(t *testing.T, s *Store) []string {
	t.Helper()
	items, err := s.client.ListMetadata(t.Context(), secretKind, s.namespace, labelRecord+"="+s.release)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, item := range items {
		names = append(names, item.Name)
	}
	return names
}

func TestNothingStored(t *testing.T) {
	c := dial(t)
	for _, namespace := range []string{testcluster.Start(t).Namespace(t), "not-there"} {
		record, key, err := NewStore(c, namespace, "shop").Load(t.Context())
		if record != nil || key != nil || err != nil {
			t.Errorf("in %s: %v, %v, %v", namespace, record, key, err)
		}
	}
}

func TestRecordComesBackAsItWas(t *testing.T) {
	c := dial(t)
	s := NewStore(c, testcluster.Start(t).Namespace(t), "shop")
	r := begin(t, s, newRecord(1, configMap("a", "1"), configMap("b", "2")))
	if diff := cmp.Diff(r, latest(t, s), cmpopts.IgnoreUnexported(Record{}), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("pending record (-written +read):\n%s", diff)
	}

	r.Inventory[1].UID = "u2"
	r.Messages = []string{"web: no progress"}
	finish(t, s, r, Failed)
	read := latest(t, s)
	if diff := cmp.Diff(r, read, cmpopts.IgnoreUnexported(Record{})); diff != "" {
		t.Errorf("finished record (-written +read):\n%s", diff)
	}
	objects, err := read.Objects()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]*unstructured.Unstructured{configMap("a", "1"), configMap("b", "2")}, objects); diff != "" {
		t.Errorf("objects (-written +read):\n%s", diff)
	}
}

func TestLoadTakesThreeRequests(t *testing.T) {
	client, requests := counting(dial(t))
	s := NewStore(client, testcluster.Start(t).Namespace(t), "shop")
	key := NewKey()
	if err := s.CreateKey(t.Context(), key); err != nil {
		t.Fatal(err)
	}
	for revision := 1; revision <= 3; revision++ {
		finish(t, s, begin(t, s, newRecord(revision, configMap("a", "1"))), Deployed)
	}
	requests.Store(0)
	record, stored, err := s.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if record.Revision != 3 || string(stored) != string(key) {
		t.Errorf("revision %d, key %x, want 3, %x", record.Revision, stored, key)
	}
	if n := requests.Load(); n != 3 {
		t.Errorf("%d requests", n)
	}
}

func TestKeyIsCreatedOnce(t *testing.T) {
	c := dial(t)
	s := NewStore(c, testcluster.Start(t).Namespace(t), "shop")
	key := NewKey()
	for range 2 { // a lost answer makes the same request twice
		if err := s.CreateKey(t.Context(), key); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.CreateKey(t.Context(), NewKey()); !errors.Is(err, ErrKeyExists) {
		t.Errorf("another key: %v", err)
	}
}

func TestTwoWriters(t *testing.T) {
	c := dial(t)
	s := NewStore(c, testcluster.Start(t).Namespace(t), "shop")
	first := begin(t, s, newRecord(1, configMap("a", "1")))
	exists := (*ExistsError)(nil)
	if err := s.Begin(t.Context(), newRecord(1, configMap("a", "2"))); !errors.As(err, &exists) {
		t.Errorf("beginning the same revision twice: %v", err)
	}
	same := latest(t, s)
	finish(t, s, first, Deployed)
	same.Status = Failed
	if err := s.Finish(t.Context(), same); !apierrors.IsConflict(err) {
		t.Errorf("finishing what somebody else has finished: %v", err)
	}
	if r := latest(t, s); r.Status != Deployed {
		t.Errorf("the newest is %s", r.Status)
	}
}

// TestS20LargeRelease stores 500 objects of 10 KB that do not compress.
func TestS20LargeRelease(t *testing.T) {
	c := dial(t)
	s := NewStore(c, testcluster.Start(t).Namespace(t), "shop")
	var objects []*unstructured.Unstructured
	for i := range 500 {
		objects = append(objects, configMap(fmt.Sprintf("c%d", i), incompressible(10_000, uint64(i))))
	}
	r := begin(t, s, newRecord(1, objects...))
	finish(t, s, r, Deployed)
	stored, err := c.List(t.Context(), secretKind, s.namespace, labelRecord+"=shop")
	if err != nil {
		t.Fatal(err)
	}
	if len(stored) < 5 {
		t.Errorf("5 MB in %d Secrets", len(stored))
	}
	for _, secret := range stored {
		body, err := json.Marshal(secret)
		if err != nil {
			t.Fatal(err)
		}
		if len(body) > 900<<10 {
			t.Errorf("Secret %s has %d bytes", secret.GetName(), len(body))
		}
	}
	read, err := latest(t, s).Objects()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(objects, read); diff != "" {
		t.Errorf("objects (-written +read):\n%s", diff)
	}
}

// large returns a record of two chunks.
func large(revision int) *Record {
	return newRecord(revision, configMap("a", incompressible(2*chunkSize, uint64(revision))))
}

// TestS39NoSecretValueInARecord looks for values in all that a store has
// written.
func TestS39NoSecretValueInARecord(t *testing.T) {
	const canary = "canary-8f2c61"
	c := dial(t)
	s := NewStore(c, testcluster.Start(t).Namespace(t), "shop")
	secret := &unstructured.Unstructured{Object: map[string]any{
		"data":       map[string]any{"password": base64.StdEncoding.EncodeToString([]byte(canary))},
		"stringData": map[string]any{"token": canary},
	}}
	secret.SetGroupVersionKind(secretKind)
	secret.SetName("db")
	before := secret.DeepCopy()
	finish(t, s, begin(t, s, newRecord(1, secret)), Deployed)

	objects, err := latest(t, s).Objects()
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(objects)
	if err != nil {
		t.Fatal(err)
	}
	for _, form := range []string{canary, base64.StdEncoding.EncodeToString([]byte(canary))} {
		if strings.Contains(string(text), form) {
			t.Errorf("the record holds %s", form)
		}
	}
	want := map[string]any{"password": nil}
	if diff := cmp.Diff(want, objects[0].Object["data"]); diff != "" {
		t.Errorf("data of the recorded Secret (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(before, secret); diff != "" {
		t.Errorf("recording changed the object (-before +after):\n%s", diff)
	}
}
