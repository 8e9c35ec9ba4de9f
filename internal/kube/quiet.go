package kube

import "k8s.io/klog/v2"

// client-go writes to the terminal by itself what it thinks of a broken
// connection, in the midst of what the user is shown. All of it is in the errors
// that it returns too.
func init() { klog.SetLogger(klog.Logger{}) }
