package view_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"regexp"
	"strings"
	"testing"

	"stowage/cmd/stowage/view"
)

func htmlOf(t testing.TB, plan view.Planned) string {
	t.Helper()
	var out bytes.Buffer
	if err := view.HTML(&out, plan); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

var (
	stylePattern  = regexp.MustCompile(`(?s)<style>(.*?)</style>`)
	scriptPattern = regexp.MustCompile(`(?s)<script>(.*?)</script>`)
	hashPattern   = regexp.MustCompile(`sha256-[^&]*`)
)

// Style, script and their hashes are left out of the golden files: they change often, and
// for all pages at once.
func TestHTMLOfPlans(t *testing.T) {
	for name, plan := range reviewedPlans() {
		page := htmlOf(t, plan)
		page = stylePattern.ReplaceAllString(page, "<style></style>")
		page = scriptPattern.ReplaceAllString(page, "<script></script>")
		golden(t, "html_"+name+".html", []byte(hashPattern.ReplaceAllString(page, "sha256-...")))
	}
}

func TestHTMLAllowsItsOwnStyleAndScriptAlone(t *testing.T) {
	page := htmlOf(t, view.Planned{Plan: shop(), Target: target})
	policy := regexp.MustCompile(`http-equiv="Content-Security-Policy" content="([^"]*)"`).FindStringSubmatch(page)
	if policy == nil {
		t.Fatal("there is no policy")
	}
	for name, pattern := range map[string]*regexp.Regexp{"style": stylePattern, "script": scriptPattern} {
		found := pattern.FindAllStringSubmatch(page, -1)
		if len(found) != 1 {
			t.Fatalf("%d elements %s", len(found), name)
		}
		sum := sha256.Sum256([]byte(found[0][1]))
		want := name + "-src &#39;sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "&#39;"
		if !strings.Contains(policy[1], want) {
			t.Errorf("%s is not in the policy %s", want, policy[1])
		}
	}
	if !strings.HasPrefix(policy[1], "default-src &#39;none&#39;;") {
		t.Errorf("the policy allows more than it says: %s", policy[1])
	}
	if regexp.MustCompile(` (style|on[a-z]+)=`).MatchString(page) {
		t.Error("an attribute has style or script, which the policy forbids")
	}
}

func TestHTMLOfHostileText(t *testing.T) {
	calm := tagsOf(htmlOf(t, view.Planned{Plan: hostilePlan("calm"), Target: view.Target{Env: "calm", Context: "calm", Server: "calm", Namespace: "calm"}}))
	for _, evil := range hostile {
		if evil == "" || strings.ContainsAny(evil, "\n\u2028\u0085") { // of another number of elements, since there are more or fewer lines
			continue
		}
		page := htmlOf(t, view.Planned{Plan: hostilePlan(evil), Target: view.Target{Env: evil, Context: evil, Server: evil, Namespace: evil}})
		if got := tagsOf(page); got != calm {
			t.Errorf("%q makes other elements:\n%s", evil, got)
		}
		if strings.ContainsFunc(page, func(r rune) bool { return r != '\n' && r < 0x20 || r >= 0x7f && r < 0xa0 || r >= 0x202a && r <= 0x202e }) {
			t.Errorf("%q leaves control characters", evil)
		}
	}
}

// tagsOf returns the names of all elements of a page.
func tagsOf(page string) string {
	page = scriptPattern.ReplaceAllString(page, "")
	var names []string
	for _, tag := range regexp.MustCompile(`<(/?[a-zA-Z][a-z0-9]*)`).FindAllStringSubmatch(page, -1) {
		names = append(names, tag[1])
	}
	return strings.Join(names, " ")
}
