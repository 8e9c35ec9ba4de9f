package dsl

import (
	"errors"
	"net/netip"
	"time"

	"github.com/hashicorp/hcl/v2"
)

// Service is a Service in front of an app. What is empty, zero or nil is left to
// the cluster.
type Service struct {
	Name                  string // default: the app's name
	Ports                 []Port // that it has; ServicePort and NodePort are those of this Service
	Type                  string // ClusterIP, NodePort, LoadBalancer
	Headless              bool   // clusterIP None; see App.Governing
	PublishNotReady       bool   // pods are reached before they are ready
	SessionAffinity       string // None, ClientIP
	SessionTimeout        time.Duration
	InternalTrafficPolicy string   // Cluster, Local
	ExternalTrafficPolicy string   // Cluster, Local; not with ClusterIP
	TrafficDistribution   string   // PreferSameZone, PreferSameNode, PreferClose
	IPFamilies            []string // IPv4, IPv6; the first is the primary one
	IPFamilyPolicy        string   // SingleStack, PreferDualStack, RequireDualStack
	ExternalIPs           []string
	LoadBalancer          LoadBalancer
	Selector              map[string]string // nil: the app's
	Labels                map[string]string // beside the app's
	Annotations           map[string]string
	DeclRange             hcl.Range
}

// LoadBalancer is what only a Service of type LoadBalancer has.
type LoadBalancer struct {
	Class           string   // of the controller that makes it
	SourceRanges    []string // networks that it lets in, as CIDR
	NodePorts       *bool    // whether it has ports of the nodes too; nil: yes
	HealthCheckPort int32    // of the nodes, with external traffic policy Local
}

const (
	serviceClusterIP    = "ClusterIP"
	serviceNodePort     = "NodePort"
	serviceLoadBalancer = "LoadBalancer"
	policyCluster       = "Cluster"
	policyLocal         = "Local"
	affinityNone        = "None"
	affinityClientIP    = "ClientIP"
)

// serviceBlock is a Service in the course of decoding.
type serviceBlock struct {
	*Service
	of     *appBlock
	chosen *[]chosenPort        // nil: all that are exposed
	at     map[string]hcl.Range // where each argument is written
	failed bool                 // some of it could not be decoded
}

var serviceSchema = newSchema([]arg[serviceBlock]{
	{
		name: "name", kind: text(func(s *serviceBlock) *string { return &s.Name }, serviceName), initial: "the app's name",
		doc: "Name of the Service. All but one of several need it.",
	},
	{
		name: "ports", kind: chosenPorts, initial: "all that are exposed",
		doc: "Which ports of the app the Service has, by the labels of their blocks: `[\"http\"]`, or with other numbers than their `service_port`, `{ http = 80 }`.",
	},
	{
		name: "type", kind: text(func(s *serviceBlock) *string { return &s.Type }, oneOf(serviceClusterIP, serviceNodePort, serviceLoadBalancer)),
		initial: `"ClusterIP"`,
		doc:     "`\"ClusterIP\"`, `\"NodePort\"` or `\"LoadBalancer\"`. With a `node_port` on a port the default is `\"NodePort\"`.",
	},
	{
		name: "headless", kind: boolean(func(s *serviceBlock) *bool { return &s.Headless }), initial: "false",
		doc: "No address of its own: the name leads to the pods themselves. For a StatefulSet it gives each pod a name, and is made before it.",
	},
	{
		name: "publish_not_ready", kind: boolean(func(s *serviceBlock) *bool { return &s.PublishNotReady }), initial: "false",
		doc: "Whether the name leads to pods that are not ready too, as those need that look each other up while they start.",
	},
	{
		name: "session_affinity", kind: text(func(s *serviceBlock) *string { return &s.SessionAffinity }, oneOf(affinityNone, affinityClientIP)), initial: `"None"`,
		doc: "`\"ClientIP\"`: requests from one address go to one pod. `\"None\"`: to any.",
	},
	{
		name: "session_timeout", kind: seconds(func(s *serviceBlock) *time.Duration { return &s.SessionTimeout }, time.Second), initial: "3 hours",
		doc: "How long after its last request an address keeps its pod; with `session_affinity`, and at most 24 hours.",
	},
	{
		name: "internal_traffic_policy", kind: text(func(s *serviceBlock) *string { return &s.InternalTrafficPolicy }, oneOf(policyCluster, policyLocal)), initial: `"Cluster"`,
		doc: "Pods that requests from inside the cluster go to: `\"Cluster\"`, all, or `\"Local\"`, only those of the same node.",
	},
	{
		name: "external_traffic_policy", kind: text(func(s *serviceBlock) *string { return &s.ExternalTrafficPolicy }, oneOf(policyCluster, policyLocal)), initial: `"Cluster"`,
		doc: "The same for requests from outside. `\"Local\"` keeps the address of the client. Not of type `\"ClusterIP\"`.",
	},
	{
		name: "traffic_distribution", kind: text(func(s *serviceBlock) *string { return &s.TrafficDistribution }, oneOf("PreferSameZone", "PreferSameNode", "PreferClose")),
		doc: "Pods that are preferred: `\"PreferSameZone\"` or `\"PreferSameNode\"` (`\"PreferClose\"` is the older word for the former).",
	},
	{
		name: "ip_families", kind: textList(func(s *serviceBlock) *[]string { return &s.IPFamilies }, oneOf("IPv4", "IPv6")), initial: "the cluster's",
		doc: "`\"IPv4\"`, `\"IPv6\"`, or both in the order of preference.",
	},
	{
		name: "ip_family_policy", kind: text(func(s *serviceBlock) *string { return &s.IPFamilyPolicy }, oneOf("SingleStack", "PreferDualStack", "RequireDualStack")), initial: `"SingleStack"`,
		doc: "Whether the Service has an address of each family.",
	},
	{
		name: "external_ips", kind: textList(func(s *serviceBlock) *[]string { return &s.ExternalIPs }, address),
		doc: "Addresses outside of the cluster's care at which nodes take requests too.",
	},
	{
		name: "load_balancer_class", kind: text(func(s *serviceBlock) *string { return &s.LoadBalancer.Class }, qualifiedName), initial: "the cluster's default",
		doc: "Which controller makes the load balancer.",
	},
	{
		name: "source_ranges", kind: textList(func(s *serviceBlock) *[]string { return &s.LoadBalancer.SourceRanges }, network), initial: "all",
		doc: "Networks that the load balancer lets in, such as `\"203.0.113.0/24\"`.",
	},
	{
		name: "allocate_node_ports", kind: optionalBoolean(func(s *serviceBlock) **bool { return &s.LoadBalancer.NodePorts }), initial: "true",
		doc: "Whether a Service of type `\"LoadBalancer\"` has ports of the nodes too.",
	},
	{
		name: "health_check_node_port", kind: integer(func(s *serviceBlock) *int32 { return &s.LoadBalancer.HealthCheckPort }, 1, 65535), initial: "chosen by the cluster",
		doc: "Port of the nodes where the load balancer asks whether they have pods; with `external_traffic_policy = \"Local\"`.",
	},
	{
		name: "selector", kind: textMap(func(s *serviceBlock) *map[string]string { return &s.Selector }, podLabelKey, labelValue), initial: "that of the app",
		doc: "Labels by which the Service finds the pods, where it looks for others than the workload does; with `selector` of the app.",
	},
	{name: "labels", kind: serviceLabels, doc: "Labels of the Service, beside those of the app."},
	{
		name: "annotations", kind: textMap(func(s *serviceBlock) *map[string]string { return &s.Annotations }, annotationKey),
		doc: "Annotations of the Service.",
	},
})

func decodeService(s *scope, to *appBlock, b *hcl.Block) {
	block := &serviceBlock{Service: &Service{DeclRange: b.DefRange}, of: to}
	content := serviceSchema.content(s, b.Body)
	block.at = rangesOf(content)
	block.failed = s.failed(func() { serviceSchema.fill(s, content, block, func(string) bool { return true }) })
	to.services = append(to.services, block)
}

// serviceLabels decodes labels as those of the app, which they stand beside.
var serviceLabels = kind[serviceBlock]{name: "map of text", decode: func(s *scope, to *serviceBlock, a argument) {
	if v, ok := s.textMap(a, to.of.labelKey(), labelValue); ok {
		to.Labels = v
	}
}}

// checkService reports arguments that mean nothing without another one. The API
// server refuses them, or keeps them without effect.
func (s *scope) checkService(service *serviceBlock) {
	if service.Headless && service.Type != serviceClusterIP {
		s.report(problem(&service.DeclRange, "Conflicting arguments", "A headless Service is of type ClusterIP, not %s.", service.Type))
	}
	needs := func(met bool, what string, args ...string) {
		for _, name := range args {
			if at, given := service.at[name]; given && !met {
				s.report(problem(&at, "Conflicting arguments", "%s goes with %s only.", name, what))
			}
		}
	}
	balanced := service.Type == serviceLoadBalancer
	needs(balanced, `type = "LoadBalancer"`, "load_balancer_class", "source_ranges", "allocate_node_ports", "health_check_node_port")
	needs(service.Type != serviceClusterIP || len(service.ExternalIPs) > 0, `type = "NodePort" or "LoadBalancer"`, "external_traffic_policy")
	needs(!balanced || service.ExternalTrafficPolicy == policyLocal, `external_traffic_policy = "Local"`, "health_check_node_port")
	needs(service.SessionAffinity == affinityClientIP, `session_affinity = "ClientIP"`, "session_timeout")
	const longest = 24 * time.Hour
	if at := service.at["session_timeout"]; service.SessionTimeout > longest {
		s.report(problem(&at, "Invalid value", `"session_timeout" must be at most %s.`, longest))
	}
	if families := service.IPFamilies; len(families) > 1 {
		at := service.at["ip_families"]
		switch {
		case len(families) > 2 || families[0] == families[1]:
			s.report(problem(&at, "Invalid value", `"ip_families" names each family once.`))
		case service.IPFamilyPolicy == "" || service.IPFamilyPolicy == "SingleStack":
			s.report(problem(&at, "Conflicting arguments", `Two IP families need ip_family_policy = "PreferDualStack" or "RequireDualStack".`))
		}
	}
}

func address(text string) error {
	if !isAddress(text) {
		return errors.New(`must be an IP address, such as "203.0.113.7"`)
	}
	return nil
}

func network(text string) error {
	if _, err := netip.ParsePrefix(text); err != nil {
		return errors.New(`must be a network, such as "203.0.113.0/24"`)
	}
	return nil
}
