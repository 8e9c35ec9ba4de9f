package planner

import "testing"

func TestHealthOfNothing(t *testing.T) {
	if got := HealthOf(nil); got.Condition != NotFound {
		t.Errorf("%+v", got)
	}
}

func TestHealth(t *testing.T) {
	const deployment = `{apiVersion: apps/v1, kind: Deployment, metadata: {name: x, generation: 2}, `
	const statefulSet = `{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: x, generation: 2}, `
	const daemonSet = `{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: x, generation: 2}, `
	const job = `{apiVersion: batch/v1, kind: Job, metadata: {name: x}, `
	const service = `{apiVersion: v1, kind: Service, metadata: {name: x}, `
	tests := []struct {
		name, object string
		want         Health
	}{
		{"being deleted", `{apiVersion: v1, kind: ConfigMap, metadata: {name: x, deletionTimestamp: "2026-11-21T06:10:54Z"}}`, Health{Terminating, "is being deleted"}},
		{"never seen", deployment + `spec: {replicas: 3}}`, notSeenYet},
		{"change not seen", deployment + `spec: {replicas: 1}, status: {observedGeneration: 1, replicas: 1, updatedReplicas: 1, availableReplicas: 1}}`, notSeenYet},
		{"nothing up", deployment + `spec: {replicas: 3}, status: {observedGeneration: 2, replicas: 3, updatedReplicas: 1}}`, Health{InProgress, "1/3 updated, 0 available"}},
		{"not available (S10)", deployment + `spec: {replicas: 1}, status: {observedGeneration: 2, replicas: 1, updatedReplicas: 1, unavailableReplicas: 1}}`, Health{InProgress, "1/1 updated, 0 available"}},
		{"surge hides it (S10)", deployment + `spec: {replicas: 1}, status: {observedGeneration: 2, replicas: 2, updatedReplicas: 1, availableReplicas: 1}}`, Health{InProgress, "1/1 updated, 1 available, 1 old still there"}},
		{"scaling down", deployment + `spec: {replicas: 1}, status: {observedGeneration: 2, replicas: 2, updatedReplicas: 2, availableReplicas: 2}}`, Health{InProgress, "2/1 updated, 2 available, 1 too many"}},
		{"available", deployment + `spec: {replicas: 3}, status: {observedGeneration: 2, replicas: 3, updatedReplicas: 3, availableReplicas: 3}}`, Health{Current, "3/3 available"}},
		{"default of one", deployment + `spec: {}, status: {observedGeneration: 2, replicas: 1, updatedReplicas: 1, availableReplicas: 1}}`, Health{Current, "1/1 available"}},
		{"none wanted (S11)", deployment + `spec: {replicas: 0}, status: {observedGeneration: 2}}`, Health{Current, "scaled to 0"}},
		{"paused (S11)", deployment + `spec: {replicas: 2, paused: true}, status: {observedGeneration: 2, replicas: 2, availableReplicas: 2}}`, Health{Current, "rollout is paused: 0/2 updated, 2 available"}},
		{"deadline", deployment + `spec: {replicas: 2}, status: {observedGeneration: 2, replicas: 2, updatedReplicas: 1, availableReplicas: 1, conditions: [{type: Progressing, status: "False", reason: ProgressDeadlineExceeded}]}}`, Health{Failed, "progress deadline exceeded: 1/2 updated, 1 available"}},
		{"quota", deployment + `spec: {replicas: 2}, status: {observedGeneration: 2, conditions: [{type: ReplicaFailure, status: "True", reason: FailedCreate, message: exceeded quota}]}}`, Health{InProgress, "0/2 updated, 0 available; pods cannot be created: exceeded quota"}},

		{"set: never seen", statefulSet + `spec: {replicas: 1}}`, notSeenYet},
		{"set: ready, not available", statefulSet + `spec: {replicas: 2, minReadySeconds: 9}, status: {observedGeneration: 2, replicas: 2, readyReplicas: 2, updatedReplicas: 2, availableReplicas: 1, currentRevision: a, updateRevision: a}}`, Health{InProgress, "2/2 updated, 1 available"}},
		{"set: rolling", statefulSet + `spec: {replicas: 3}, status: {observedGeneration: 2, replicas: 3, updatedReplicas: 1, availableReplicas: 3, currentRevision: a, updateRevision: b}}`, Health{InProgress, "1/3 updated, 3 available"}},
		{"set: almost", statefulSet + `spec: {replicas: 3}, status: {observedGeneration: 2, replicas: 3, updatedReplicas: 3, availableReplicas: 3, currentRevision: a, updateRevision: b}}`, Health{InProgress, "3/3 updated, the rollout is being completed"}},
		{"set: available", statefulSet + `spec: {replicas: 3}, status: {observedGeneration: 2, replicas: 3, updatedReplicas: 3, availableReplicas: 3, currentRevision: b, updateRevision: b}}`, Health{Current, "3/3 available"}},
		{"set: partition", statefulSet + `spec: {replicas: 3, updateStrategy: {type: RollingUpdate, rollingUpdate: {partition: 2}}}, status: {observedGeneration: 2, replicas: 3, updatedReplicas: 1, availableReplicas: 3, currentRevision: a, updateRevision: b}}`, Health{Current, "3/3 available, 1 updated"}},
		{"set: partition not done", statefulSet + `spec: {replicas: 3, updateStrategy: {type: RollingUpdate, rollingUpdate: {partition: 1}}}, status: {observedGeneration: 2, replicas: 3, updatedReplicas: 1, availableReplicas: 3, currentRevision: a, updateRevision: b}}`, Health{InProgress, "1/3 updated, 3 available"}},
		{"set: on delete", statefulSet + `spec: {replicas: 1, updateStrategy: {type: OnDelete}}, status: {observedGeneration: 2, replicas: 1, availableReplicas: 1, currentRevision: a, updateRevision: b}}`, Health{Current, "1/1 available, 0 updated"}},
		{"set: on delete, not up", statefulSet + `spec: {replicas: 1, updateStrategy: {type: OnDelete}}, status: {observedGeneration: 2, replicas: 1}}`, Health{InProgress, "0/1 updated, 0 available"}},
		{"set: too many", statefulSet + `spec: {replicas: 1}, status: {observedGeneration: 2, replicas: 2, updatedReplicas: 2, availableReplicas: 2, currentRevision: b, updateRevision: b}}`, Health{InProgress, "2/1 available, 1 too many"}},
		{"set: none wanted", statefulSet + `spec: {replicas: 0}, status: {observedGeneration: 2}}`, Health{Current, "scaled to 0"}},

		{"daemon: rolling", daemonSet + `status: {observedGeneration: 2, desiredNumberScheduled: 3, updatedNumberScheduled: 1, numberAvailable: 3}}`, Health{InProgress, "1/3 updated, 3 available"}},
		{"daemon: done", daemonSet + `status: {observedGeneration: 2, desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberAvailable: 3}}`, Health{Current, "3/3 available"}},

		{"job: started", job + `status: {active: 1, startTime: "2026-11-21T06:10:54Z"}}`, Health{InProgress, "0/1 succeeded, 1 running, 0 failed"}},
		{"job: complete", job + `status: {succeeded: 1, conditions: [{type: Complete, status: "True"}]}}`, Health{Current, "1/1 succeeded"}},
		{"job: failed", job + `status: {failed: 7, conditions: [{type: Failed, status: "True", reason: BackoffLimitExceeded, message: too many}]}}`, Health{Failed, "BackoffLimitExceeded: too many"}},
		{"job: suspended", job + `spec: {suspend: true}}`, Health{Current, "is suspended"}},

		{"claim: bound", `{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: x}, status: {phase: Bound}}`, Health{Current, "bound"}},
		{"claim: waits for a pod", `{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: x}, status: {phase: Pending}}`, Health{Current, "waiting for its first consumer"}},
		{"claim: being made", `{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: x, annotations: {volume.kubernetes.io/storage-provisioner: disk}}, status: {phase: Pending}}`, Health{InProgress, "waiting for a volume from disk"}},
		{"claim: lost", `{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: x}, status: {phase: Lost}}`, Health{Failed, "its volume does not exist any more"}},

		{"service: headless (S11)", service + `spec: {clusterIP: None}}`, Health{Condition: Current}},
		{"service: no selector (S11)", service + `spec: {type: ClusterIP}}`, Health{Condition: Current}},
		{"service: no address", service + `spec: {type: LoadBalancer}}`, Health{InProgress, "waiting for the load balancer's address"}},
		{"service: address", service + `spec: {type: LoadBalancer}, status: {loadBalancer: {ingress: [{ip: 127.0.0.1}]}}}`, Health{Condition: Current}},
		{"namespace going", `{apiVersion: v1, kind: Namespace, metadata: {name: x}, status: {phase: Terminating}}`, Health{Terminating, "is being deleted"}},
		{"by kstatus", `{apiVersion: example.com/v1, kind: Thing, metadata: {name: x}, status: {conditions: [{type: Stalled, status: "True", reason: R, message: stuck}]}}`, Health{Failed, "stuck"}},
	}
	for _, test := range tests {
		if got := HealthOf(parseManifest(t, test.object)); got != test.want {
			t.Errorf("%s: got %+v, want %+v", test.name, got, test.want)
		}
	}
}
