package kubelet

import (
	"net/http"
)

func (k *kubelets) logs(w http.ResponseWriter, r *http.Request) {
	w.WriteHeader(http.StatusOK)
}
