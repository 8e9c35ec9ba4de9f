package cluster

import (
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"stowage/cmd/stowage-cluster/internal/pki"
)

func request(identity string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.TLS = &tls.ConnectionState{}
	if identity != "" {
		r.TLS.PeerCertificates = []*x509.Certificate{{Subject: pkix.Name{CommonName: identity}}}
	}
	return r
}

func TestWhoCounts(t *testing.T) {
	token := request("")
	token.Header.Set("Authorization", "Bearer x")
	itself := request("")
	itself.Header.Set("Authorization", "Bearer x")
	itself.TLS.ServerName = loopbackName
	for name, test := range map[string]struct {
		request *http.Request
		counts  bool
	}{
		"admin":          {request(pki.Admin), true},
		"other":          {request("someone"), true},
		"token":          {token, true},
		"scheduler":      {request(pki.Scheduler), false},
		"nodes":          {request(pki.Nodes), false},
		"the API server": {itself, false},
		"nobody":         {request(""), false},
	} {
		if got := isUser(test.request); got != test.counts {
			t.Errorf("%s: %v, want %v", name, got, test.counts)
		}
	}
}

func TestWaitIdleOutlastsRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, began := newActivity(time.Now), time.Now()
		// One request that takes an hour, such as a watch, and one of the cluster's own long after it.
		handler := a.observe(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-time.After(time.Hour) }))
		go handler.ServeHTTP(httptest.NewRecorder(), request(pki.Admin))
		time.AfterFunc(61*time.Minute, func() { handler.ServeHTTP(httptest.NewRecorder(), request(pki.Nodes)) })
		synctest.Wait()
		if !a.waitIdle(t.Context(), 5*time.Minute) {
			t.Fatal("did not become idle")
		}
		if took := time.Since(began); took < 65*time.Minute || took > 66*time.Minute {
			t.Errorf("idle after %s, want 65 minutes", took)
		}
		<-time.After(2 * time.Hour) // let the second request end
	})
}
