package controlplane

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/pflag"
	utilerrors "k8s.io/apimachinery/pkg/util/errors"
	"k8s.io/apiserver/pkg/authentication/user"
	"k8s.io/apiserver/pkg/server"
	cliflag "k8s.io/component-base/cli/flag"
	"k8s.io/kubernetes/cmd/kube-apiserver/app"
	"k8s.io/kubernetes/cmd/kube-apiserver/app/options"

	"stowage/cmd/stowage-cluster/internal/instance"
	"stowage/cmd/stowage-cluster/internal/pki"
)

// auditPolicy records who wrote what, in the order in which the writes were completed, and no object's content. What the
// cluster's own parts write is left out.
const auditPolicy = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived, ResponseStarted]
rules:
- level: None
  users: [%s]
- level: Request # the body of a deletion is its options, among them whether it is a dry run
  verbs: [delete, deletecollection]
- level: Metadata
  verbs: [create, update, patch]
- level: None
`

func ownUsers() string {
	users := append([]string{user.APIServerUser}, pki.Components...)
	for i, name := range users {
		users[i] = strconv.Quote(name)
	}
	return strings.Join(users, ", ")
}

// RunAPIServer serves until ctx ends. observe wraps the outermost handler, so that it sees every request.
func RunAPIServer(ctx context.Context, in instance.Instance, dir pki.Dir, listeners *instance.Listeners,
	observe func(http.Handler) http.Handler) error {
	if err := os.WriteFile(in.AuditPolicy(), fmt.Appendf(nil, auditPolicy, ownUsers()), 0o600); err != nil {
		return err
	}
	opts := options.NewServerRunOptions()
	if err := parse(opts.Flags(), apiServerFlags(in, dir, listeners.Ports)); err != nil {
		return err
	}
	opts.SecureServing.Listener = listeners.API
	completed, err := opts.Complete(ctx)
	if err != nil {
		return err
	}
	if errs := completed.Validate(); len(errs) != 0 {
		return utilerrors.NewAggregate(errs)
	}
	config, err := app.NewConfig(completed)
	if err != nil {
		return err
	}
	chain := config.Aggregator.GenericConfig.BuildHandlerChainFunc
	config.Aggregator.GenericConfig.BuildHandlerChainFunc = func(h http.Handler, c *server.Config) http.Handler {
		return observe(chain(h, c))
	}
	complete, err := config.Complete()
	if err != nil {
		return err
	}
	aggregator, err := app.CreateServerChain(complete)
	if err != nil {
		return err
	}
	prepared, err := aggregator.PrepareRun()
	if err != nil {
		return err
	}
	return prepared.Run(ctx)
}

func apiServerFlags(in instance.Instance, dir pki.Dir, ports instance.Ports) []string {
	cert, key := dir.Serving()
	clientCert, clientKey := dir.Client(pki.APIServer)
	return []string{
		"--etcd-servers=" + instance.URL(ports.Etcd),
		"--etcd-cafile=" + dir.CA(),
		"--etcd-certfile=" + clientCert,
		"--etcd-keyfile=" + clientKey,

		"--bind-address=127.0.0.1",
		"--advertise-address=127.0.0.1",
		fmt.Sprintf("--secure-port=%d", ports.API),
		"--tls-cert-file=" + cert,
		"--tls-private-key-file=" + key,
		"--client-ca-file=" + dir.CA(),
		"--anonymous-auth=false",
		"--authorization-mode=RBAC",
		"--allow-privileged",

		// The Service kubernetes would need an endpoint, which a loopback address cannot be.
		"--endpoint-reconciler-type=none",
		"--service-cluster-ip-range=10.96.0.0/16",
		"--service-account-issuer=https://kubernetes.default.svc.cluster.local",
		"--service-account-key-file=" + dir.ServiceAccountKey(),
		"--service-account-signing-key-file=" + dir.ServiceAccountKey(),

		"--kubelet-certificate-authority=" + dir.CA(),
		"--kubelet-client-certificate=" + clientCert,
		"--kubelet-client-key=" + clientKey,
		"--kubelet-preferred-address-types=InternalDNS",

		"--audit-policy-file=" + in.AuditPolicy(),
		"--audit-log-path=" + in.AuditLog(),
		"--audit-log-maxsize=200", // MB
		"--audit-log-maxbackup=1",
		"--profiling=false",
	}
}

// parse applies a component's command line to its options.
func parse(sets cliflag.NamedFlagSets, args []string) error {
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	for _, set := range sets.FlagSets {
		flags.AddFlagSet(set)
	}
	return flags.Parse(args)
}
