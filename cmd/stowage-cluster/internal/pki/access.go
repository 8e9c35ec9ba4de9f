package pki

import (
	"os"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"
)

// RESTConfig is identity's access to the API server at the URL server, without client-side throttling: the API
// server's own priority and fairness decides.
func (d Dir) RESTConfig(server, identity string) *rest.Config {
	cert, key := d.Client(identity)
	return &rest.Config{
		Host:            server,
		TLSClientConfig: rest.TLSClientConfig{CAFile: d.CA(), CertFile: cert, KeyFile: key},
		UserAgent:       fileName(identity),
		QPS:             -1,
	}
}

// WriteKubeconfig writes identity's access to the API server as a kubeconfig that stands alone, readable by the owner.
func (d Dir) WriteKubeconfig(file, context, server, identity string) error {
	certFile, keyFile := d.Client(identity)
	var content [3][]byte
	for i, name := range []string{d.CA(), certFile, keyFile} {
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		content[i] = text
	}
	config := api.NewConfig()
	config.Clusters[context] = &api.Cluster{Server: server, CertificateAuthorityData: content[0]}
	config.AuthInfos[context] = &api.AuthInfo{ClientCertificateData: content[1], ClientKeyData: content[2]}
	config.Contexts[context] = &api.Context{Cluster: context, AuthInfo: context}
	config.CurrentContext = context
	text, err := clientcmd.Write(*config)
	if err != nil {
		return err
	}
	return writeFile(file, text)
}
