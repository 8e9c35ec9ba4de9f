package applier_test

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/watch"

	"stowage/internal/release"
	"stowage/internal/testcluster"
	"stowage/planner"
)

// petclinic is examples/petclinic in short.
const petclinic = `
secret "mysql" {
  data = { password = "correct horse battery staple" }
}

app "mysql" {
  kind  = "StatefulSet"
  image = "mysql:5.7"
  env = {
    MYSQL_DATABASE      = "petclinic"
    MYSQL_ROOT_PASSWORD = secret.mysql.key.password
  }
  port "tcp" { number = 3306 }
  mount "/var/lib/mysql" {
    claim { size = "1Gi" }
  }
  readiness { tcp = "tcp" }
}

app "petclinic" {
  image    = "spring2go/spring-petclinic:1.0.1.RELEASE"
  replicas = 2
  config = {
    DATASOURCE_URL = "jdbc:mysql://${app.mysql.host}/petclinic"
    TEST_CONFIG    = "test_config_v1"
  }
  env = { DATASOURCE_PASSWORD = secret.mysql.key.password }
  port "http" { number = 8080 }
  readiness {
    http   = { path = "/actuator/health", port = "http" }
    period = "5s"
  }
}
`

func TestFirstApplyGoesInOrderEachGateRespected(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mustApply(t, petclinic)

	order := s.audited(t, func(e testcluster.AuditEvent) bool {
		return e.FieldManager == planner.FieldManager && e.Verb == "patch" && !e.DryRun && !strings.HasPrefix(e.Name, "stowage.")
	})
	want := []string{
		"namespaces/" + s.namespace, "secrets/mysql-VERSION", "statefulsets/mysql", "services/mysql",
		"configmaps/petclinic-config-VERSION", "deployments/petclinic", "services/petclinic",
	}
	if !slices.Equal(order, want) {
		t.Errorf("order\n got %v\nwant %v", order, want)
	}

	record := s.record(t)
	if record.Status != release.Deployed || record.Revision != 1 || len(record.Inventory) != 7 {
		t.Errorf("recorded as revision %d, %s, of %d objects; want 1, deployed, 7", record.Revision, record.Status, len(record.Inventory))
	}
	for _, item := range record.Inventory {
		if item.UID == "" || item.Version == "" || item.LastRevision != 1 {
			t.Errorf("inventory: %+v", item)
		}
	}
}

func TestS38ADestroyGoesInReverse(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mustApply(t, petclinic)
	s.mustApply(t, destroy)

	order := s.audited(t, func(e testcluster.AuditEvent) bool {
		return strings.HasPrefix(e.UserAgent, "stowage/") && e.Verb == "delete" && !strings.HasPrefix(e.Name, "stowage.")
	})
	want := []string{
		"services/petclinic", "deployments/petclinic", "configmaps/petclinic-config-VERSION",
		"services/mysql", "statefulsets/mysql", "secrets/mysql-VERSION",
	}
	if !slices.Equal(order, want) {
		t.Errorf("order\n got %v\nwant %v", order, want)
	}
}

// audited returns the objects of the audit log's events that matter, without
// the versions in their names.
func (s *site) audited(t *testing.T, matters func(testcluster.AuditEvent) bool) []string {
	t.Helper()
	var objects []string
	for _, e := range s.cluster.AuditEvents(t, s.namespace) {
		if matters(e) {
			objects = append(objects, e.Resource+"/"+version.ReplaceAllString(e.Name, "-VERSION"))
		}
	}
	return objects
}

// version is how the name of a versioned ConfigMap or Secret ends.
var version = regexp.MustCompile(`-[0-9a-z]{10}$`)

func TestAWorkloadIsReadyBeforeWhatRefersToItIsMade(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	made := 0
	s.watch(t, deployments, func(event watch.EventType, _ *unstructured.Unstructured) {
		if event != watch.Added {
			return
		}
		made++
		database, err := s.Get(t.Context(), statefulSets, s.namespace, "mysql")
		if err != nil {
			t.Error(err)
		} else if health := planner.HealthOf(database); health.Condition != planner.Current {
			t.Errorf("the app is made while the database is %+v", health)
		}
	}, func() { s.mustApply(t, petclinic) })
	if made != 1 {
		t.Errorf("the app was seen to be made %d times", made)
	}
}

func TestS7AnEmptyClusterTakesOneApplyTwentyTimes(t *testing.T) {
	for i := range 20 {
		t.Run(strconv.Itoa(i+1), func(t *testing.T) {
			t.Parallel()
			newSite(t).mustApply(t, petclinic)
		})
	}
}

func TestS19AnApplyThatChangesNothingWritesNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mustApply(t, petclinic)
	s.proxy.Reset()
	out := s.mustApply(t, petclinic)
	if writes := s.proxy.Writes(); len(writes) > 0 {
		t.Errorf("writes: %v", writes)
	}
	if out.Revision != 1 || out.Record != "" || s.record(t).Revision != 1 {
		t.Errorf("revision %d (%s), recorded %d; want 1", out.Revision, out.Record, s.record(t).Revision)
	}
	if out.Count(planner.NoOp, "done") != len(out.Steps) {
		t.Errorf("steps: %+v", out.Steps)
	}
}
