package view_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"
	"github.com/zclconf/go-cty/cty"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"stowage/cmd/stowage/view"
	"stowage/planner"
)

// commentLimit is what S51 allows; GitHub takes 65,536.
const commentLimit = 60000

func markdownOf(t testing.TB, plan view.Planned) string {
	t.Helper()
	var out bytes.Buffer
	if err := view.Markdown(&out, plan); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// shop is a plan with several apps and most risks, as a review shows them.
func shop() *planner.Plan {
	plan := everything()
	apps := map[string]string{"db-f5g6h7j8k9": "db", "nginx-n7p8q9r0s1": "web", "web": "web", "old": "old", "report": "report", "queue-c4d5f6g7h8": "queue"}
	for i := range plan.Changes {
		plan.Changes[i].App = apps[plan.Changes[i].ID.Name]
	}
	plan.Changes = append(plan.Changes,
		planner.Change{
			ID: id("StatefulSet", "db"), App: "db", Action: planner.Update, Origin: at("database/db.hcl", 7), Checked: true, Reason: "changed fields",
			Impact: "DOWNTIME: 1 pod of db stops before the new one starts", Risks: []planner.Risk{{Kind: planner.RiskDowntime, Text: "1 pod of db stops before the new one starts"}},
			Diff: []planner.FieldDiff{{Path: "spec.template.spec.containers[db].image", Op: planner.Update, Before: "mysql:5.7", After: "mysql:8.4"}},
		},
		planner.Change{
			ID: id("PersistentVolumeClaim", "cache"), App: "cache", Action: planner.Delete, Reason: "left the configuration",
			Impact: "DATA: what the volume holds is lost, unless its storage class retains it",
			Risks:  []planner.Risk{{Kind: planner.RiskData, Text: "what the volume holds is lost, unless its storage class retains it"}},
		},
	)
	return plan
}

// reviewedPlans are the plans whose reviews are looked at, by name.
func reviewedPlans() map[string]view.Planned {
	destroy := &planner.Plan{
		Release: planner.ReleaseInfo{Name: "petclinic", Namespace: "petclinic", FromRevision: 3, ToRevision: 3, Destroy: true},
		Changes: []planner.Change{{ID: id("Service", "petclinic"), Action: planner.Delete, Reason: "the release is destroyed", Impact: "nothing answers as petclinic any more"}},
	}
	empty := &planner.Plan{
		Release: planner.ReleaseInfo{Name: "petclinic", Namespace: "petclinic", FromRevision: 3, ToRevision: 3},
		Changes: []planner.Change{noOp("Service", "petclinic")},
	}
	back := oneValueChanged()
	back.Release.RollbackTo, back.Release.RollbackApp = 2, "petclinic"
	drifted := &planner.Plan{
		Release: planner.ReleaseInfo{Name: "shop", Namespace: "shop", FromRevision: 7, ToRevision: 7, DriftSince: 7},
		Changes: []planner.Change{noOp("Service", "web"), {
			ID: id("Deployment", "web"), App: "web", Action: planner.Update, Origin: at("web.hcl", 20), Reason: "changed fields",
			Diff: []planner.FieldDiff{ // what would undo it
				{Path: "spec.replicas", Op: planner.Update, Before: int64(5), After: int64(3)},
				{Path: "spec.template.spec.containers[web].readinessProbe", Op: planner.Create, After: map[string]any{"tcpSocket": map[string]any{"port": "http"}}},
			},
			Drift: []planner.FieldOwner{
				{Path: "spec.replicas", Manager: "kubectl", Time: movedAt, Live: int64(5), Config: int64(3)},
				{Path: "spec.template.spec.containers[web].readinessProbe", Manager: "unknown", Config: map[string]any{"tcpSocket": map[string]any{"port": "http"}}},
			},
		}, {
			ID: id("Secret", "web-b2c3d4f5g6"), App: "web", Action: planner.Update, Origin: at("web.hcl", 3), Reason: "changed fields",
			Drift: []planner.FieldOwner{{Path: "data.password", Manager: "kubectl-edit", Time: movedAt, Masked: true}},
		}, {ID: id("Service", "db"), App: "db", Action: planner.Create, Origin: at("db.hcl", 9), Reason: "is not there any more"}},
	}
	production := target
	production.Env = "production"
	running := oneValueChanged()
	running.Waiting = waiting()
	return map[string]view.Planned{
		"running": {Plan: running, Target: target, Pending: pendingRevision(holder(), true), Where: "-n shop"},
		"one_value": {Plan: oneValueChanged(), Target: production, Outputs: []view.Output{
			{Name: "url", Value: cty.StringVal("http://petclinic.example.com")}, {Name: "token", Sensitive: true},
		}},
		"shop":     {Plan: shop(), Target: target},
		"empty":    {Plan: empty, Target: target},
		"destroy":  {Plan: destroy, Target: target},
		"rollback": {Plan: back, Target: target},
		"switch":   {Plan: switchPlan(), Target: target},
		"drift":    {Plan: drifted, Target: target},
		"adopting": {Plan: adopting(), Target: target},
	}
}

func TestS51MarkdownOfPlans(t *testing.T) {
	for name, plan := range reviewedPlans() {
		t.Run(name, func(t *testing.T) {
			got := markdownOf(t, plan)
			golden(t, "markdown_"+name+".md", []byte(got))
			sound(t, got)
		})
	}
}

// largePlan creates or changes so many apps, of six objects each, with diffs of some lines.
func largePlan(apps, lines int) *planner.Plan {
	plan := &planner.Plan{Release: planner.ReleaseInfo{Name: "fleet", Namespace: "petclinic", FromRevision: 1, ToRevision: 2}}
	for i := range apps {
		app := fmt.Sprintf("app-%03d", i)
		origin := at("fleet.hcl", i+1)
		changed := strings.Repeat("setting = value\n", lines)
		config := planner.Change{
			ID: id("ConfigMap", app+"-config-5k2m9tq8xc"), App: app, Action: planner.Create, Origin: origin, Reason: "new version of " + app + "-config-7d41h0w3rb",
			Data: &planner.DataDiff{From: "x", Keys: []planner.FieldDiff{{Path: "settings.conf", Op: planner.Update, Before: changed, After: strings.ReplaceAll(changed, "value", "other")}}},
		}
		workload := planner.Change{
			ID: id("Deployment", app), App: app, Action: planner.Update, Origin: origin, Impact: "3 pods roll, one more at a time (surge 25%)",
			Diff:  []planner.FieldDiff{{Path: "spec.template.spec.containers[app].image", Op: planner.Update, Before: "app:1", After: "app:2"}},
			Needs: []planner.Need{{ID: config.ID, Gate: planner.Applied}},
		}
		if i == apps/2 {
			workload.Risks = []planner.Risk{{Kind: planner.RiskDowntime, Text: "3 pods of it stop before new ones start"}}
		}
		plan.Changes = append(plan.Changes, config, workload)
		for _, kind := range []string{"Service", "ServiceAccount", "PodDisruptionBudget", "HorizontalPodAutoscaler", "Ingress"} {
			change := planner.Change{ID: id(kind, app), App: app, Action: planner.Create, Origin: origin, Needs: []planner.Need{{ID: workload.ID, Gate: planner.Ready}}}
			plan.Changes = append(plan.Changes, change)
		}
	}
	return plan
}

func TestS51MarkdownFitsACommentAndSaysWhatIsLeftOut(t *testing.T) {
	for _, size := range []struct{ apps, lines int }{{1, 10000}, {20, 100}, {100, 2}, {100, 50}, {1500, 1}} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			got := markdownOf(t, view.Planned{Plan: largePlan(size.apps, size.lines), Target: target})
			if len(got) >= commentLimit {
				t.Errorf("%d bytes", len(got))
			}
			if len(got) < commentLimit/2 && size.apps > 1 {
				t.Errorf("no more than %d bytes of it used", len(got))
			}
			first, _, _ := strings.Cut(got, "\n")
			for _, want := range []string{fmt.Sprintf("%d to create", size.apps*6), fmt.Sprintf("%d to change", size.apps), "Release `fleet`", "revision `1 -> 2`"} {
				if !strings.Contains(first, want) {
					t.Errorf("%q is not in the first line: %s", want, first)
				}
			}
			for _, want := range []string{"**Shortened.** Left out", "**DOWNTIME**", fmt.Sprintf("`Deployment app-%03d`", size.apps/2)} {
				if !strings.Contains(got, want) {
					t.Errorf("%q is missing", want)
				}
			}
			sound(t, got)
		})
	}
}

// Risky apps keep their diffs when others have lost theirs.
func TestMarkdownShortensWhatIsHarmlessFirst(t *testing.T) {
	got := markdownOf(t, view.Planned{Plan: largePlan(100, 20), Target: target})
	_, risky, _ := strings.Cut(got, "<code>app-050</code>")
	risky, _, _ = strings.Cut(risky, "</details>")
	if !strings.Contains(risky, "+ app:2") {
		t.Errorf("the app with downtime has no diff:\n%s", risky)
	}
	if _, last, _ := strings.Cut(got, "app-099"); strings.Contains(last, "+ app:2") {
		t.Error("the last app has its diff still")
	}
}

func TestMarkdownOfHostileText(t *testing.T) {
	for _, evil := range hostile {
		got := markdownOf(t, view.Planned{Plan: hostilePlan(evil), Target: view.Target{Env: evil, Context: evil, Server: evil, Namespace: evil}, Where: evil})
		sound(t, got)
		if t.Failed() {
			t.Fatalf("%q makes:\n%s", evil, got)
		}
	}
}

// An account that may not patch has nothing checked: that is one line, and the last.
func TestRisksTellARightThatIsLackingOnce(t *testing.T) {
	plan := shop()
	for i := range plan.Changes {
		if change := &plan.Changes[i]; change.Action != planner.NoOp && change.Action != planner.Delete {
			kind := strings.ToLower(change.ID.Kind) + "s"
			change.Unchecked = fmt.Sprintf("%s %q is forbidden: User %q cannot patch resource %q in API group \"\" in the namespace %q", kind, change.ID.Name, "planner", kind, "shop")
		}
	}
	_, risks, _ := strings.Cut(markdownOf(t, view.Planned{Plan: plan, Target: target}), "#### Risks\n\n")
	risks, _, _ = strings.Cut(risks, "\n\n")
	lines := strings.Split(risks, "\n")
	if last, want := lines[len(lines)-1], `- **NOT CHECKED** by the server: 6 objects: user "planner" may not patch them`; last != want || strings.Count(risks, "NOT CHECKED") != 1 {
		t.Errorf("the last line is not the only one to tell it:\n%s\nwant %s", risks, want)
	}
	if !strings.HasPrefix(lines[0], "- **DATA") || !strings.HasPrefix(lines[1], "- **DOWNTIME**") {
		t.Errorf("what is worse does not come first:\n%s", risks)
	}
}

func TestMarkdownKeepsTheCommasOfASentenceOutOfCode(t *testing.T) {
	plan := oneValueChanged()
	plan.Warnings = []planner.Warning{{Summary: "example.com/shop:1.5.0, example.com/db:2; then @all, and so on"}}
	want := "- **Warning** `example.com/shop:1.5.0`, `example.com/db:2`; then `@all`, and so on\n"
	if got := markdownOf(t, view.Planned{Plan: plan, Target: target}); !strings.Contains(got, want) {
		t.Errorf("not in it: %s\n%s", want, got)
	}
}

func FuzzMarkdown(f *testing.F) {
	for _, evil := range hostile {
		f.Add(evil, uint8(3))
	}
	f.Fuzz(func(t *testing.T, evil string, times uint8) {
		evil = strings.Repeat(evil, int(times))
		got := markdownOf(t, view.Planned{Plan: hostilePlan(evil), Target: view.Target{Env: evil, Context: evil, Server: evil, Namespace: evil}, Where: evil})
		if len(got) >= commentLimit {
			t.Errorf("%d bytes", len(got))
		}
		sound(t, got)
	})
}

// hostile are texts that try to be more than text.
var hostile = []string{
	"a`b``c```d", "```\n</details>\n# title\n```", "</details></summary><script>alert(1)</script>", "@everyone and @user", "| a | b |\n|---|---|",
	"[click](https://evil.example)", "![x](https://evil.example/x.png)", "<https://evil.example>", "https://evil.example", "www.evil.example", "user@evil.example",
	"line\n\nline\n- item\n1. item\n> quote\n\tcode", "\x1b[2J\r\x00\x9b", "\u202eevil\u2066", "\\`x\\`", "&lt;b&gt; &#64;user", "#12 GH-12 !12 ~label $12 :smile:", "**bold** _it_ ~~gone~~",
	"<!-- -->", "~~~\n</details>", "   ```", "`", " ` ", "", "$x^2$", "[^1]: note", "- [ ] task", "a\u2028b\u0085c", "\xff\xfe", "---\n===", "%{}",
}

func hostilePlan(evil string) *planner.Plan {
	diff := []planner.FieldDiff{
		{Path: evil, Op: planner.Update, Before: evil, After: evil + "x"}, {Path: evil, Op: planner.Create, After: map[string]any{evil: []any{evil}}},
		{Path: evil, Op: planner.Delete, Before: evil + "\n" + evil}, {Path: evil, Op: planner.Update, Masked: true},
	}
	side := planner.Side{Name: evil, Version: evil, Pods: 1}
	return &planner.Plan{
		Release: planner.ReleaseInfo{Name: evil, Namespace: evil, FromRevision: 1, ToRevision: 2, RollbackTo: 1, RollbackApp: evil, Targets: []string{evil}},
		Changes: []planner.Change{
			{
				ID: id(evil, evil), App: evil, Action: planner.Update, Reason: evil, Impact: evil, Unchecked: evil, Origin: at(evil, 1), Diff: diff,
				Risks: []planner.Risk{{Kind: planner.RiskDowntime, Text: evil}},
				Drift: []planner.FieldOwner{{Path: evil, Manager: evil, Live: evil}},
				Move:  &planner.Move{App: evil, From: side, To: side},
				Grow:  []planner.Growth{{Name: evil, From: evil, To: evil}},
			},
			{
				ID: id(evil, evil), Action: planner.Create, Reason: evil, Version: &planner.DataVersion{BaseName: evil, Provisional: true},
				Data: &planner.DataDiff{Keys: []planner.FieldDiff{{Path: evil, Op: planner.Update, Before: "a\n" + evil + "\nb", After: "a\n" + evil + "\nc\n" + evil}}},
			},
			{ID: id("Deployment", evil), Action: planner.Create, App: evil, Object: deploymentOf(evil)},
			{ID: id(evil, evil), Action: planner.NoOp, Health: &planner.Health{Condition: planner.Failed, Message: evil}},
		},
		Kept:     []planner.Kept{{ID: id(evil, evil), Reason: evil}},
		Warnings: []planner.Warning{{Summary: evil, Detail: evil, Origin: at(evil, 1)}},
		Waiting:  []planner.Waiting{{App: evil, Strategy: "blue-green", Active: side, Next: side}},
	}
}

func deploymentOf(image string) *unstructured.Unstructured {
	container := map[string]any{"name": "x", "image": image}
	return &unstructured.Unstructured{Object: map[string]any{"spec": map[string]any{"template": map[string]any{"spec": map[string]any{"containers": []any{container}}}}}}
}

// sound fails the test unless a reader of Markdown finds nothing in a review but what a
// review is made of: headings, lists, code, bold text and the folds.
func sound(t testing.TB, markdown string) {
	t.Helper()
	source := []byte(markdown)
	document := goldmark.New(goldmark.WithExtensions(extension.GFM, extension.Footnote)).Parser().Parse(text.NewReader(source))
	folds := 0
	err := ast.Walk(document, func(node ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch node := node.(type) {
		case *ast.Document, *ast.Paragraph, *ast.TextBlock, *ast.Heading, *ast.List, *ast.ListItem, *ast.FencedCodeBlock, *ast.Emphasis, *ast.Blockquote:
		case *ast.CodeSpan:
			return ast.WalkSkipChildren, nil
		case *ast.Text:
			if words := string(node.Value(source)); strings.ContainsAny(words, "@`<\\&#|") || strings.Contains(words, "://") {
				t.Errorf("text that may be taken for something else: %q", words)
			}
		case *ast.HTMLBlock:
			for i := range node.Lines().Len() {
				line := node.Lines().At(i)
				folds += foldOf(t, strings.TrimSpace(string(line.Value(source))))
			}
		default:
			t.Errorf("a node of kind %s: %q", node.Kind(), node.Text(source)) //nolint:staticcheck // good enough to tell which
		}
		return ast.WalkContinue, nil
	})
	if err != nil || folds != 0 {
		t.Errorf("%d folds are not closed: %v", folds, err)
	}
	for _, r := range markdown {
		if r != '\n' && r < 0x20 || r >= 0x7f && r < 0xa0 || r >= 0x2028 && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			t.Errorf("the control character %U is in it", r)
			return
		}
	}
}

// foldOf returns 1 for a line of HTML that opens a fold and -1 for one that ends it.
func foldOf(t testing.TB, line string) int {
	switch {
	case line == "":
		return 0
	case line == "</details>":
		return -1
	case !strings.HasPrefix(line, "<details><summary>") || !strings.HasSuffix(line, "</summary>"):
		t.Errorf("HTML that is no fold: %s", line)
		return 0
	}
	heading := strings.TrimSuffix(strings.TrimPrefix(line, "<details><summary>"), "</summary>")
	before, code, found := strings.Cut(heading, "<code>")
	if found {
		code, after, _ := strings.Cut(code, "</code>")
		if strings.ContainsAny(code, "<>") {
			t.Errorf("tags in the code of a heading: %s", line)
		}
		heading = before + after
	}
	heading = strings.NewReplacer("<b>", "", "</b>", "").Replace(heading)
	if strings.ContainsAny(heading, "<>@&`") {
		t.Errorf("more than text in a heading: %s", line)
	}
	return 1
}

func TestRisksAreInTheDocumentForPrograms(t *testing.T) {
	var out bytes.Buffer
	if err := view.PlanJSON(&out, view.Planned{Plan: shop(), Target: target}); err != nil {
		t.Fatal(err)
	}
	var document struct {
		Changes []struct {
			Risks []struct{ Kind, Text string }
		}
	}
	if err := json.Unmarshal(out.Bytes(), &document); err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for _, change := range document.Changes {
		for _, risk := range change.Risks {
			kinds = append(kinds, risk.Kind)
		}
	}
	if got := strings.Join(kinds, " "); got != "downtime data" {
		t.Errorf("got %q", got)
	}
}
