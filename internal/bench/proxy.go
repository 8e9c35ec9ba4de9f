package main

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"sync/atomic"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

// proxy stands before the API server and counts requests. What is timed does
// not go through it.
type proxy struct {
	kubeconfig string
	requests   atomic.Int64
	server     *httptest.Server
}

func newProxy(dir, kubeconfig string) (*proxy, error) {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return nil, err
	}
	transport, err := rest.TransportFor(config)
	if err != nil {
		return nil, err
	}
	target, err := url.Parse(config.Host)
	if err != nil {
		return nil, err
	}
	forward := &httputil.ReverseProxy{
		Rewrite:       func(r *httputil.ProxyRequest) { r.SetURL(target) },
		Transport:     transport,
		FlushInterval: -1,                         // watches
		ErrorLog:      log.New(io.Discard, "", 0), // of watches that end
	}
	p := &proxy{kubeconfig: filepath.Join(dir, "proxy.kubeconfig")}
	p.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.requests.Add(1)
		forward.ServeHTTP(w, r)
	}))
	const name = "counted"
	way := clientcmdapi.NewConfig()
	way.Clusters[name] = &clientcmdapi.Cluster{Server: p.server.URL}
	way.AuthInfos[name] = &clientcmdapi.AuthInfo{}
	way.Contexts[name] = &clientcmdapi.Context{Cluster: name, AuthInfo: name}
	way.CurrentContext = name
	if err := clientcmd.WriteToFile(*way, p.kubeconfig); err != nil {
		p.server.Close()
		return nil, fmt.Errorf("write kubeconfig: %w", err)
	}
	return p, os.Chmod(p.kubeconfig, 0o600)
}

// count returns how many requests were made while f ran.
func (p *proxy) count(f func() error) (int64, error) {
	before := p.requests.Load()
	err := f()
	return p.requests.Load() - before, err
}
