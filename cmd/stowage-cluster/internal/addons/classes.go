package addons

import (
	"context"

	networkingv1 "k8s.io/api/networking/v1"
	storagev1 "k8s.io/api/storage/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

const isDefaultClass = "storageclass.kubernetes.io/is-default-class"

// createStorageClasses makes the class standard, which is the default, binds a claim when a pod first uses it and lets
// claims grow, and the class immediate, which does not wait and lets none grow.
func createStorageClasses(ctx context.Context, client kubernetes.Interface) error {
	for name, binding := range map[string]storagev1.VolumeBindingMode{
		"standard":  storagev1.VolumeBindingWaitForFirstConsumer,
		"immediate": storagev1.VolumeBindingImmediate,
	} {
		grows := name == "standard"
		class := &storagev1.StorageClass{
			ObjectMeta:           metav1.ObjectMeta{Name: name},
			Provisioner:          provisionerName,
			VolumeBindingMode:    &binding,
			AllowVolumeExpansion: &grows,
		}
		if name == "standard" {
			class.Annotations = map[string]string{isDefaultClass: "true"}
		}
		_, err := client.StorageV1().StorageClasses().Create(ctx, class, metav1.CreateOptions{})
		if err != nil && !apierrors.IsAlreadyExists(err) {
			return err
		}
	}
	return nil
}

// createIngressClass makes the class nginx, which ingresses can name. Nothing serves them.
func createIngressClass(ctx context.Context, client kubernetes.Interface) error {
	class := &networkingv1.IngressClass{
		ObjectMeta: metav1.ObjectMeta{Name: "nginx"},
		Spec:       networkingv1.IngressClassSpec{Controller: "simulated.stowage.dev/nginx"},
	}
	_, err := client.NetworkingV1().IngressClasses().Create(ctx, class, metav1.CreateOptions{})
	if apierrors.IsAlreadyExists(err) {
		return nil
	}
	return err
}
