package manifest

import (
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	utiljson "k8s.io/apimachinery/pkg/util/json"
	"sigs.k8s.io/yaml"
)

func textIn(t testing.TB, u *unstructured.Unstructured) string {
	t.Helper()
	text, err := yaml.Marshal(u.Object)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestWithoutDefaultsLeavesWhatSomebodyMeant(t *testing.T) {
	const deployment = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, uid: 1, resourceVersion: "2", generation: 3, creationTimestamp: null, managedFields: []}
spec:
  progressDeadlineSeconds: 600
  replicas: 1
  revisionHistoryLimit: 10
  selector: {matchLabels: {app: web}}
  strategy: {rollingUpdate: {maxSurge: 25%, maxUnavailable: 1}, type: RollingUpdate}
  template:
    metadata: {creationTimestamp: null, labels: {app: web}}
    spec:
      containers:
      - image: nginx:1.27
        imagePullPolicy: IfNotPresent
        name: web
        ports: [{containerPort: 80, protocol: TCP}]
        readinessProbe: {failureThreshold: 3, httpGet: {path: /, port: 80, scheme: HTTP}, periodSeconds: 5, successThreshold: 1, timeoutSeconds: 1}
        resources: {limits: {cpu: 1000m}}
        terminationMessagePath: /dev/termination-log
        terminationMessagePolicy: File
      - {image: "nginx:1.27", imagePullPolicy: Always, name: other, resources: {}}
      dnsPolicy: ClusterFirst
      restartPolicy: Always
      schedulerName: default-scheduler
      securityContext: {}
      serviceAccount: builder
      serviceAccountName: builder
      terminationGracePeriodSeconds: 30
      volumes:
      - {name: scratch, emptyDir: {}}
      - {name: config, configMap: {name: c, defaultMode: 420}}
status: {replicas: 1}
`
	const bare = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  selector:
    matchLabels:
      app: web
  strategy:
    rollingUpdate:
      maxUnavailable: 1
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
      - image: nginx:1.27
        name: web
        ports:
        - containerPort: 80
        readinessProbe:
          httpGet:
            port: 80
          periodSeconds: 5
        resources:
          limits:
            cpu: "1"
      - image: nginx:1.27
        imagePullPolicy: Always
        name: other
      serviceAccountName: builder
      volumes:
      - name: scratch
      - configMap:
          name: c
        name: config
`
	if diff := cmp.Diff(bare, textIn(t, WithoutDefaults(objectOf(t, deployment)))); diff != "" {
		t.Error(diff)
	}
}

func TestDefaultsComeAgain(t *testing.T) {
	for _, u := range allDefaultsObjects(t) {
		before := u.DeepCopy()
		full := Default(u)
		if diff := cmp.Diff(full.Object, Default(full).Object); diff != "" {
			t.Errorf("%s %s: defaults of defaults differ:\n%s", u.GetKind(), u.GetName(), diff)
		}
		bare := WithoutDefaults(u)
		if diff := cmp.Diff(full.Object, Default(bare).Object); diff != "" {
			t.Errorf("%s %s: what is left out does not come again:\n%s", u.GetKind(), u.GetName(), diff)
		}
		if size(bare.Object) > size(full.Object) {
			t.Errorf("%s %s: nothing is left out", u.GetKind(), u.GetName())
		}
		if diff := cmp.Diff(before.Object, u.Object); diff != "" {
			t.Errorf("%s %s: the object itself was changed:\n%s", u.GetKind(), u.GetName(), diff)
		}
	}
}

// size counts the fields of an object.
func size(value any) int {
	count := 1
	switch v := value.(type) {
	case map[string]any:
		for _, item := range v {
			count += size(item)
		}
	case []any:
		for _, item := range v {
			count += size(item)
		}
	}
	return count
}

// Of each kind, nothing is left that every server fills in.
func TestMinimalObjectsStayMinimal(t *testing.T) {
	for _, u := range allDefaultsObjects(t) {
		if u.GetName() != "minimal" {
			continue
		}
		again := WithoutDefaults(Default(u))
		if u.GetKind() == "Job" || u.GetKind() == "ReplicationController" {
			unstructured.RemoveNestedField(again.Object, "metadata", "labels")
		}
		if differences := cmp.Diff(textIn(t, u), textIn(t, again)); differences != "" && u.GetKind() != "PersistentVolumeClaim" && u.GetKind() != "PersistentVolume" {
			t.Errorf("%s is not as it was:\n%s", u.GetKind(), differences)
		}
	}
}

func TestTheTableNamesFieldsThatExist(t *testing.T) {
	known := func(goType reflect.Type, path string) bool {
		for _, name := range strings.Split(path, ".") {
			if goType.Kind() != reflect.Struct {
				return false
			}
			f := structOf(goType).byName[name]
			if f == nil {
				return false
			}
			goType = f.goType
		}
		return true
	}
	for goType, fields := range constants {
		for name := range fields {
			if !known(goType, name) {
				t.Errorf("%s has no field %s", goType, name)
			}
		}
	}
	for goType, rule := range rules {
		for _, path := range rule.fields {
			if !known(goType, path) {
				t.Errorf("%s has no field %s", goType, path)
			}
		}
	}
}

func TestImagesThatAreThePullersNewest(t *testing.T) {
	for reference, latest := range map[string]bool{
		"nginx": true, "nginx:latest": true, "nginx:1.27": false, "registry:5000/nginx": true, "registry:5000/nginx:v1": false,
		"nginx@sha256:" + strings.Repeat("a", 64): false, "nginx:latest@sha256:" + strings.Repeat("a", 64): true,
		"Upper/case": true, "Upper/Case": false, "example.com/Upper": false, "": false, strings.Repeat("a", 64): false, "a b": false,
		"registry.example.com/team/app__x-y.z": true,
	} {
		if got := isLatest(reference); got != latest {
			t.Errorf("%q: %v", reference, got)
		}
	}
}

func FuzzDefault(f *testing.F) {
	for _, u := range allDefaultsObjects(f) {
		text, err := u.MarshalJSON()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	f.Add(`{"apiVersion":"v1","kind":"Pod","metadata":null,"spec":{"containers":[null,1,{"ports":{},"resources":[]}],"volumes":{"a":1}}}`)
	f.Add(`{"apiVersion":"apps/v1","kind":"Deployment","spec":{"template":[],"strategy":"x","replicas":1e99}}`)
	f.Fuzz(func(t *testing.T, text string) {
		u := &unstructured.Unstructured{}
		if utiljson.Unmarshal([]byte(text), &u.Object) != nil || u.Object == nil {
			return
		}
		full, bare := Default(u), WithoutDefaults(u)
		if diff := cmp.Diff(full.Object, Default(full).Object); diff != "" {
			t.Errorf("defaults of defaults differ:\n%s", diff)
		}
		if diff := cmp.Diff(full.Object, Default(bare).Object); diff != "" {
			t.Errorf("what is left out does not come again:\n%s", diff)
		}
		if differences := Compare(u, bare); len(differences) > 0 {
			t.Errorf("an object differs from itself: %v", differences)
		}
	})
}

func BenchmarkWithoutDefaults700(b *testing.B) {
	objects := objectsIn(b, "defaults/workloads.yaml")
	for b.Loop() {
		for i := range 700 {
			WithoutDefaults(objects[i%2]) // a small Deployment and a large one
		}
	}
}
