package controlplane

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"syscall"
	"time"

	"go.etcd.io/etcd/client/pkg/v3/transport"
	"go.etcd.io/etcd/server/v3/embed"

	"stowage/cmd/stowage-cluster/internal/instance"
	"stowage/cmd/stowage-cluster/internal/pki"
)

// Etcd is the running store.
type Etcd struct{ server *embed.Etcd }

// StartEtcd opens the instance's store and returns when it serves. Writes are not flushed to the disk: this is a
// scratch cluster, and what the operating system loses in a power failure may be lost here too.
func StartEtcd(ctx context.Context, in instance.Instance, dir pki.Dir, ports instance.Ports) (*Etcd, error) {
	// On a damaged store etcd ends the whole process, and leaves this mark behind.
	if err := os.WriteFile(in.EtcdOpening(), nil, 0o600); err != nil {
		return nil, err
	}
	server, err := open(ctx, etcdConfig(in, dir, ports))
	switch {
	case err == nil:
		return &Etcd{server}, os.Remove(in.EtcdOpening())
	case ctx.Err() != nil, errors.Is(err, syscall.EADDRINUSE): // no fault of the store's
		return nil, errors.Join(err, os.Remove(in.EtcdOpening()))
	}
	return nil, fmt.Errorf("etcd (log: %s): %w", in.EtcdLog(), err)
}

// open returns when the store serves.
func open(ctx context.Context, config *embed.Config) (*embed.Etcd, error) {
	server, err := embed.StartEtcd(config)
	if err != nil {
		return nil, err
	}
	select {
	case <-server.Server.ReadyNotify():
		return server, nil
	case err = <-server.Err():
	case <-ctx.Done():
		err = ctx.Err()
	}
	server.Close()
	return nil, err
}

// SetBrokenDataAside renames the store if the process that opened it last died on it, as the next would, and returns
// its new place, or "" if the store is as it should be.
func SetBrokenDataAside(in instance.Instance) (aside string, err error) {
	if _, err := os.Stat(in.EtcdOpening()); errors.Is(err, os.ErrNotExist) {
		return "", nil
	} else if err != nil {
		return "", err
	}
	aside = in.EtcdData() + ".broken"
	if err := os.RemoveAll(aside); err != nil {
		return "", err
	}
	if err := os.Rename(in.EtcdData(), aside); errors.Is(err, os.ErrNotExist) {
		return "", nil
	} else if err != nil {
		return "", err
	}
	return aside, nil
}

func etcdConfig(in instance.Instance, dir pki.Dir, ports instance.Ports) *embed.Config {
	cert, key := dir.Serving()
	tls := transport.TLSInfo{TrustedCAFile: dir.CA(), CertFile: cert, KeyFile: key, ClientCertAuth: true}
	client, peer := loopback(ports.Etcd), loopback(ports.EtcdPeer)

	c := embed.NewConfig()
	c.Name = in.Context()
	c.Dir = in.EtcdData()
	c.ListenClientUrls, c.AdvertiseClientUrls = []url.URL{client}, []url.URL{client}
	c.ListenPeerUrls, c.AdvertisePeerUrls = []url.URL{peer}, []url.URL{peer}
	c.InitialCluster = c.InitialClusterFromName(c.Name)
	c.ClientTLSInfo, c.PeerTLSInfo = tls, tls
	c.UnsafeNoFsync = true
	// A single member need not wait for anyone before it elects itself.
	c.TickMs, c.ElectionMs = 10, 100
	c.QuotaBackendBytes = 4 << 30
	c.BackendBatchInterval = 100 * time.Millisecond
	c.LogLevel = "error" // as warnings it writes its statistics of each request
	c.LogOutputs = []string{in.EtcdLog()}
	return c
}

func loopback(port int) url.URL {
	u, err := url.Parse(instance.URL(port))
	if err != nil {
		panic(err) // a port number cannot spoil the URL
	}
	return *u
}

// Failed delivers the error that ends a running store.
func (e *Etcd) Failed() <-chan error { return e.server.Err() }

// Close stops the store. The API server must be gone by then.
func (e *Etcd) Close() { e.server.Close() }
