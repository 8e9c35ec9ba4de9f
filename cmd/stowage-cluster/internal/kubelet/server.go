package kubelet

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"os"
	"time"

	"stowage/cmd/stowage-cluster/internal/pki"
)

// serve answers what the API server asks of a kubelet, on all nodes' behalf. Only bearers of a certificate of the
// cluster's own authority are heard.
func (k *kubelets) serve(dir pki.Dir, listener net.Listener) (*http.Server, error) {
	cert, err := tls.LoadX509KeyPair(dir.Serving())
	if err != nil {
		return nil, err
	}
	ca, err := os.ReadFile(dir.CA())
	if err != nil {
		return nil, err
	}
	clients := x509.NewCertPool()
	clients.AppendCertsFromPEM(ca)

	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", k.health)
	mux.HandleFunc("GET /containerLogs/{namespace}/{pod}/{container}", k.logs)
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "simulated nodes run no containers: there are logs, but no exec, attach or port-forward", http.StatusNotImplemented)
	})
	server := &http.Server{
		Handler:           mux,
		ReadHeaderTimeout: 10 * time.Second,
		TLSConfig: &tls.Config{
			Certificates: []tls.Certificate{cert}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: clients,
		},
	}
	go func() { _ = server.ServeTLS(listener, "", "") }() // ends with server.Close
	return server, nil
}

func (k *kubelets) health(w http.ResponseWriter, _ *http.Request) {
	if !k.synced.Load() {
		http.Error(w, "the caches are not filled yet", http.StatusServiceUnavailable)
	}
}
