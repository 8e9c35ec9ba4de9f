package dsl

import (
	"reflect"
	"testing"
)

func TestQuantities(t *testing.T) {
	for _, text := range []string{"0", "1", "0.5", ".5", "5.", "250m", "1Gi", "1.5Gi", "1e3", "1E3", "1e-3", "100n", "3u", "2k", "7E", "8Ei"} {
		if err := quantity(text); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
	for _, text := range []string{"", ".", "-1", "+1", "1GB", "1 Gi", "1gi", "1K", "0x1", "1e", "1e+", "1e999", "1_000", "Gi"} {
		if quantity(text) == nil {
			t.Errorf("%q is taken for a quantity", text)
		}
	}
}

func TestQuantitiesAreComparedByWhatTheyStandFor(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"1000m", "1", 0}, {"1024Mi", "1Gi", 0}, {"1e3", "1k", 0}, {"0.5", "500m", 0}, {".5", "0.50", 0}, {"5.", "5", 0},
		{"1G", "1Gi", -1}, {"1001m", "1", 1}, {"1n", "1u", -1}, {"9223372036854775807", "9223372036854775808", -1}, {"1e-3", "1m", 0},
	} {
		if got := compareQuantities(c.a, c.b); got != c.want {
			t.Errorf("%s against %s is %d, not %d", c.a, c.b, got, c.want)
		}
	}
}

func TestHostsInText(t *testing.T) {
	for text, want := range map[string][]HostName{
		"jdbc:mysql://mysql/petclinic":          {{Name: "mysql"}},
		"http://web":                            {{Name: "web"}},
		"http://web:8080/path":                  {{Name: "web", Port: "8080"}},
		"postgres://user:pass@db:5432/x":        {{Name: "db", Port: "5432"}},
		"http://web.shop.svc.cluster.local/":    {{Name: "web", Domain: ".shop.svc.cluster.local"}},
		"kafka-0.kafka:9092,kafka-1.kafka:9092": {{Name: "kafka-0", Domain: ".kafka", Port: "9092", Bare: true}, {Name: "kafka-1", Domain: ".kafka", Port: "9092", Bare: true}},
		"mysql":                                 nil,
		"a mysql: database":                     nil,
		"image:tag":                             nil,
		"":                                      nil,
	} {
		got := HostNamesIn(text)
		for i, h := range got {
			if at := text[h.Start:h.End]; at != h.Name+h.Domain {
				t.Errorf("%q: %s%s is said to be at %q", text, h.Name, h.Domain, at)
			}
			got[i].Start, got[i].End = 0, 0
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %+v, not %+v", text, got, want)
		}
	}
}
