package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"stowage/internal/testcluster"
)

// reviewed is a release before and after the change that is reviewed.
const reviewedBefore = `
release "review" { namespace = %q }
app "db" {
  kind  = "StatefulSet"
  image = "mysql:5.7"
  port "tcp" { number = 3306 }
}
app "web" {
  image    = "web:1"
  replicas = 2
  config   = { DATABASE = app.db.host, GREETING = "<script>alert(1)</script> & \"hello\"" }
  port "http" { number = 8080 }
}
app "old" { image = "old:1" }
`

const reviewedAfter = `
release "review" { namespace = %q }
app "db" {
  kind  = "StatefulSet"
  image = "mysql:8.4"
  port "tcp" { number = 3306 }
}
app "web" {
  image    = "web:2"
  replicas = 2
  config   = { DATABASE = app.db.host, GREETING = "<img src=https://example.com/x.png> & more" }
  port "http" { number = 8080 }
}
app "new" { image = "new:1" }
`

// A page of a real plan in a real browser. It is written for people, so that it is used
// here as they do: by keyboard, in the dark, on a phone, and on paper.
func TestThePageOfAPlanInABrowser(t *testing.T) {
	cluster := testcluster.Start(t)
	dir := t.TempDir()
	configure := func(text string) {
		if err := os.WriteFile(filepath.Join(dir, "main.hcl"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	namespace := cluster.UnusedNamespace(t)
	configure(fmt.Sprintf(reviewedBefore, namespace))
	want(t, exitOK, "apply", dir, "--kubeconfig", cluster.Kubeconfig, "--auto-approve", "--wait=false")
	configure(fmt.Sprintf(reviewedAfter, namespace))
	var plan struct{ Changes []struct{ Action string } }
	if err := json.Unmarshal([]byte(want(t, exitOK, "plan", dir, "--kubeconfig", cluster.Kubeconfig, "-o", "json")), &plan); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "plan.html")
	text := want(t, exitOK, "plan", dir, "--kubeconfig", cluster.Kubeconfig, "--format", "html")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}

	b := openBrowser(t)
	b.do(chromedp.EmulateViewport(1280, 900), chromedp.Navigate("file://"+file))
	t.Run("picture", func(t *testing.T) {
		b.is(t, fmt.Sprint(len(plan.Changes)), `String(document.querySelectorAll("svg .node").length)`)
		b.is(t, "true", `String(document.querySelectorAll("svg .arrow").length > 0)`)
		b.is(t, "", `[...document.querySelectorAll("svg a.node")].filter((a) => !document.querySelector(a.getAttribute("href"))).map((a) => a.textContent).join()`)
		b.is(t, "", `[...document.querySelectorAll("svg .node")].filter((n) => {
			const box = n.querySelector("rect").getBoundingClientRect();
			return [...n.querySelectorAll("text")].some((text) => text.getBoundingClientRect().right > box.right);
		}).map((n) => n.textContent).join()`)
	})
	t.Run("text stays text", func(t *testing.T) {
		b.is(t, "0", `String(document.querySelectorAll("img").length)`)
		b.is(t, "1", `String(document.querySelectorAll("script").length)`)
		b.is(t, "true", `String(document.body.textContent.includes("<img src=https://example.com/x.png> & more"))`)
	})
	t.Run("risks lead to their details", func(t *testing.T) {
		b.is(t, "DOWNTIME", `document.querySelector(".risks .word").textContent`)
		b.do(chromedp.Click(chromedp.CSS(".risks a")))
		b.is(t, "true", `String(document.querySelector(":target").checkVisibility() && document.querySelector(":target").closest("details").open)`)
		b.do(chromedp.Navigate("file://" + file)) // without what follows the #
	})
	t.Run("keyboard", b.keyboard)
	t.Run("filter", func(t *testing.T) {
		b.do(chromedp.SendKeys(chromedp.CSS("#filter"), "mysql:8.4"))
		b.is(t, "db", `[...document.querySelectorAll("details.app:not([hidden]) h3")].map((h) => h.textContent).join()`)
		b.is(t, "1 object", `document.querySelector("#found").textContent`)
		b.do(chromedp.Reload())
	})
	t.Run("light and dark", b.lightAndDark)
	t.Run("paper", b.paper)
	t.Run("phone", func(t *testing.T) {
		b.do(chromedp.EmulateViewport(400, 800, chromedp.EmulateMobile), chromedp.Reload(), chromedp.Click(chromedp.CSS("#expand")))
		b.is(t, "400", `String(document.documentElement.scrollWidth)`)
		b.screenshot(t, "phone")
	})
	b.asksForNothing(t, "file://"+file)
}

// browser is a headless Chromium with one page.
type browser struct {
	t   *testing.T
	ctx context.Context

	mu       sync.Mutex
	requests []string // their addresses
	messages []string // of the console, and of what the policy of the page forbade
}

// program returns the path of a program, which is installed where it is missing.
func program(t *testing.T, name string) string {
	t.Helper()
	var problem strings.Builder
	find := exec.CommandContext(t.Context(), "../../.ci/program.sh", name)
	find.Stderr = &problem
	path, err := find.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, problem.String())
	}
	return strings.TrimSpace(string(path))
}

func openBrowser(t *testing.T) *browser {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(program(t, "chromium")), chromedp.UserDataDir(t.TempDir()), chromedp.NoSandbox,
		chromedp.Flag("disable-gpu", true), chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
	)
	allocator, quit := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(quit)
	ctx, closePage := chromedp.NewContext(allocator)
	b := &browser{t: t, ctx: ctx}
	t.Cleanup(func() {
		_ = chromedp.Cancel(ctx) // waits until it has ended; if it has already, so much the better
		closePage()
	})
	b.do() // starts it
	if err := chromedp.Listen(ctx, b.listen); err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *browser) listen(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch event := event.(type) {
	case *network.EventRequestWillBeSent:
		b.requests = append(b.requests, event.Request.URL)
	case *log.EventEntryAdded:
		b.messages = append(b.messages, event.Entry.Text)
	case *runtime.EventExceptionThrown:
		b.messages = append(b.messages, event.ExceptionDetails.Text)
	case *runtime.EventConsoleAPICalled:
		b.messages = append(b.messages, fmt.Sprintf("console.%s", event.Type))
	}
}

// do carries out actions.
func (b *browser) do(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, actions...); err != nil {
		b.t.Fatal(err)
	}
}

// what carries out an action that has a result.
func what[T any](b *browser, action chromedp.Action[T]) T {
	b.t.Helper()
	result, err := chromedp.Run(b.ctx, action)
	if err != nil {
		b.t.Fatal(err)
	}
	return result
}

// show has the page be shown on a medium, "screen" or "print", and in a scheme of colours.
func (b *browser) show(medium, scheme string) {
	b.t.Helper()
	params := emulation.SetEmulatedMediaParams{Media: medium, Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}
	if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, params); err != nil {
		b.t.Fatal(err)
	}
	// What was folded away is laid out when the next frame is drawn.
	what(b, chromedp.Evaluate[float64](`new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))`, chromedp.EvalAwaitPromise))
}

// is compares what an expression gives in the page, which is a string.
func (b *browser) is(t *testing.T, want, expression string) {
	t.Helper()
	if got := what(b, chromedp.Evaluate[string](expression)); got != want {
		t.Errorf("got %q, want %q: %s", got, want, expression)
	}
}

// keyboard goes to a fold by Tab alone, and opens and closes it by Enter.
func (b *browser) keyboard(t *testing.T) {
	const focused = `document.activeElement`
	b.do(chromedp.KeyEvent(kb.Tab))
	b.is(t, "Skip to the plan", focused+`.textContent`)
	b.is(t, "true", `String(document.activeElement.getBoundingClientRect().left >= 0)`) // it can be seen then
	for range 100 {
		b.do(chromedp.KeyEvent(kb.Tab))
		if what(b, chromedp.Evaluate[string](focused+`.localName`)) == "summary" {
			break
		}
	}
	b.is(t, "summary", focused+`.localName`)
	b.is(t, "true", `String(getComputedStyle(document.activeElement).outlineStyle !== "none")`)
	for _, open := range []string{"true", "false"} {
		b.do(chromedp.KeyEvent(kb.Enter))
		b.is(t, open, `String(document.activeElement.closest("details").open)`)
	}
}

// lightAndDark looks at the contrast of all text in both schemes: WCAG 2 asks for 4.5 to 1.
func (b *browser) lightAndDark(t *testing.T) {
	b.do(chromedp.Click(chromedp.CSS("#expand")))
	for _, scheme := range []string{"light", "dark"} {
		b.show("screen", scheme)
		b.is(t, scheme, `(() => {
			const [red, green, blue] = getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number);
			return red + green + blue > 384 ? "light" : "dark";
		})()`)
		b.is(t, "", poorContrast)
		b.screenshot(t, scheme)
	}
	b.do(chromedp.Click(chromedp.CSS("#collapse")))
}

// poorContrast lists text that is hard to read.
const poorContrast = `(() => {
	const channel = (c) => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
	const luminance = (color) => {
		const [r, g, b] = color.match(/[\d.]+/g).map((v) => channel(v / 255));
		return 0.2126 * r + 0.7152 * g + 0.0722 * b;
	};
	const ground = (e) => {
		for (; e; e = e.parentElement) {
			const rect = e.closest("svg .node")?.querySelector("rect");
			const color = rect ? getComputedStyle(rect).fill : getComputedStyle(e).backgroundColor;
			if (!color.endsWith(", 0)")) return color;
		}
	};
	const poor = new Set();
	const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	while (walk.nextNode()) {
		const e = walk.currentNode.parentElement;
		if (!walk.currentNode.data.trim() || !e.checkVisibility() || e.closest("script, title, desc, .sr")) continue;
		const style = getComputedStyle(e);
		const [a, b] = [luminance(e.closest("svg") ? style.fill : style.color), luminance(ground(e))].sort((x, y) => y - x);
		const ratio = (a + 0.05) / (b + 0.05);
		if (ratio < 4.5) poor.add(ratio.toFixed(2) + " " + (e.className.baseVal ?? e.className) + ": " + walk.currentNode.data.trim());
	}
	return [...poor].join("\n");
})()`

// paper looks at the page as it is printed: all that is folded on the screen is there.
func (b *browser) paper(t *testing.T) {
	b.is(t, "0", `String(document.querySelectorAll("details.app[open]").length)`)
	b.show("print", "dark") // paper is white
	b.is(t, "", `[...document.querySelectorAll("article, details.fold li")].filter((e) =>
		!e.checkVisibility({ contentVisibilityAuto: true, visibilityProperty: true }) || e.getBoundingClientRect().height === 0).map((e) => e.textContent).join()`)
	b.is(t, "none", `getComputedStyle(document.querySelector("#tools")).display`)
	b.is(t, "rgb(255, 255, 255)", `getComputedStyle(document.body).backgroundColor`)
	b.show("screen", "light")
	b.keep(t, "paper.pdf", what(b, chromedp.PrintToPDF(chromedp.PDFPrintBackground())))
	b.is(t, "0", `String(document.querySelectorAll("details.app[open]").length)`) // as before
}

// asksForNothing fails the test when the page has asked for anything but itself, or has
// met an error.
func (b *browser) asksForNothing(t *testing.T, address string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.requests) == 0 {
		t.Error("not even the page was asked for, so nothing was listened to")
	}
	for _, request := range b.requests {
		if before, _, _ := strings.Cut(request, "#"); before != address {
			t.Errorf("the page asks for %s", request)
		}
	}
	for _, message := range b.messages {
		t.Errorf("in the console: %s", message)
	}
}

// screenshot keeps a picture of the whole page, which go test -artifacts leaves to look at.
func (b *browser) screenshot(t *testing.T, name string) {
	t.Helper()
	b.keep(t, name+".png", what(b, chromedp.FullScreenshot(100)))
}

func (b *browser) keep(t *testing.T, name string, data []byte) {
	t.Helper()
	if len(data) == 0 {
		t.Errorf("%s is empty", name)
	}
	if err := os.WriteFile(filepath.Join(t.ArtifactDir(), name), data, 0o600); err != nil {
		t.Fatal(err)
	}
}
