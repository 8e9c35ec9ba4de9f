// Package controlplane runs the real parts of the cluster, each as its own program would, inside this process: etcd,
// kube-apiserver, kube-controller-manager and kube-scheduler.
package controlplane
