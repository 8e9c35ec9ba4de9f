package instance

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"strconv"
)

// preferredAPIPort is tried first by an instance that has no port yet, so that the usual single cluster has a
// recognisable address.
const preferredAPIPort = 38443

// Ports are the loopback ports of an instance.
type Ports struct {
	API               int `json:"api"`
	Etcd              int `json:"etcd"`
	EtcdPeer          int `json:"etcdPeer"`
	ControllerManager int `json:"controllerManager"`
	Scheduler         int `json:"scheduler"`
	Kubelet           int `json:"kubelet"`
}

// Listeners are the open ports of an instance. Etcd takes its own ports by number, so for those two there is none.
type Listeners struct {
	Ports
	API, ControllerManager, Scheduler, Kubelet net.Listener
}

// Listen opens the instance's ports: those of its last run where they are still free, others otherwise, and remembers
// them. A memory that cannot be read is as good as none.
func (i Instance) Listen(ctx context.Context) (*Listeners, error) {
	ports := Ports{API: preferredAPIPort}
	if last, err := i.Ports(); err == nil {
		ports = last
	}
	l := &Listeners{}
	etcd := make([]net.Listener, 2)
	for _, open := range []struct {
		port     *int
		listener *net.Listener
	}{
		{&ports.API, &l.API},
		{&ports.Etcd, &etcd[0]},
		{&ports.EtcdPeer, &etcd[1]},
		{&ports.ControllerManager, &l.ControllerManager},
		{&ports.Scheduler, &l.Scheduler},
		{&ports.Kubelet, &l.Kubelet},
	} {
		listener, err := listenLoopback(ctx, *open.port)
		if err != nil {
			return nil, err
		}
		*open.listener = listener
		*open.port = listener.Addr().(*net.TCPAddr).Port
	}
	for _, listener := range etcd {
		if err := listener.Close(); err != nil {
			return nil, err
		}
	}
	l.Ports = ports
	return l, i.savePorts(ports)
}

// listenLoopback opens port, or a free one when it is taken or 0.
func listenLoopback(ctx context.Context, port int) (net.Listener, error) {
	config := &net.ListenConfig{}
	listener, err := config.Listen(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil && port != 0 {
		return config.Listen(ctx, "tcp", "127.0.0.1:0")
	}
	return listener, err
}

// Ports reads the ports of the instance's last run.
func (i Instance) Ports() (Ports, error) {
	text, err := os.ReadFile(i.portsFile())
	if err != nil {
		return Ports{}, err
	}
	var ports Ports
	if err := json.Unmarshal(text, &ports); err != nil {
		return Ports{}, fmt.Errorf("%s: %w", i.portsFile(), err)
	}
	return ports, nil
}

func (i Instance) savePorts(ports Ports) error {
	text, err := json.MarshalIndent(ports, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(i.portsFile(), append(text, '\n'), 0o600)
}

// Server is the API server's URL.
func (p Ports) Server() string { return URL(p.API) }

// URL is the HTTPS address of a loopback port.
func URL(port int) string { return "https://127.0.0.1:" + strconv.Itoa(port) }
