package manifest

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	utiljson "k8s.io/apimachinery/pkg/util/json"
)

// objectsOf reads the objects of YAML with many documents.
func objectsOf(t testing.TB, text string) []*unstructured.Unstructured {
	t.Helper()
	var objects []*unstructured.Unstructured
	for doc := range strings.SplitSeq(strings.TrimSpace(text), "\n---\n") {
		objects = append(objects, objectOf(t, doc))
	}
	return objects
}

func TestLiveByTheEvidence(t *testing.T) {
	for _, test := range []struct{ name, live, want string }{
		{"a value that kubectl scaled, and one that an autoscaler chose", `
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  managedFields:
  - {manager: kubectl, operation: Apply, apiVersion: apps/v1, fieldsV1: {"f:spec": {"f:paused": {}}}}
  - {manager: kubectl, operation: Update, subresource: scale, apiVersion: apps/v1, fieldsV1: {"f:spec": {"f:replicas": {}}}}
  - {manager: kube-controller-manager, operation: Update, subresource: status, apiVersion: apps/v1, fieldsV1: {"f:status": {"f:replicas": {}}}}
  - {manager: kube-controller-manager, operation: Update, apiVersion: apps/v1, fieldsV1: {"f:spec": {"f:minReadySeconds": {}}}}
spec: {paused: true, replicas: 3, minReadySeconds: 4, progressDeadlineSeconds: 600}
status: {replicas: 3}
`, `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec: {paused: true, replicas: 3}
`},
		{"what a webhook and a definition filled in beside what kubectl applied", `
apiVersion: example.com/v1
kind: Thing
metadata:
  name: web
  labels: {injected: "yes", app: web}
  annotations:
    injected/too: "1"
    kubectl.kubernetes.io/last-applied-configuration: |
      {"apiVersion": "example.com/v1", "kind": "Thing", "metadata": {"name": "web", "labels": {"app": "web"}},
       "spec": {"size": 3, "list": [{"a": 1}], "ports": [{"port": 80}, {"port": 81, "protocol": "UDP"}], "none": {}, "nothing": null}}
  managedFields:
  - manager: kubectl-client-side-apply
    operation: Update
    apiVersion: example.com/v1
    fieldsV1:
      "f:metadata": {"f:labels": {".": {}, "f:app": {}, "f:injected": {}}}
      "f:spec":
        ".": {}
        "f:size": {}
        "f:mode": {}
        "f:list": {}
        "f:none": {}
        "f:ports":
          ".": {}
          'k:{"port":80,"protocol":"TCP"}': {".": {}, "f:port": {}, "f:protocol": {}}
          'k:{"port":81,"protocol":"UDP"}': {".": {}, "f:port": {}, "f:protocol": {}, "f:extra": {}}
  - {manager: kubectl-edit, operation: Update, apiVersion: example.com/v1, fieldsV1: {"f:spec": {"f:edited": {}}}}
spec:
  size: 4
  mode: fast
  list: [{a: 1, b: 2}]
  none: {}
  edited: true
  ports: [{port: 80, protocol: TCP}, {port: 81, protocol: UDP, extra: 1}, {port: 15000, protocol: TCP}]
status: {ready: true}
`, `
apiVersion: example.com/v1
kind: Thing
metadata: {name: web, labels: {app: web}}
spec:
  size: 4
  list: [{a: 1, b: 2}]
  none: {}
  edited: true
  ports: [{port: 80}, {port: 81, protocol: UDP}]
`},
		{"fields of another version say nothing", `
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: web
  uid: 12-34
  managedFields: [{manager: kubectl, operation: Apply, apiVersion: autoscaling/v1, fieldsV1: {"f:spec": {"f:maxReplicas": {}}}}]
spec: {maxReplicas: 3, minReplicas: 2}
`, `
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec: {maxReplicas: 3, minReplicas: 2}
`},
		{"a Service without evidence", `
apiVersion: v1
kind: Service
metadata: {name: web, finalizers: [service.kubernetes.io/load-balancer-cleanup, example.com/mine], selfLink: /x}
spec: {type: LoadBalancer, clusterIP: 10.0.0.1, clusterIPs: [10.0.0.1], ipFamilies: [IPv4], ipFamilyPolicy: SingleStack, healthCheckNodePort: 31000, ports: [{port: 80, nodePort: 30080}]}
`, `
apiVersion: v1
kind: Service
metadata: {name: web, finalizers: [example.com/mine]}
spec: {type: LoadBalancer, ports: [{port: 80, nodePort: 30080}]}
`},
		{"an address that somebody chose", `
apiVersion: v1
kind: Service
metadata:
  name: web
  managedFields: [{manager: helm, operation: Update, apiVersion: v1, fieldsV1: {"f:spec": {"f:clusterIP": {}, "f:ports": {".": {}, 'k:{"port":80,"protocol":"TCP"}': {".": {}, "f:port": {}}}}}}]
spec: {clusterIP: 10.0.0.1, clusterIPs: [10.0.0.1], ports: [{port: 80, protocol: TCP, nodePort: 30080}]}
`, `
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {clusterIP: 10.0.0.1, ports: [{port: 80}]}
`},
		{"a headless Service, and marks of tools, without evidence", `
apiVersion: v1
kind: Service
metadata: {name: web, labels: {app.kubernetes.io/managed-by: Helm}, annotations: {meta.helm.sh/release-name: web, deployment.kubernetes.io/revision: "3"}}
spec: {clusterIP: None, clusterIPs: [None], ports: [{port: 80}]}
`, `
apiVersion: v1
kind: Service
metadata: {name: web, labels: {app.kubernetes.io/managed-by: Helm}, annotations: {meta.helm.sh/release-name: web}}
spec: {clusterIP: None, ports: [{port: 80}]}
`},
		{"a claim, a volume, an account and a token without evidence", `
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data, finalizers: [kubernetes.io/pvc-protection], annotations: {pv.kubernetes.io/bind-completed: "yes", volume.kubernetes.io/storage-provisioner: x}}
spec: {volumeName: pvc-1234, accessModes: [ReadWriteOnce]}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: mine}
spec: {volumeName: mine}
---
apiVersion: v1
kind: PersistentVolume
metadata: {name: mine, finalizers: [kubernetes.io/pv-protection]}
spec: {claimRef: {name: mine, namespace: default, uid: 12-34, resourceVersion: "5"}}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: builder}
secrets: [{name: builder-token-abcde}, {name: mine}]
---
apiVersion: v1
kind: Secret
metadata: {name: token, annotations: {kubernetes.io/service-account.name: builder, kubernetes.io/service-account.uid: 12-34}}
type: kubernetes.io/service-account-token
data: {token: eA==}
`, `
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec: {accessModes: [ReadWriteOnce]}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: mine}
spec: {volumeName: mine}
---
apiVersion: v1
kind: PersistentVolume
metadata: {name: mine}
spec: {claimRef: {name: mine, namespace: default}}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: builder}
secrets: [{name: mine}]
---
apiVersion: v1
kind: Secret
metadata: {name: token, annotations: {kubernetes.io/service-account.name: builder}}
type: kubernetes.io/service-account-token
`},
		{"a Secret that kubectl applied as text", `
apiVersion: v1
kind: Secret
metadata:
  name: mysql
  annotations:
    kubectl.kubernetes.io/last-applied-configuration: '{"apiVersion":"v1","kind":"Secret","metadata":{"name":"mysql"},"stringData":{"password":"x"}}'
  managedFields:
  - apiVersion: v1
    manager: kubectl-client-side-apply
    operation: Update
    fieldsV1: {"f:data": {".": {}, "f:password": {}}, "f:metadata": {"f:annotations": {".": {}, "f:kubectl.kubernetes.io/last-applied-configuration": {}}}, "f:type": {}}
type: Opaque
data: {password: eA==}
`, `
apiVersion: v1
kind: Secret
metadata: {name: mysql}
data: {password: eA==}
`},
		{"a Secret that somebody applied on the server as text", `
apiVersion: v1
kind: Secret
metadata:
  name: mysql
  managedFields:
  - apiVersion: v1
    manager: deployer
    operation: Apply
    fieldsV1: {"f:stringData": {"f:password": {}}}
type: Opaque
data: {password: eA==}
`, `
apiVersion: v1
kind: Secret
metadata: {name: mysql}
data: {password: eA==}
`},
		{"a Job and a Pod without evidence", `
apiVersion: batch/v1
kind: Job
metadata: {name: once, labels: {controller-uid: 12-34, job-name: once, batch.kubernetes.io/job-name: once}}
spec:
  selector: {matchLabels: {batch.kubernetes.io/controller-uid: 12-34}}
  template: {metadata: {labels: {app: once, controller-uid: 12-34, batch.kubernetes.io/controller-uid: 12-34}}}
---
apiVersion: v1
kind: Pod
metadata: {name: shell, generateName: shell-}
spec:
  nodeName: node-1
  priority: 0
  serviceAccountName: default
  serviceAccount: default
  tolerations:
  - {key: node.kubernetes.io/not-ready, operator: Exists, effect: NoExecute, tolerationSeconds: 300}
  - {key: node.kubernetes.io/unreachable, operator: Exists, effect: NoExecute, tolerationSeconds: 300}
  containers: [{name: shell, image: busybox, volumeMounts: [{name: kube-api-access-x7k2p, mountPath: /var/run/secrets}]}]
  volumes: [{name: kube-api-access-x7k2p, projected: {}}]
`, `
apiVersion: batch/v1
kind: Job
metadata: {name: once}
spec: {template: {metadata: {labels: {app: once}}}}
---
apiVersion: v1
kind: Pod
metadata: {name: shell}
spec: {containers: [{name: shell, image: busybox}]}
`},
	} {
		t.Run(test.name, func(t *testing.T) {
			list := objectsOf(t, test.live)
			before := list[0].DeepCopy()
			docs, left := Live(list)
			want := objectsOf(t, test.want)
			if len(left) > 0 || len(docs) != len(want) {
				t.Fatalf("left %v, %d documents", left, len(docs))
			}
			for i := range want {
				if diff := cmp.Diff(textIn(t, want[i]), textIn(t, docs[i].Object)); diff != "" {
					t.Error(diff)
				}
			}
			if diff := cmp.Diff(before.Object, list[0].Object); diff != "" {
				t.Errorf("the live object was changed: %s", diff)
			}
		})
	}
}

func TestLiveLeavesWhatNobodyWrote(t *testing.T) {
	list := objectsOf(t, `
{apiVersion: apps/v1, kind: ReplicaSet, metadata: {name: a, ownerReferences: [{kind: Deployment, name: web, controller: true}]}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: b, ownerReferences: [{kind: Thing, name: web}]}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: c, labels: {stowage.dev/release: shop}}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: d, deletionTimestamp: "2026-11-21T10:00:00Z"}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: istio-ca-root-cert}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: e, annotations: {control-plane.alpha.kubernetes.io/leader: x}}}
---
{apiVersion: v1, kind: Secret, metadata: {name: f, labels: {owner: helm, name: web}}, type: helm.sh/release.v1}
---
{apiVersion: v1, kind: Secret, metadata: {name: g}, type: stowage.dev/release}
---
{apiVersion: v1, kind: Secret, metadata: {name: builder-token-x7k2p, annotations: {kubernetes.io/service-account.name: builder}}, type: kubernetes.io/service-account-token}
---
{apiVersion: v1, kind: Secret, metadata: {name: h, annotations: {cert-manager.io/certificate-name: web}}, type: kubernetes.io/tls}
---
{apiVersion: v1, kind: ServiceAccount, metadata: {name: default}}
---
{apiVersion: v1, kind: ServiceAccount, metadata: {name: default}, imagePullSecrets: [{name: pull}]}
---
{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {selector: {app: web}}}
---
{apiVersion: v1, kind: Endpoints, metadata: {name: web}}
---
{apiVersion: v1, kind: Endpoints, metadata: {name: other}}
---
{apiVersion: coordination.k8s.io/v1, kind: Lease, metadata: {name: i}}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: "system:deployers"}}
---
{apiVersion: v1, kind: Pod, metadata: {name: j}, status: {phase: Succeeded}}
---
{apiVersion: v1, kind: Pod, metadata: {name: k, annotations: {kubernetes.io/config.mirror: x}}}
---
{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: db}, spec: {volumeClaimTemplates: [{metadata: {name: data}}]}}
---
{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: data-db-10}}
---
{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: data-db-x}}
---
{apiVersion: v1, kind: PersistentVolume, metadata: {name: l, annotations: {pv.kubernetes.io/provisioned-by: example.com/p}}}
---
{apiVersion: example.com/v1, kind: Thing, metadata: {name: m, managedFields: [{manager: kube-controller-manager, operation: Update, fieldsV1: {"f:spec": {}}}]}}
---
{apiVersion: example.com/v1, kind: Thing, metadata: {name: o, managedFields: [{manager: operator, operation: Update, fieldsV1: {"f:spec": {}}}]}}
`)
	docs, left := Live(list)
	var kept, lines []string
	for _, d := range docs {
		kept = append(kept, d.Object.GetKind()+" "+d.Object.GetName())
	}
	for _, l := range left {
		lines = append(lines, l.Object.GetName()+" "+l.Reason)
	}
	if diff := cmp.Diff([]string{
		"ServiceAccount default", "Service web", "Endpoints other", "StatefulSet db", "PersistentVolumeClaim data-db-x", "Thing o",
	}, kept); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{
		"a is made by Deployment web",
		"b belongs to Thing web",
		"c belongs to stowage release shop already",
		"d is being deleted",
		"istio-ca-root-cert is made by Istio in each namespace",
		"e is a lock by which a controller elects its leader",
		"f is a record of Helm release web",
		"g is a record of a stowage release",
		"builder-token-x7k2p is a token that Kubernetes made for ServiceAccount builder",
		"h is made by cert-manager for Certificate web",
		"default is made by Kubernetes in each namespace",
		"web is made for the Service of this name",
		"i is written by the parts of a cluster, for themselves",
		"system:deployers is made by Kubernetes in each namespace",
		"j has ended, and no controller makes it again",
		"k is made by the kubelet of its node",
		"data-db-10 is made by StatefulSet db",
		"l is made by example.com/p for a claim",
		"m is made by kube-controller-manager",
	}, lines); diff != "" {
		t.Error(diff)
	}
}

func FuzzLive(f *testing.F) {
	f.Add(`{"apiVersion":"v1","kind":"Service","metadata":{"name":"a","managedFields":[{"manager":"x","operation":"Update","apiVersion":"v1","fieldsV1":{"f:spec":{"f:ports":{"k:{\"port\":80}":{},"v:1":{},"k:x":{}}}}}]},"spec":{"ports":[{"port":80},1,null]}}`)
	f.Add(`{"apiVersion":"v1","kind":"Pod","metadata":{"annotations":{"kubectl.kubernetes.io/last-applied-configuration":"{\"apiVersion\":\"v1\",\"spec\":[]}"}},"spec":{"containers":{},"volumes":[{}]}}`)
	f.Fuzz(func(t *testing.T, text string) {
		u := &unstructured.Unstructured{}
		if utiljson.Unmarshal([]byte(text), &u.Object) != nil || u.Object == nil {
			return
		}
		before := u.DeepCopy()
		docs, left := Live([]*unstructured.Unstructured{u})
		if len(docs)+len(left) != 1 {
			t.Errorf("%d documents, %d left", len(docs), len(left))
		}
		if diff := cmp.Diff(before.Object, u.Object); diff != "" {
			t.Errorf("the live object was changed:\n%s", diff)
		}
		if len(docs) == 1 && size(docs[0].Object.Object) > size(u.Object) {
			t.Error("something was added")
		}
	})
}
