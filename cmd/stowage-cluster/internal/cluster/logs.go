package cluster

import (
	"errors"
	"flag"
	"os"

	"k8s.io/klog/v2"

	"stowage/cmd/stowage-cluster/internal/instance"
)

// divertLogs sends the Kubernetes components' log, which is one for the whole process, to its file.
func divertLogs(in instance.Instance) (closeLogs func(), err error) {
	file, err := openLog(in.KubernetesLog())
	if err != nil {
		return nil, err
	}
	flags := flag.NewFlagSet("", flag.PanicOnError)
	klog.InitFlags(flags)
	for name, value := range map[string]string{"logtostderr": "false", "alsologtostderr": "false", "stderrthreshold": "FATAL"} {
		if err := flags.Set(name, value); err != nil {
			return nil, err
		}
	}
	klog.SetOutput(file)
	return func() {
		klog.Flush()
		_ = file.Close()
	}, nil
}

// openLog begins a log file anew and keeps the last run's beside it.
func openLog(file string) (*os.File, error) {
	if err := os.Rename(file, file+".1"); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	return os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
}
