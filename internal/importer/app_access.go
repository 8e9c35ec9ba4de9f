package importer

// isRules reports whether the rules of an app say the same as these of a role.
func isRules(rules field) bool {
	for _, rule := range rules.list() {
		paths := len(rule.at("nonResourceURLs").list()) > 0
		resources := len(rule.at("resources").list()) > 0 && len(rule.at("apiGroups").list()) > 0
		if len(rule.at("verbs").list()) == 0 || paths == resources {
			return false
		}
	}
	return len(rules.list()) > 0
}

// writeAccount writes the account that the pods run under, and what it may do.
func (a *appWriter) writeAccount(b *block) {
	name := a.pod.at("serviceAccountName")
	if !name.exists() {
		return // and token belongs to no account then, but to the pods
	}
	inner := b.block("service_account", "")
	own := a.part.of("ServiceAccount")
	if len(own) == 0 {
		inner.set("existing", a.nameOf(a.part, "", "ServiceAccount", name.text()), name.path)
	} else {
		inner.from = own[0]
		a.writeName(inner, own[0])
	}
	if token := a.pod.at("automountServiceAccountToken"); token.exists() {
		inner.setOf(a.workload, "token", token.value, token.path)
	}
	if len(own) == 0 {
		return
	}
	account := own[0].written()
	inner.take("annotations", account.at("metadata", "annotations"))
	if pulls, ok := a.pullSecrets(account.at("imagePullSecrets")); ok {
		inner.set("image_pull_secrets", pulls, "imagePullSecrets")
	}
	for _, role := range a.part.of("Role") {
		writeRules(inner, role, "rule")
	}
	for _, role := range a.part.of("ClusterRole") {
		writeRules(inner, role, "cluster_rule")
	}
}

func writeRules(b *block, role *object, word string) {
	for _, rule := range (field{value: role.Object.Object}).at("rules").list() {
		inner := b.blockOf(role, word, rule.path)
		if groups := rule.at("apiGroups"); len(groups.list()) != 1 || !groups.list()[0].is("") {
			inner.take("api_groups", groups)
		}
		inner.take("resources", rule.at("resources"))
		inner.take("resource_names", rule.at("resourceNames"))
		inner.take("paths", rule.at("nonResourceURLs"))
		inner.take("verbs", rule.at("verbs"))
	}
}
