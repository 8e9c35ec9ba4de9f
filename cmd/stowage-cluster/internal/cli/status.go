package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"stowage/cmd/stowage-cluster/internal/cluster"
	"stowage/cmd/stowage-cluster/internal/instance"
	"stowage/cmd/stowage-cluster/internal/nodes"
	"stowage/cmd/stowage-cluster/internal/pki"
)

// report is what status shows.
type report struct {
	Name       string            `json:"name"`
	State      string            `json:"state"` // stopped, starting, ready or degraded
	PID        int               `json:"pid,omitempty"`
	Server     string            `json:"server,omitempty"`
	Context    string            `json:"context"`
	Kubeconfig string            `json:"kubeconfig"`
	DataDir    string            `json:"dataDir"`
	Versions   map[string]string `json:"versions"`
	Nodes      []string          `json:"nodes,omitempty"`
	Parts      []partHealth      `json:"parts,omitempty"`
	Logs       []string          `json:"logs"`
}

type partHealth struct {
	Name    string `json:"name"`
	Healthy bool   `json:"healthy"`
	Problem string `json:"problem,omitempty"`
}

func newStatus(t *target) *cobra.Command {
	output := ""
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Show whether the cluster runs, where, and how each part of it is",
		Long:  "Show whether the cluster runs, where, and how each part of it is. The exit code is 1 unless every part is healthy.",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if output != "" && output != "json" {
				return fmt.Errorf("--output=%s: json is the only format besides the default", output)
			}
			in, err := t.open()
			if err != nil {
				return err
			}
			r := inspect(cmd.Context(), in)
			if err := r.print(cmd.OutOrStdout(), output); err != nil {
				return err
			}
			if r.State != "ready" {
				return fmt.Errorf("local cluster %q is %s", in.Name, r.State)
			}
			return nil
		},
	}
	cmd.Flags().StringVarP(&output, "output", "o", "", "`format`: json")
	return cmd
}

// inspect finds out all that status shows. What does not answer is in the report as a problem.
func inspect(ctx context.Context, in instance.Instance) report {
	r := report{
		Name: in.Name, State: "stopped", Context: in.Context(), Kubeconfig: in.Kubeconfig(), DataDir: in.Dir,
		Versions: map[string]string{},
		Logs:     []string{in.RunLog(), in.KubernetesLog(), in.EtcdLog(), in.NodesLog(), in.AuditLog()},
	}
	for _, part := range versions() {
		r.Versions[part[0]] = part[1]
	}
	pid, running := in.PID()
	if !running {
		return r
	}
	r.PID, r.State = pid, "starting"
	ports, err := in.Ports()
	if err != nil {
		return r
	}
	r.Server = ports.Server()
	r.Parts = probe(ctx, in, ports)
	r.Nodes = readyNodes(ctx, in, ports)
	if in.Ready() {
		r.State = "ready"
		for _, part := range r.Parts {
			if !part.Healthy {
				r.State = "degraded"
			}
		}
	}
	return r
}

func probe(ctx context.Context, in instance.Instance, ports instance.Ports) []partHealth {
	prober, err := cluster.NewProber(pki.Dir(in.PKI()), ports)
	var parts []partHealth
	for _, part := range cluster.Parts() {
		problem := err
		if problem == nil {
			problem = prober.Check(ctx, part)
		}
		health := partHealth{Name: string(part), Healthy: problem == nil}
		if problem != nil {
			health.Problem = problem.Error()
		}
		parts = append(parts, health)
	}
	return parts
}

// readyNodes lists the nodes with their state, or nothing when the API server does not answer, which its health tells.
func readyNodes(ctx context.Context, in instance.Instance, ports instance.Ports) []string {
	client, err := kubernetes.NewForConfig(pki.Dir(in.PKI()).RESTConfig(ports.Server(), pki.Probe))
	if err != nil {
		return nil
	}
	list, err := client.CoreV1().Nodes().List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil
	}
	var names []string
	for i := range list.Items {
		state := "NotReady"
		if nodes.IsReady(&list.Items[i]) {
			state = "Ready"
		}
		names = append(names, fmt.Sprintf("%s (%s)", list.Items[i].Name, state))
	}
	return names
}

func (r report) print(out io.Writer, format string) error {
	if format == "json" {
		encoder := json.NewEncoder(out)
		encoder.SetIndent("", "  ")
		return encoder.Encode(r)
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	row := func(name, value string) { fmt.Fprintf(w, "%s\t%s\n", name, value) }
	state := r.State
	if r.PID != 0 {
		state += fmt.Sprintf(" (process %d)", r.PID)
	}
	row("cluster", r.Name)
	row("state", state)
	if r.Server != "" {
		row("server", r.Server)
	}
	row("context", r.Context)
	row("kubeconfig", r.Kubeconfig)
	row("data folder", r.DataDir)
	for _, part := range versions() {
		row(part[0], part[1])
	}
	if len(r.Nodes) > 0 {
		row("nodes", strings.Join(r.Nodes, ", "))
	}
	for _, part := range r.Parts {
		health := "healthy"
		if !part.Healthy {
			health = part.Problem
		}
		row(part.Name, health)
	}
	for _, log := range r.Logs {
		row("log", log)
	}
	return w.Flush()
}
