package testcluster

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// AuditEvent is one completed write request of the API server's audit log. What the cluster's own parts write is not in
// it.
type AuditEvent struct {
	Verb         string // create, update, patch, delete, deletecollection; an apply is a patch
	APIGroup     string
	Resource     string // plural, such as "deployments"
	Subresource  string
	Namespace    string // of a Namespace itself: its name
	Name         string
	FieldManager string
	UserAgent    string
	DryRun       bool
	Status       int // HTTP
	Time         time.Time
}

// AuditEvents are the writes in namespace and of the namespace itself, in the order in which they were completed.
func (c *Cluster) AuditEvents(t testing.TB, namespace string) []AuditEvent {
	t.Helper()
	marker := c.mark(t)
	for {
		log, err := os.ReadFile(filepath.Join(c.dir, "logs", "audit.log"))
		if err != nil {
			t.Fatal(err)
		}
		// A line is written a moment after its request was answered: wait for one of a later request.
		if bytes.Contains(log, []byte(marker)) {
			return parseAudit(t, log, namespace)
		}
		select {
		case <-t.Context().Done():
			t.Fatal(t.Context().Err())
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// mark makes a write that has no effect and returns a name by which it is found in the log.
func (c *Cluster) mark(t testing.TB) string {
	t.Helper()
	name := "audit-marker-" + strings.ToLower(rand.Text())
	object := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: name}}
	options := metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}}
	if _, err := c.Client.CoreV1().ConfigMaps(metav1.NamespaceDefault).Create(t.Context(), object, options); err != nil {
		t.Fatal(err)
	}
	return name
}

// auditLine is what is read of a line of the log.
type auditLine struct {
	Verb      string `json:"verb"`
	UserAgent string `json:"userAgent"`
	URI       string `json:"requestURI"`
	ObjectRef struct {
		APIGroup    string `json:"apiGroup"`
		Resource    string `json:"resource"`
		Subresource string `json:"subresource"`
		Namespace   string `json:"namespace"`
		Name        string `json:"name"`
	} `json:"objectRef"`
	// Of a deletion: its options. Other writes carry them in the URI.
	RequestObject  metav1.DeleteOptions `json:"requestObject"`
	ResponseStatus struct {
		Code int `json:"code"`
	} `json:"responseStatus"`
	StageTimestamp metav1.MicroTime `json:"stageTimestamp"`
}

func parseAudit(t testing.TB, log []byte, namespace string) []AuditEvent {
	t.Helper()
	var events []AuditEvent
	lines := bufio.NewScanner(bytes.NewReader(log))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if !bytes.Contains(lines.Bytes(), []byte(namespace)) {
			continue
		}
		var line auditLine
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			t.Fatalf("audit log: %v\n%s", err, lines.Bytes())
		}
		if event := line.event(t); event.Namespace == namespace {
			events = append(events, event)
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return events
}

func (l auditLine) event(t testing.TB) AuditEvent {
	t.Helper()
	uri, err := url.Parse(l.URI)
	if err != nil {
		t.Fatal(err)
	}
	query := uri.Query()
	event := AuditEvent{
		Verb:         l.Verb,
		APIGroup:     l.ObjectRef.APIGroup,
		Resource:     l.ObjectRef.Resource,
		Subresource:  l.ObjectRef.Subresource,
		Namespace:    l.ObjectRef.Namespace,
		Name:         l.ObjectRef.Name,
		FieldManager: query.Get("fieldManager"),
		UserAgent:    l.UserAgent,
		DryRun:       isDryRun(query, l.RequestObject),
		Status:       l.ResponseStatus.Code,
		Time:         l.StageTimestamp.Time,
	}
	if event.Resource == "namespaces" {
		event.Namespace = event.Name
	}
	return event
}
