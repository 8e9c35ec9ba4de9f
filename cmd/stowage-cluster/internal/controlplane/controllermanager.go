package controlplane

import (
	"context"
	"strings"

	"k8s.io/kubernetes/cmd/kube-controller-manager/app"
	"k8s.io/kubernetes/cmd/kube-controller-manager/app/options"
	"k8s.io/kubernetes/cmd/kube-controller-manager/names"

	"stowage/cmd/stowage-cluster/internal/instance"
	"stowage/cmd/stowage-cluster/internal/pki"
)

// controllers are those that run. The others act on nodes' hardware, on certificates or metrics that a simulated
// cluster does not have, or on kinds that are out of use.
var controllers = []string{
	names.ClusterRoleAggregationController,
	names.CronJobController,
	names.DaemonSetController,
	names.DeploymentController,
	names.DisruptionController,
	names.EndpointSliceController,
	names.EndpointSliceMirroringController,
	names.EphemeralVolumeController,
	names.GarbageCollectorController,
	names.JobController,
	names.NamespaceController,
	names.NodeLifecycleController,
	names.PersistentVolumeBinderController,
	names.PersistentVolumeClaimProtectionController,
	names.PersistentVolumeProtectionController,
	names.PodGarbageCollectorController,
	names.ReplicaSetController,
	names.ResourceQuotaController,
	names.RootCACertificatePublisherController,
	names.ServiceAccountController,
	names.ServiceAccountTokenController,
	names.StatefulSetController,
	names.TTLAfterFinishedController,
	names.ValidatingAdmissionPolicyStatusController,
}

// RunControllerManager runs the controllers until ctx ends. The API server must be ready.
func RunControllerManager(ctx context.Context, in instance.Instance, dir pki.Dir, listeners *instance.Listeners) error {
	if err := dir.WriteKubeconfig(dir.Kubeconfig(pki.ControllerManager), in.Context(), listeners.Server(), pki.ControllerManager); err != nil {
		return err
	}
	opts, err := options.NewKubeControllerManagerOptions()
	if err != nil {
		return err
	}
	known, off, aliases := app.KnownControllers(), app.ControllersDisabledByDefault(), app.ControllerAliases()
	if err := parse(opts.Flags(known, off, aliases), controllerManagerFlags(dir)); err != nil {
		return err
	}
	opts.SecureServing.Listener = listeners.ControllerManager
	config, err := opts.Config(ctx, known, off, aliases)
	if err != nil {
		return err
	}
	return app.Run(ctx, config.Complete())
}

func controllerManagerFlags(dir pki.Dir) []string {
	cert, key := dir.Serving()
	return []string{
		"--kubeconfig=" + dir.Kubeconfig(pki.ControllerManager),
		"--leader-elect=false",
		"--controllers=" + strings.Join(controllers, ","),
		"--root-ca-file=" + dir.CA(),
		"--service-account-private-key-file=" + dir.ServiceAccountKey(),
		"--bind-address=127.0.0.1",
		"--tls-cert-file=" + cert,
		"--tls-private-key-file=" + key,
		"--authentication-skip-lookup",
		// The API server's priority and fairness throttles, not the client.
		"--kube-api-qps=10000",
		"--kube-api-burst=10000",
		"--concurrent-deployment-syncs=16",
		"--concurrent-replicaset-syncs=16",
		"--concurrent-statefulset-syncs=16",
		"--concurrent-service-endpoint-syncs=16",
		"--concurrent-namespace-syncs=16",
		"--profiling=false",
	}
}
