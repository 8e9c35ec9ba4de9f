// Package nodes keeps the cluster's simulated nodes: it registers them, and kwok gives them their status, heartbeats
// and leases.
package nodes

import (
	"context"
	"fmt"
	"io"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/tools/record"
	"k8s.io/component-base/version"
	"sigs.k8s.io/kwok/kustomize/stage/node/fast"
	heartbeat "sigs.k8s.io/kwok/kustomize/stage/node/heartbeat-with-lease"
	"sigs.k8s.io/kwok/pkg/apis/internalversion"
	"sigs.k8s.io/kwok/pkg/config"
	"sigs.k8s.io/kwok/pkg/config/resources"
	"sigs.k8s.io/kwok/pkg/kwok/controllers"
	"sigs.k8s.io/kwok/pkg/log"
	"sigs.k8s.io/kwok/pkg/utils/informer"
	"sigs.k8s.io/kwok/pkg/utils/lifecycle"
)

const (
	leaseSeconds = 40 // as the kubelet's
	simulated    = "stowage.dev/simulated"
)

// Run registers count nodes whose kubelet listens on kubeletPort of this machine, and keeps them until ctx ends.
// It returns once kwok has taken them over; its log goes to logs.
func Run(ctx context.Context, client kubernetes.Interface, count, kubeletPort int, logs io.Writer) error {
	for i := range count {
		if err := register(ctx, client, i, kubeletPort); err != nil {
			return err
		}
	}
	ctx = log.NewContext(ctx, log.NewLogger(logs, log.LevelInfo))
	return keep(ctx, client, kubeletPort)
}

// register creates node number i, or brings the node of an earlier run up to date.
func register(ctx context.Context, client kubernetes.Interface, i, kubeletPort int) error {
	want := node(i, kubeletPort)
	api := client.CoreV1().Nodes()
	_, err := api.Create(ctx, want, metav1.CreateOptions{})
	if !apierrors.IsAlreadyExists(err) {
		return err
	}
	have, err := api.Get(ctx, want.Name, metav1.GetOptions{})
	if err != nil {
		return err
	}
	have.Status = want.Status
	_, err = api.UpdateStatus(ctx, have, metav1.UpdateOptions{})
	return err
}

// node is node number i, ready from the start. Its labels are those that a cloud's node carries, one zone each, for
// selectors, affinities and topology spread to work on.
func node(i, kubeletPort int) *corev1.Node {
	name := fmt.Sprintf("node-%d", i+1)
	capacity := corev1.ResourceList{
		corev1.ResourceCPU:              quantity("64"),
		corev1.ResourceMemory:           quantity("256Gi"),
		corev1.ResourceEphemeralStorage: quantity("1Ti"),
		corev1.ResourcePods:             quantity("5000"),
	}
	return &corev1.Node{
		ObjectMeta: metav1.ObjectMeta{
			Name: name,
			Labels: map[string]string{
				corev1.LabelHostname:           name,
				corev1.LabelOSStable:           "linux",
				corev1.LabelArchStable:         "amd64",
				corev1.LabelInstanceTypeStable: "simulated",
				corev1.LabelTopologyRegion:     "local",
				corev1.LabelTopologyZone:       fmt.Sprintf("local-%c", 'a'+i%3),
				simulated:                      "true",
			},
		},
		Spec: corev1.NodeSpec{PodCIDR: podCIDR(i), PodCIDRs: []string{podCIDR(i)}},
		Status: corev1.NodeStatus{
			Capacity:    capacity,
			Allocatable: capacity,
			Conditions:  conditions(metav1.Now()),
			Addresses: []corev1.NodeAddress{
				{Type: corev1.NodeInternalIP, Address: fmt.Sprintf("10.0.0.%d", i+1)},
				{Type: corev1.NodeHostName, Address: name},
				// The one name under which the API server really reaches the simulated kubelet.
				{Type: corev1.NodeInternalDNS, Address: "localhost"},
			},
			DaemonEndpoints: corev1.NodeDaemonEndpoints{KubeletEndpoint: corev1.DaemonEndpoint{Port: int32(kubeletPort)}},
			NodeInfo: corev1.NodeSystemInfo{
				Architecture:            "amd64",
				OperatingSystem:         "linux",
				OSImage:                 "simulated by kwok",
				KernelVersion:           "simulated",
				ContainerRuntimeVersion: "simulated://1",
				KubeletVersion:          version.Get().GitVersion,
			},
		},
	}
}

func conditions(now metav1.Time) []corev1.NodeCondition {
	condition := func(kind corev1.NodeConditionType, status corev1.ConditionStatus, reason, message string) corev1.NodeCondition {
		return corev1.NodeCondition{Type: kind, Status: status, Reason: reason, Message: message, LastHeartbeatTime: now, LastTransitionTime: now}
	}
	return []corev1.NodeCondition{
		condition(corev1.NodeMemoryPressure, corev1.ConditionFalse, "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
		condition(corev1.NodeDiskPressure, corev1.ConditionFalse, "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
		condition(corev1.NodePIDPressure, corev1.ConditionFalse, "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
		condition(corev1.NodeReady, corev1.ConditionTrue, "KubeletReady", "kubelet is posting ready status"),
	}
}

// keep starts kwok's node and lease controllers.
func keep(ctx context.Context, client kubernetes.Interface, kubeletPort int) error {
	stages, err := stages()
	if err != nil {
		return err
	}
	events := make(chan informer.Event[*corev1.Node], 1)
	nodes, err := informer.NewInformer[*corev1.Node, *corev1.NodeList](client.CoreV1().Nodes()).
		WatchWithCache(ctx, informer.Option{LabelSelector: simulated}, events)
	if err != nil {
		return err
	}
	leases, err := keepLeases(ctx, client, nodes)
	if err != nil {
		return err
	}
	broadcaster := record.NewBroadcaster(record.WithContext(ctx))
	controller, err := controllers.NewNodeController(controllers.NodeControllerConfig{
		TypedClient:          client,
		NodePort:             kubeletPort,
		Lifecycle:            resources.NewStaticGetter(stages),
		PlayStageParallelism: 2,
		Recorder:             broadcaster.NewRecorder(scheme.Scheme, corev1.EventSource{Component: "kwok"}),
		OnNodeManagedFunc:    leases.TryHold,
		OnNodeUnmanagedFunc:  leases.ReleaseHold,
		ReadOnlyFunc:         func(node string) bool { return !leases.Held(node) },
	})
	if err != nil {
		return err
	}
	return controller.Start(ctx, events)
}

func keepLeases(ctx context.Context, client kubernetes.Interface, nodes informer.Getter[*corev1.Node]) (*controllers.NodeLeaseController, error) {
	known, err := informer.NewInformer[*coordinationv1.Lease, *coordinationv1.LeaseList](
		client.CoordinationV1().Leases(corev1.NamespaceNodeLease)).WatchWithCache(ctx, informer.Option{}, nil)
	if err != nil {
		return nil, err
	}
	leases, err := controllers.NewNodeLeaseController(controllers.NodeLeaseControllerConfig{
		TypedClient:          client,
		HolderIdentity:       "stowage-cluster",
		LeaseDurationSeconds: leaseSeconds,
		LeaseParallelism:     1,
		RenewInterval:        leaseSeconds / 4 * time.Second,
		RenewIntervalJitter:  0.04,
		GetLease: func(node string) (*coordinationv1.Lease, bool) {
			return known.GetWithNamespace(node, corev1.NamespaceNodeLease)
		},
		MutateLeaseFunc: func(lease *coordinationv1.Lease) error {
			if node, ok := nodes.Get(lease.Name); ok && len(lease.OwnerReferences) == 0 {
				lease.OwnerReferences = []metav1.OwnerReference{{APIVersion: "v1", Kind: "Node", Name: node.Name, UID: node.UID}}
			}
			return nil
		},
	})
	if err != nil {
		return nil, err
	}
	return leases, leases.Start(ctx)
}

// stages are kwok's own: a node becomes ready at once and keeps reporting.
func stages() (lifecycle.Lifecycle, error) {
	var stages []*internalversion.Stage
	for _, text := range []string{fast.DefaultNodeInit, heartbeat.DefaultNodeHeartbeatWithLease} {
		stage, err := config.UnmarshalWithType[*internalversion.Stage](text)
		if err != nil {
			return nil, err
		}
		stages = append(stages, stage)
	}
	return lifecycle.NewLifecycle(stages)
}

// IsReady tells whether node reports to be ready.
func IsReady(node *corev1.Node) bool {
	for _, condition := range node.Status.Conditions {
		if condition.Type == corev1.NodeReady {
			return condition.Status == corev1.ConditionTrue
		}
	}
	return false
}
