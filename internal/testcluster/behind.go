package testcluster

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"

	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Behind has whoever reads EndpointSlices through the proxy learn of a change only when the forwarders of that Service
// have followed it. On a real cluster nothing makes sure of that; here it takes the machine's load out of the question
// whether a tool says too early that endpoints have changed.
//
// It is a function for Proxy.Intercept.
func Behind(forwarders ...*Forwarder) func(Request) Action {
	return func(r Request) Action {
		if !slices.Contains(strings.Split(r.Path, "/"), "endpointslices") || r.Write() {
			return nil
		}
		return func(w http.ResponseWriter, r *http.Request, server http.Handler) {
			// As text, which can be looked into.
			r.Header.Set("Accept", "application/json")
			r.Header.Del("Accept-Encoding")
			held := &heldWriter{ResponseWriter: w, request: r, forwarders: forwarders}
			server.ServeHTTP(held, r)
			held.end()
		}
	}
}

// heldWriter holds back each line of a response, which is a list or an event of a watch.
type heldWriter struct {
	http.ResponseWriter
	request    *http.Request
	forwarders []*Forwarder
	line       []byte // that is not complete yet
}

func (w *heldWriter) Write(data []byte) (int, error) {
	w.line = append(w.line, data...)
	for {
		end := bytes.IndexByte(w.line, '\n') + 1
		if end == 0 {
			return len(data), nil
		}
		w.await(w.line[:end])
		if _, err := w.ResponseWriter.Write(w.line[:end]); err != nil {
			return 0, err
		}
		w.line = w.line[end:]
	}
}

// Unwrap lets a watch's response be flushed.
func (w *heldWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// end passes on what follows the last line.
func (w *heldWriter) end() {
	if len(w.line) > 0 {
		w.await(w.line)
		_, _ = w.ResponseWriter.Write(w.line) // that the client has gone is not the proxy's failure
	}
}

// await waits until the forwarders have followed the EndpointSlices in a part of a response.
func (w *heldWriter) await(line []byte) {
	var part struct {
		discoveryv1.EndpointSlice                             // answered to a get
		Items                     []discoveryv1.EndpointSlice `json:"items"`  // to a list
		Object                    discoveryv1.EndpointSlice   `json:"object"` // to a watch
	}
	if err := json.Unmarshal(line, &part); err != nil {
		return // no EndpointSlice
	}
	for _, slice := range append(part.Items, part.Object, part.EndpointSlice) {
		for _, f := range w.forwarders {
			if f.service == slice.Labels[discoveryv1.LabelServiceName] && f.pods.namespace == slice.Namespace {
				w.awaitRevision(f, slice.ObjectMeta)
			}
		}
	}
}

func (w *heldWriter) awaitRevision(f *Forwarder, slice metav1.ObjectMeta) {
	revision, err := strconv.ParseUint(slice.ResourceVersion, 10, 64)
	if err == nil {
		_ = f.awaitRevision(w.request.Context(), revision) // or the client has gone
	}
}
