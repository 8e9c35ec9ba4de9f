package dsl

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"slices"
	"strings"
)

// secretType is what the API server, or what uses the Secret, wants to be in one.
type secretType struct {
	keys  []string                // which the API server insists on
	check func(s *scope, d *Data) // the contents, all keys being there
}

const (
	tlsCertificate  = "tls.crt"
	tlsKey          = "tls.key"
	sshKey          = "ssh-privatekey"
	dockerConfig    = ".dockerconfigjson"
	oldDockerConfig = ".dockercfg"

	// accountToken is the type of the tokens that a controller writes.
	accountToken     = "kubernetes.io/service-account-token"
	accountOfToken   = "kubernetes.io/service-account.name"
	basicCredentials = "kubernetes.io/basic-auth"
)

var secretTypes = map[string]secretType{
	"kubernetes.io/tls":              {[]string{tlsCertificate, tlsKey}, (*scope).checkCertificate},
	"kubernetes.io/ssh-auth":         {[]string{sshKey}, func(s *scope, d *Data) { s.privateKey(d, sshKey) }},
	"kubernetes.io/dockerconfigjson": {[]string{dockerConfig}, (*scope).checkDockerConfig},
	"kubernetes.io/dockercfg":        {[]string{oldDockerConfig}, func(s *scope, d *Data) { s.checkJSON(d, oldDockerConfig, &map[string]any{}) }},
	"bootstrap.kubernetes.io/token":  {[]string{"token-id", "token-secret"}, nil},
}

// checkSecretType reports what the type of a Secret does not go together with. The
// values are sensitive, and in no message.
func (s *scope) checkSecretType(d *Data, versioned bool) {
	if d.Text == nil {
		return // which is reported
	}
	typed, complete := secretTypes[d.Type], true
	for _, key := range typed.keys {
		if !d.has(key) {
			s.report(problem(&d.DeclRange, "Missing key", "A Secret of type %s needs the key %q.", d.Type, key))
			complete = false
		}
	}
	switch {
	case complete && typed.check != nil:
		typed.check(s, d)
	case d.Type == basicCredentials && !d.has("username") && !d.has("password"):
		s.report(problem(&d.DeclRange, "Missing key", `A Secret of type %s needs the key "username" or "password".`, d.Type))
	case d.Type == accountToken && (d.Annotations[accountOfToken] == "" || versioned):
		s.report(problem(&d.DeclRange, "Invalid secret", "A Secret of type %s is filled by the cluster: it needs the annotation %q, and versioned = false.", d.Type, accountOfToken))
	}
}

// malformed reports the content of a key.
func (s *scope) malformed(d *Data, key, format string, args ...any) {
	at := d.KeyRanges[key]
	s.report(problem(&at, "Invalid content", "%q %s.", key, fmt.Sprintf(format, args...)))
}

// checkCertificate wants the key to be that of the first certificate, which is the
// one that servers show.
func (s *scope) checkCertificate(d *Data) {
	chain := s.certificates(d)
	key := s.privateKey(d, tlsKey)
	if len(chain) == 0 || key == nil {
		return
	}
	if !readable(key.Bytes) {
		s.malformed(d, tlsKey, "holds a private key that cannot be read")
		return
	}
	if _, err := tls.X509KeyPair(pem.EncodeToMemory(chain[0]), pem.EncodeToMemory(key)); err != nil {
		s.malformed(d, tlsKey, "is not the private key of the certificate in %q", tlsCertificate)
	}
}

// certificates returns the certificates of a Secret, or reports that there is none.
func (s *scope) certificates(d *Data) []*pem.Block {
	var chain []*pem.Block
	for _, block := range pemBlocks(d.content(tlsCertificate)) {
		if _, err := x509.ParseCertificate(block.Bytes); block.Type != "CERTIFICATE" || err != nil {
			s.malformed(d, tlsCertificate, "holds something besides certificates in PEM")
			return nil
		}
		chain = append(chain, block)
	}
	if len(chain) == 0 {
		s.malformed(d, tlsCertificate, "holds no certificate in PEM, which starts with -----BEGIN CERTIFICATE-----")
	}
	return chain
}

// privateKey returns the private key in a key of a Secret, or reports that there is
// none.
func (s *scope) privateKey(d *Data, key string) *pem.Block {
	blocks := pemBlocks(d.content(key))
	private := slices.IndexFunc(blocks, func(b *pem.Block) bool { return strings.HasSuffix(b.Type, "PRIVATE KEY") })
	if private < 0 {
		s.malformed(d, key, "holds no private key in PEM, which starts with a line such as -----BEGIN PRIVATE KEY-----")
		return nil
	}
	block := blocks[private]
	if strings.HasPrefix(block.Type, "ENCRYPTED") || block.Headers["DEK-Info"] != "" {
		s.malformed(d, key, "holds a private key under a password, which nobody would enter")
		return nil
	}
	return block
}

// readable reports whether a private key is in one of the forms that servers take.
func readable(der []byte) bool {
	if _, err := x509.ParsePKCS1PrivateKey(der); err == nil {
		return true
	}
	if _, err := x509.ParseECPrivateKey(der); err == nil {
		return true
	}
	_, err := x509.ParsePKCS8PrivateKey(der)
	return err == nil
}

func pemBlocks(raw []byte) []*pem.Block {
	var blocks []*pem.Block
	for {
		block, rest := pem.Decode(raw)
		if block == nil {
			return blocks
		}
		blocks, raw = append(blocks, block), rest
	}
}

// checkDockerConfig wants what kubelets read: credentials by registry.
func (s *scope) checkDockerConfig(d *Data) {
	var config struct {
		Auths map[string]map[string]any `json:"auths"`
	}
	if s.checkJSON(d, dockerConfig, &config) && config.Auths == nil {
		s.malformed(d, dockerConfig, `has no "auths" with the registries in it; dockerconfig() writes it`)
	}
}

func (s *scope) checkJSON(d *Data, key string, into any) bool {
	if json.Unmarshal(d.content(key), into) != nil {
		s.malformed(d, key, "must be the text of a Docker configuration in JSON; dockerconfig() writes it")
		return false
	}
	return true
}
