// Package instance knows the folder of one local cluster: where each of its files lies, which process runs it, and
// which ports it uses.
package instance

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
)

// DefaultName is the instance used when none is named.
const DefaultName = "local"

var validName = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$`)

// Instance is one local cluster, running or not.
type Instance struct {
	Name string
	Dir  string // absolute
}

// Open names the instance called name. Its folder is dataDir, or stowage/<name> below the XDG state folder when dataDir
// is empty. Nothing is created.
func Open(name, dataDir string) (Instance, error) {
	if !validName.MatchString(name) {
		return Instance{}, fmt.Errorf("instance name %q: use up to 40 lower-case letters, digits and dashes", name)
	}
	if dataDir == "" {
		state, err := stateHome()
		if err != nil {
			return Instance{}, err
		}
		dataDir = filepath.Join(state, "stowage", name)
	}
	dir, err := filepath.Abs(dataDir)
	if err != nil {
		return Instance{}, err
	}
	return Instance{Name: name, Dir: dir}, nil
}

// stateHome is the XDG base directory for state. The specification says to ignore a relative value.
func stateHome() (string, error) {
	if dir := os.Getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return dir, nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("no place for the cluster's state (set XDG_STATE_HOME or --data-dir): %w", err)
	}
	return filepath.Join(home, ".local", "state"), nil
}

// Create makes the instance's folders, readable by the owner alone.
func (i Instance) Create() error {
	for _, dir := range []string{i.Dir, i.PKI(), i.Logs()} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return err
		}
	}
	return os.Chmod(i.Dir, 0o700)
}

// Context is the name of the instance's cluster, user and context in its kubeconfig.
func (i Instance) Context() string { return "stowage-" + i.Name }

func (i Instance) file(name string) string { return filepath.Join(i.Dir, name) }
func (i Instance) log(name string) string  { return filepath.Join(i.Logs(), name) }

// PKI holds the certificates, keys and the components' own kubeconfigs.
func (i Instance) PKI() string { return i.file("pki") }

// Logs holds every log file.
func (i Instance) Logs() string { return i.file("logs") }

// Kubeconfig gives its reader full rights over the cluster.
func (i Instance) Kubeconfig() string { return i.file("kubeconfig") }

// EtcdData holds every object of the cluster.
func (i Instance) EtcdData() string { return i.file("etcd") }

// EtcdOpening exists while etcd opens its data, so that a later start can tell that an earlier one died on it.
func (i Instance) EtcdOpening() string { return i.file("etcd.opening") }

// AuditPolicy tells the API server what to write to AuditLog.
func (i Instance) AuditPolicy() string { return i.file("audit-policy.yaml") }

// SchedulerConfig is the scheduler's configuration file.
func (i Instance) SchedulerConfig() string { return i.file("scheduler.yaml") }

// AuditLog lists every write request, one JSON event a line.
func (i Instance) AuditLog() string { return i.log("audit.log") }

// KubernetesLog is the joint log of the Kubernetes components and the simulated kubelets.
func (i Instance) KubernetesLog() string { return i.log("kubernetes.log") }

// EtcdLog is etcd's log.
func (i Instance) EtcdLog() string { return i.log("etcd.log") }

// NodesLog is kwok's log.
func (i Instance) NodesLog() string { return i.log("nodes.log") }

// RunLog is the standard output and error of the background process.
func (i Instance) RunLog() string { return i.log("run.log") }

func (i Instance) lockFile() string  { return i.file("lock") }
func (i Instance) readyFile() string { return i.file("ready") }
func (i Instance) portsFile() string { return i.file("ports.json") }
