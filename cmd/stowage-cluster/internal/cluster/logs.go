package cluster

import (
	"flag"

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
