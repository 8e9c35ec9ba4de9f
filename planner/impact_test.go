package planner

import (
	"fmt"
	"slices"
	"testing"
)

func TestImpact(t *testing.T) {
	const image = "spec.template.spec.containers"
	deployment := func(spec string) string {
		return `{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {` + spec + `}}`
	}
	set := func(spec string) string {
		return `{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: db}, spec: {` + spec + `}}`
	}
	tests := []struct{ object, changed, want string }{
		{deployment(`replicas: 3`), "metadata.labels", "no pod rolls"},
		{deployment(`replicas: 3`), image, "3 pods of web roll, one more at a time (surge 25%)"},
		{deployment(`replicas: 1`), image, "1 pod of web rolls, one more at a time (surge 25%)"},
		{deployment(`replicas: 8`), image, "8 pods of web roll, up to 2 more and 2 fewer at a time (surge 25%, unavailable 25%)"},
		{deployment(`replicas: 4, strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 1}}`), image, "4 pods of web roll, 1 fewer at a time (unavailable 1)"},
		{deployment(`replicas: 4, strategy: {rollingUpdate: {maxSurge: 2, maxUnavailable: 0}}`), image, "4 pods of web roll, 2 more at a time (surge 2)"},
		{deployment(`replicas: 1, strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 1}}`), image, "DOWNTIME: 1 pod of web stops before the new one starts"},
		{deployment(`replicas: 2, strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: "100%"}}`), image, "DOWNTIME: 2 pods of web stop before new ones start"},
		{deployment(`replicas: 2, strategy: {type: Recreate}`), image, "DOWNTIME: 2 pods of web stop before new ones start"},
		{deployment(`replicas: 0`), image, "no pod rolls, since none runs"},
		{deployment(`replicas: 2, paused: true`), image, "no pod rolls until the rollout is resumed"},
		{set(`replicas: 1`), image, "DOWNTIME: 1 pod of db stops before the new one starts"},
		{set(`replicas: 3`), image, "3 pods of db roll, one at a time, each stopped before the new one starts"},
		{set(`replicas: 3, updateStrategy: {type: RollingUpdate, rollingUpdate: {partition: 3}}`), image, "no pod rolls, since none is above the partition"},
		{set(`replicas: 3, updateStrategy: {type: OnDelete}`), image, "no pod rolls until it is deleted (OnDelete)"},
		{`{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: log}, status: {desiredNumberScheduled: 3}}`, image, "3 pods of log roll, node by node"},
		{`{apiVersion: v1, kind: Service, metadata: {name: web}}`, "spec.selector", "traffic moves to other pods; no pod rolls"},
		{`{apiVersion: v1, kind: Service, metadata: {name: web}}`, "spec.ports", "ports change; no pod rolls"},
		{`{apiVersion: v1, kind: ConfigMap, metadata: {name: web}}`, "data.x", "no pod rolls; mounted files follow by themselves, environment variables when pods restart"},
		{`{apiVersion: v1, kind: ConfigMap, metadata: {name: web}}`, "metadata.labels", "no pod rolls"},
	}
	for _, test := range tests {
		u := parseManifest(t, test.object)
		changes := []fieldChange{{path: fieldPaths(test.changed)[0], op: Update}}
		if got := impactOf(u, u, changes).String(); got != test.want {
			t.Errorf("%s, %s: got %q, want %q", test.object, test.changed, got, test.want)
		}
	}
}

func TestImpactOfScaling(t *testing.T) {
	before := parseManifest(t, `{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {replicas: 3}}`)
	after := parseManifest(t, `{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {replicas: 5}}`)
	if got := impactOf(before, after, diffObjects(before, after)).String(); got != "scales 3 -> 5" {
		t.Errorf("got %q", got)
	}
}

func TestRisks(t *testing.T) {
	const restarts = `{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: db}, spec: {replicas: %d, volumeClaimTemplates: [{metadata: {name: data}}], persistentVolumeClaimRetentionPolicy: {whenScaled: Delete}}}`
	before, after := parseManifest(t, fmt.Sprintf(restarts, 2)), parseManifest(t, fmt.Sprintf(restarts, 1))
	scaled := fieldChange{path: fieldPaths("spec.replicas")[0], op: Update}
	rolled := fieldChange{path: fieldPaths("spec.template.spec.containers")[0], op: Update}
	selected := fieldChange{path: fieldPaths("spec.selector")[0], op: Update}
	service := parseManifest(t, `{apiVersion: v1, kind: Service, metadata: {name: web}}`)
	tests := []struct {
		name   string
		impact impact
		want   []RiskKind
	}{
		{"a label", impactOf(before, before, nil), nil},
		{"fewer pods, which take their claims along", impactOf(before, after, []fieldChange{rolled, scaled}), []RiskKind{RiskDowntime, RiskData}},
		{"another selector", impactOf(service, service, []fieldChange{selected}), []RiskKind{RiskTraffic}},
		{"a Service made anew", replaceImpact(Object{ID: IDOf(service)}, service), []RiskKind{RiskDowntime}},
		{"no claim any more", deleteImpact(parseManifest(t, `{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: data}}`)), []RiskKind{RiskData}},
		{"no Service any more", deleteImpact(service), nil},
	}
	for _, test := range tests {
		var got []RiskKind
		for _, risk := range test.impact.risks() {
			got = append(got, risk.Kind)
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s (%s): got %q, want %q", test.name, test.impact, got, test.want)
		}
	}
}
