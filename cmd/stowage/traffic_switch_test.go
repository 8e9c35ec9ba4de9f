package main

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"stowage/internal/testcluster"
)

// trafficSwitches is how often traffic moves to and fro.
const trafficSwitches = 50

// TestS41S42SwitchesUnderLoad moves the traffic of an app forward and back while people
// use it and its preview. None of their requests fails. What the command says of the
// moment from which on only the new version answers is so, and the preview never answers
// from the version that has the traffic.
func TestS41S42SwitchesUnderLoad(t *testing.T) {
	tr := newTraffic(t, `strategy = "blue-green"`, 3)
	tr.does(tr.applies("1.0.0"))
	tr.does(tr.applies("1.0.1"))
	tr.service.AwaitPods(t, 3)
	tr.preview.AwaitPods(t, 3)
	pods := tr.identities()

	service, preview := tr.begins(serviceRate), testcluster.StartLoad(t, tr.preview.URL, previewRate)
	var moves []moveTold
	var took []time.Duration
	for n := range trafficSwitches {
		args := tr.switches()
		if n%2 == 1 {
			args = tr.switches("--back")
		}
		begun := time.Now()
		told := tr.does(args)
		took = append(took, time.Since(begun))
		if len(told) != 1 || told[0].App != usedApp || told[0].To.Name != []string{"green", "blue"}[n%2] {
			t.Fatalf("switch %d told of the moves %+v", n+1, told)
		}
		moves = append(moves, told[0])
	}
	service.AwaitReplies(t, 50) // after the last move too
	replies, previewed := tr.ends(service), preview.Stop()

	later, late := tr.judgeMoves(moves, replies)
	tr.judgePreview()
	active := tr.judgePreviewed(moves, previewed)
	if now := tr.identities(); !maps.Equal(now, pods) {
		t.Errorf("the pods were %v, and are %v", pods, now)
	}
	slices.Sort(took)
	testcluster.Report(t, "%s in %d switches; %d of them later than a switch says that all follow, %d of those answered by the old color; a switch takes %s, at most %s",
		summary(replies), trafficSwitches, later, late, took[len(took)/2].Round(time.Millisecond), took[len(took)-1].Round(time.Millisecond))
	testcluster.Report(t, "%d requests to the preview, %d refused while it leads nowhere, %d answered by the color with the traffic",
		len(previewed), len(testcluster.Failures(previewed)), active)
}

// identities are those of all pods, and how often they were restarted, by name.
func (tr *traffic) identities() map[string]string {
	tr.test.Helper()
	all := map[string]string{}
	for _, p := range tr.livePods("") {
		all[p.Name] = fmt.Sprintf("%s, %d restarts", p.UID, p.Status.ContainerStatuses[0].RestartCount)
	}
	return all
}

// judgeMoves expects each request that begins after the moment that a switch reports to be
// answered by the new color, unless the next switch was begun before it ended, and returns
// how many there were, and how many were not. At that moment, the Service led to that color
// alone.
func (tr *traffic) judgeMoves(moves []moveTold, replies []testcluster.Reply) (later, late int) {
	tr.test.Helper()
	for i, m := range moves {
		next := nextBegun(moves, i)
		if m.Followed < 0 || m.At.Before(m.begun) || m.over().After(next) {
			tr.test.Errorf("switch %d was run at %v, and says that traffic moved at %v and all followed after %f s", i+1, m.begun, m.At, m.Followed)
		}
		if colors := tr.colorsOf(tr.service, m.over()); !slices.Equal(colors, []string{m.To.Name}) {
			tr.test.Errorf("switch %d to %s says that all have followed by %v, and the Service led to %v", i+1, m.To.Name, m.over().Format(time.StampMicro), colors)
		}
		for _, r := range replies {
			if !r.Begin.Before(m.over()) && r.End.Before(next) {
				later++
				if colorBy(r) != m.To.Name {
					late++
					tr.test.Errorf("after switch %d to %s, which is over at %v: %v", i+1, m.To.Name, m.over().Format(time.StampMicro), r)
				}
			}
		}
	}
	return later, late
}

// nextBegun is when the switch after the i-th was run; now, if there was none.
func nextBegun(moves []moveTold, i int) time.Time {
	if i+1 < len(moves) {
		return moves[i+1].begun
	}
	return time.Now()
}

// colorsOf are the colors that a Service led to at a moment.
func (tr *traffic) colorsOf(f *testcluster.Forwarder, at time.Time) []string {
	routes := slices.DeleteFunc(f.Routes(), func(r testcluster.Route) bool { return r.Since.After(at) })
	if len(routes) == 0 {
		return nil
	}
	return tr.colors(routes[len(routes)-1])
}

func (tr *traffic) colors(route testcluster.Route) []string {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	colors := map[string]bool{}
	for _, uid := range route.Pods {
		colors[tr.pods[uid].Labels["stowage.dev/color"]] = true
	}
	return slices.Sorted(maps.Keys(colors))
}

// judgePreview expects the preview to have led, at each revision of the cluster, to no pod
// of the color that the Service selected then. No clock is asked.
func (tr *traffic) judgePreview() {
	tr.test.Helper()
	routes := tr.preview.Routes()
	tr.mu.Lock()
	selected := slices.Clone(tr.selected)
	tr.mu.Unlock()
	for i, s := range selected {
		for n, route := range routes {
			over := i+1 < len(selected) && selected[i+1].revision <= route.Revision
			left := n+1 < len(routes) && routes[n+1].Revision <= s.revision
			if !over && !left && s.color != "" && slices.Contains(tr.colors(route), s.color) {
				tr.test.Errorf("the Service selects %s from revision %d on, and the preview leads to %v from revision %d on",
					s.color, s.revision, tr.colors(route), route.Revision)
			}
		}
	}
}

// judgePreviewed expects of requests to the preview that none was answered by a color that
// had the traffic from before it was made until after it ended: a switch had reported that,
// and the next one was not begun. It returns how many were.
func (tr *traffic) judgePreviewed(moves []moveTold, replies []testcluster.Reply) (active int) {
	tr.test.Helper()
	for i, m := range moves {
		next := nextBegun(moves, i)
		for _, r := range replies {
			if !r.Failed() && r.Begin.After(m.At) && r.End.Before(next) && colorBy(r) == m.To.Name {
				active++
				tr.test.Errorf("%s has the traffic, and answers for the preview: %v", m.To.Name, r)
			}
		}
	}
	return active
}
