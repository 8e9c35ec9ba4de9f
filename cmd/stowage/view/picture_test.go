package view_test

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"stowage/cmd/stowage/view"
	"stowage/planner"
)

type box struct{ x, y, width, height int }

func (b box) overlaps(c box) bool {
	return b.x < c.x+c.width && c.x < b.x+b.width && b.y < c.y+c.height && c.y < b.y+b.height
}

var (
	boxPattern   = regexp.MustCompile(`<rect x="(\d+)" y="(\d+)" width="(\d+)" height="(\d+)"`)
	arrowPattern = regexp.MustCompile(`<path class="arrow (\w*)" data-from="(\d+)" data-to="(\d+)" d="M(\d+) (\d+)[^"]*[ V](\d+) (\d+)"`)
	sizePattern  = regexp.MustCompile(`viewBox="0 0 (\d+) (\d+)" role="group"`)
)

func numbers(t *testing.T, texts []string) []int {
	t.Helper()
	all := make([]int, len(texts))
	for i, text := range texts {
		n, err := strconv.Atoi(text)
		if err != nil {
			t.Fatal(err)
		}
		all[i] = n
	}
	return all
}

// legible fails the test when boxes of a picture overlap or lie outside of it, or when an
// arrow does not lead down from the bottom of one box to the top of another.
func legible(t *testing.T, page string) (boxes []box, arrows int) {
	t.Helper()
	size := numbers(t, sizePattern.FindStringSubmatch(page)[1:])
	for _, match := range boxPattern.FindAllStringSubmatch(page, -1) {
		n := numbers(t, match[1:])
		boxes = append(boxes, box{n[0], n[1], n[2], n[3]})
	}
	for i, b := range boxes {
		if b.x < 0 || b.y < 0 || b.x+b.width > size[0] || b.y+b.height > size[1] {
			t.Errorf("box %d is outside of the picture: %v of %v", i, b, size)
		}
		for k, c := range boxes[:i] {
			if b.overlaps(c) {
				t.Errorf("boxes %d and %d overlap: %v, %v", k, i, c, b)
			}
		}
	}
	for _, match := range arrowPattern.FindAllStringSubmatch(page, -1) {
		arrows++
		n := numbers(t, match[2:])
		from, to := boxes[n[0]], boxes[n[1]]
		if n[2] != from.x+from.width/2 || n[3] != from.y+from.height || n[4] != to.x+to.width/2 || n[5] != to.y || to.y <= from.y {
			t.Errorf("an arrow from %v to %v goes %s", from, to, match[0])
		}
	}
	if drawn := strings.Count(page, `<path class="arrow `); drawn != arrows {
		t.Errorf("%d of %d arrows understood", arrows, drawn)
	}
	return boxes, arrows
}

// randomPlan has so many objects, each of which needs some of those before it.
func randomPlan(seed uint64, objects, perApp, needs int) *planner.Plan {
	random := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // the same each time
	plan := &planner.Plan{Release: planner.ReleaseInfo{Name: "random", FromRevision: 1, ToRevision: 2}}
	for i := range objects {
		change := planner.Change{ID: id("Deployment", fmt.Sprintf("object-%d", i)), App: fmt.Sprintf("app-%d", i/perApp), Action: planner.Create}
		for range min(i, random.IntN(needs+1)) {
			change.Needs = append(change.Needs, planner.Need{ID: plan.Changes[random.IntN(i)].ID, Gate: planner.Ready})
		}
		plan.Changes = append(plan.Changes, change)
	}
	return plan
}

func TestPictureIsLegibleAndAlwaysTheSame(t *testing.T) {
	for _, test := range []struct{ objects, perApp, needs, boxes int }{
		{1, 1, 0, 1}, {7, 3, 2, 7}, {30, 5, 1, 30}, {60, 5, 3, 60}, {61, 5, 3, 13}, {700, 7, 1, 100}, {700, 7, 4, 100}, {700, 1, 1, 700},
	} {
		for seed := range uint64(5) {
			t.Run(fmt.Sprint(test, seed), func(t *testing.T) {
				plan := view.Planned{Plan: randomPlan(seed, test.objects, test.perApp, test.needs), Target: target}
				page := htmlOf(t, plan)
				if boxes, _ := legible(t, page); len(boxes) != test.boxes {
					t.Errorf("%d boxes, want %d", len(boxes), test.boxes)
				}
				if again := htmlOf(t, plan); again != page {
					t.Error("another picture the second time")
				}
			})
		}
	}
}

// need makes a change wait for another one.
func need(change *planner.Change, gate planner.Gate, on planner.ObjectID) {
	change.Needs = append(change.Needs, planner.Need{ID: on, Gate: gate})
}

func TestPictureLeavesOutArrowsThatOthersSay(t *testing.T) {
	plan := randomPlan(0, 3, 1, 0)
	first, second, third := &plan.Changes[0], &plan.Changes[1], &plan.Changes[2]
	need(second, planner.Applied, first.ID)
	need(third, planner.Ready, second.ID)
	need(third, planner.Ready, first.ID) // as the two others say
	page := htmlOf(t, view.Planned{Plan: plan, Target: target})
	var got []string
	for _, match := range arrowPattern.FindAllStringSubmatch(page, -1) {
		got = append(got, fmt.Sprintf("%s->%s %s", match[2], match[3], match[1]))
	}
	if want := "0->1 applied, 1->2 ready"; strings.Join(got, ", ") != want {
		t.Errorf("got %s, want %s", strings.Join(got, ", "), want)
	}
}

func TestPictureSaysWhichArrowsItDoesNotDraw(t *testing.T) {
	plan := randomPlan(0, 20, 1, 0)
	for i := range plan.Changes[1:] {
		need(&plan.Changes[i+1], planner.Applied, plan.Changes[0].ID)
	}
	page := htmlOf(t, view.Planned{Plan: plan, Target: target})
	if _, arrows := legible(t, page); arrows != 0 || !strings.Contains(page, "Not drawn: 19 arrows from Deployment object-0.") {
		t.Errorf("%d arrows drawn, or it is not said that they are not", arrows)
	}
}

// Apps can wait for each other though no object waits for itself.
func TestPictureOfAppsThatWaitForEachOther(t *testing.T) {
	plan := randomPlan(0, 100, 50, 0)
	need(&plan.Changes[60], planner.Ready, plan.Changes[0].ID)
	need(&plan.Changes[40], planner.Ready, plan.Changes[60].ID)
	if boxes, arrows := legible(t, htmlOf(t, view.Planned{Plan: plan, Target: target})); len(boxes) != 2 || arrows != 1 {
		t.Errorf("%d boxes and %d arrows", len(boxes), arrows)
	}
}
