// Package pki makes and keeps the certificates of one local cluster: an authority of its own, one serving certificate
// for everything that listens, one client certificate for each identity, and the key that signs service account tokens.
package pki

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// Identities that hold a client certificate. All are members of system:masters: it is a scratch cluster, and its parts
// trust each other. The names tell them apart in the audit log and when idleness is judged.
const (
	Admin             = "stowage-local-admin"
	APIServer         = "kube-apiserver"
	ControllerManager = "system:kube-controller-manager"
	Scheduler         = "system:kube-scheduler"
	Nodes             = "stowage-local-nodes"
	Addons            = "stowage-local-addons"
	Probe             = "stowage-local-probe"
)

// Components are the identities of the cluster's own parts; whoever is none of them is a user.
var Components = []string{APIServer, ControllerManager, Scheduler, Nodes, Addons, Probe}

var identities = append([]string{Admin}, Components...)

// ServiceIP is the address of the Service kubernetes, the first of the cluster's Service range.
const ServiceIP = "10.96.0.1"

const (
	lifetime = 10 * 365 * 24 * time.Hour
	renewal  = 30 * 24 * time.Hour // certificates that end sooner are made anew
)

// Dir is the folder of one authority.
type Dir string

// CA is the authority's certificate.
func (d Dir) CA() string { return d.path("ca.crt") }

// Serving is the certificate and the key of every server of the cluster.
func (d Dir) Serving() (cert, key string) { return d.pair("serving") }

// Client is the certificate and the key of one identity.
func (d Dir) Client(identity string) (cert, key string) { return d.pair(fileName(identity)) }

// ServiceAccountKey signs service account tokens.
func (d Dir) ServiceAccountKey() string { return d.path("service-account.key") }

// Kubeconfig is the place for the kubeconfig of a component that can only read its access from a file.
func (d Dir) Kubeconfig(identity string) string { return d.path(fileName(identity) + ".kubeconfig") }

func (d Dir) path(name string) string { return filepath.Join(string(d), name) }
func (d Dir) pair(name string) (cert, key string) {
	return d.path(name + ".crt"), d.path(name + ".key")
}
func fileName(identity string) string {
	name := []byte(identity)
	for i, c := range name {
		if c == ':' {
			name[i] = '-'
		}
	}
	return string(name)
}

// Ensure makes whatever is missing, unreadable, about to end or not of one piece. renewed tells that it made anything.
func (d Dir) Ensure(now time.Time) (renewed bool, err error) {
	if d.check(now) == nil {
		return false, nil
	}
	if err := os.MkdirAll(string(d), 0o700); err != nil {
		return false, err
	}
	ca, err := newAuthority(now)
	if err != nil {
		return false, err
	}
	if err := writeFile(d.CA(), encode("CERTIFICATE", ca.cert.Raw)); err != nil {
		return false, err
	}
	if err := d.issue(ca, "serving", servingTemplate()); err != nil {
		return false, err
	}
	for _, identity := range identities {
		if err := d.issue(ca, fileName(identity), clientTemplate(identity)); err != nil {
			return false, err
		}
	}
	return true, d.newKey(d.ServiceAccountKey())
}

// check reports the first thing that keeps the folder from being used as it is.
func (d Dir) check(now time.Time) error {
	ca, err := readCertificate(d.CA())
	if err != nil {
		return err
	}
	roots := x509.NewCertPool()
	roots.AddCert(ca)
	pairs := []string{"serving"}
	for _, identity := range identities {
		pairs = append(pairs, fileName(identity))
	}
	for _, name := range pairs {
		certFile, keyFile := d.pair(name)
		cert, err := readCertificate(certFile)
		if err != nil {
			return err
		}
		usages := []x509.ExtKeyUsage{x509.ExtKeyUsageAny}
		if _, err := cert.Verify(x509.VerifyOptions{Roots: roots, CurrentTime: now.Add(renewal), KeyUsages: usages}); err != nil {
			return fmt.Errorf("%s: %w", certFile, err)
		}
		key, err := readKey(keyFile)
		if err != nil {
			return err
		}
		if !key.PublicKey.Equal(cert.PublicKey) {
			return fmt.Errorf("%s is not the key of %s", keyFile, certFile)
		}
	}
	_, err = readKey(d.ServiceAccountKey())
	return err
}

type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	now  time.Time
}

// newAuthority makes an authority whose key is never written down: nothing is signed later than at its making.
func newAuthority(now time.Time) (*authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		Subject:               pkix.Name{CommonName: "stowage-local-ca"},
		IsCA:                  true,
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	ca := &authority{cert: template, key: key, now: now}
	ca.cert, err = ca.sign(template, key)
	return ca, err
}

func (a *authority) sign(template *x509.Certificate, key *ecdsa.PrivateKey) (*x509.Certificate, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, err
	}
	template.SerialNumber = serial
	template.NotBefore = a.now.Add(-time.Hour) // clocks may be set back a little
	template.NotAfter = a.now.Add(lifetime)
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, &key.PublicKey, a.key)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}

func servingTemplate() *x509.Certificate {
	return &x509.Certificate{
		Subject:  pkix.Name{CommonName: "stowage-local"},
		KeyUsage: x509.KeyUsageDigitalSignature,
		// Etcd's server also presents its certificate as a client, to itself.
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.ParseIP(ServiceIP)},
		DNSNames: []string{
			"localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local",
		},
	}
}

func clientTemplate(identity string) *x509.Certificate {
	return &x509.Certificate{
		Subject:     pkix.Name{CommonName: identity, Organization: []string{"system:masters"}},
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
}

func (d Dir) issue(ca *authority, name string, template *x509.Certificate) error {
	certFile, keyFile := d.pair(name)
	if err := d.newKey(keyFile); err != nil {
		return err
	}
	key, err := readKey(keyFile)
	if err != nil {
		return err
	}
	cert, err := ca.sign(template, key)
	if err != nil {
		return err
	}
	return writeFile(certFile, encode("CERTIFICATE", cert.Raw))
}

func (d Dir) newKey(file string) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return err
	}
	return writeFile(file, encode("EC PRIVATE KEY", der))
}

func encode(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

func readPEM(file, kind string) ([]byte, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil || block.Type != kind {
		return nil, fmt.Errorf("%s holds no %s", file, kind)
	}
	return block.Bytes, nil
}

func readCertificate(file string) (*x509.Certificate, error) {
	der, err := readPEM(file, "CERTIFICATE")
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}

func readKey(file string) (*ecdsa.PrivateKey, error) {
	der, err := readPEM(file, "EC PRIVATE KEY")
	if err != nil {
		return nil, err
	}
	return x509.ParseECPrivateKey(der)
}

// writeFile replaces file as a whole, readable by the owner alone.
func writeFile(file string, content []byte) error {
	temp := file + ".tmp"
	if err := os.WriteFile(temp, content, 0o600); err != nil {
		return err
	}
	return errors.Join(os.Chmod(temp, 0o600), os.Rename(temp, file))
}
