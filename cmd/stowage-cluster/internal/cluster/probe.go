package cluster

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"stowage/cmd/stowage-cluster/internal/instance"
	"stowage/cmd/stowage-cluster/internal/pki"
)

// Part is a part of the cluster whose health can be asked for.
type Part string

// The parts, in the order in which they start.
const (
	Etcd              Part = "etcd"
	APIServer         Part = "kube-apiserver"
	ControllerManager Part = "kube-controller-manager"
	Scheduler         Part = "kube-scheduler"
	Nodes             Part = "simulated nodes"
	Kubelets          Part = "simulated kubelets"
	Storage           Part = "storage classes"
)

// Parts lists all parts in the order in which they start.
func Parts() []Part {
	return []Part{Etcd, APIServer, ControllerManager, Scheduler, Nodes, Kubelets, Storage}
}

// Prober asks the parts of one running cluster for their health.
type Prober struct {
	client *http.Client
	ports  instance.Ports
}

// NewProber is a Prober of the cluster that listens on ports.
func NewProber(dir pki.Dir, ports instance.Ports) (*Prober, error) {
	cert, err := tls.LoadX509KeyPair(dir.Client(pki.Probe))
	if err != nil {
		return nil, err
	}
	ca, err := os.ReadFile(dir.CA())
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(ca)
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, Certificates: []tls.Certificate{cert}}}
	return &Prober{&http.Client{Transport: transport, Timeout: 5 * time.Second}, ports}, nil
}

// Check asks part for its health; nil is healthy.
func (p *Prober) Check(ctx context.Context, part Part) error {
	switch part {
	case Etcd:
		return p.get(ctx, instance.URL(p.ports.Etcd)+"/health")
	case APIServer:
		return p.get(ctx, p.ports.Server()+"/readyz")
	case ControllerManager:
		return p.get(ctx, instance.URL(p.ports.ControllerManager)+"/healthz")
	case Scheduler:
		return p.get(ctx, instance.URL(p.ports.Scheduler)+"/readyz")
	case Nodes:
		return p.get(ctx, p.ports.Server()+"/api/v1/nodes/node-1")
	case Kubelets:
		return p.get(ctx, instance.URL(p.ports.Kubelet)+"/healthz")
	case Storage:
		return p.get(ctx, p.ports.Server()+"/apis/storage.k8s.io/v1/storageclasses/standard")
	}
	return fmt.Errorf("unknown part %q", part)
}

func (p *Prober) get(ctx context.Context, url string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	response, err := p.client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, 1<<16))
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s: %s", url, response.Status, strings.TrimSpace(string(body)))
	}
	return nil
}

// wait returns when part is healthy or ctx ends.
func (p *Prober) wait(ctx context.Context, part Part) error {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		if p.Check(ctx, part) == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}
