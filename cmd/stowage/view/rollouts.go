package view

import (
	"fmt"
	"slices"

	"stowage/planner"
)

// rollouts adds the versions that run side by side: how far each is there, and which
// of them has the traffic.
func (p *page) rollouts(rollouts []planner.AppRollout) {
	if len(rollouts) == 0 {
		return
	}
	rows := [][]string{{"APP", "SIDE", "VERSION", "READY", "ENDPOINTS", ""}}
	live := map[int]bool{}
	for _, r := range rollouts {
		app := r.App
		for _, side := range r.Sides {
			live[len(rows)] = side.Name == r.Active
			rows = append(rows, []string{
				app, side.Name, side.Version, fmt.Sprintf("%d/%d", side.Ready, side.Pods), endpointsText(r, side), partText(r, side),
			})
			app = ""
		}
	}
	p.table(rows, func(row int) style {
		if live[row] {
			return green
		}
		return plain
	})
	p.blank()
}

// table adds rows whose columns are aligned. The last column is in the row's style.
func (p *page) table(rows [][]string, styleOf func(row int) style) {
	const gap = 2
	widths := make([]int, len(rows[0])-1)
	for _, row := range rows {
		for column := range widths {
			widths[column] = max(widths[column], columns(row[column])+gap)
		}
	}
	for i, row := range rows {
		left := ""
		for column, width := range widths {
			left += pad(row[column], width)
		}
		p.line(txt(left), span{row[len(widths)], styleOf(i)})
	}
}

// endpointsText returns how many endpoints of the Service lead to a side, and which
// share of all that is.
func endpointsText(r planner.AppRollout, side planner.Side) string {
	if r.Worker {
		return "none"
	}
	all := int64(0)
	for _, s := range r.Sides {
		all += s.Endpoints
	}
	if all == 0 {
		return "0"
	}
	return fmt.Sprintf("%d (%d%%)", side.Endpoints, (100*side.Endpoints+all/2)/all)
}

// partText says which part a side plays.
func partText(r planner.AppRollout, side planner.Side) string {
	switch {
	case side.Name == r.Active:
		return "live"
	case r.Strategy == canaryStrategy:
		return "at " + stepText(r.Weight, r.Steps)
	case side.Name == r.Newest:
		return "newest"
	default:
		return "idle"
	}
}

// unfinished adds that switches were begun and did not end.
func (p *page) unfinished(status Status) {
	for _, r := range status.Rollouts {
		if r.Unfinished {
			p.para(span{"! ", yellow}, 2, plain, fmt.Sprintf("A switch of %s was begun and has not ended; %s is live. "+
				"The same switch again finishes it, and one to the other version takes it back:", r.App, r.Active))
			for _, side := range r.Sides {
				p.line(txt("    "), span{commandLine("switch", r.App, "--to", side.Name, status.Where), bold})
			}
			p.blank()
		}
	}
}

// waitingIn returns the versions that wait for a switch.
func waitingIn(rollouts []planner.AppRollout) []planner.Waiting {
	var waiting []planner.Waiting
	for _, r := range rollouts {
		active, next := sideNamed(r, r.Active), sideNamed(r, r.Newest)
		if active == nil || next == nil || active == next || r.Unfinished {
			continue
		}
		waiting = append(waiting, planner.Waiting{
			App: r.App, Strategy: r.Strategy, Worker: r.Worker, Active: *active, Next: *next, Weight: r.Weight, Steps: r.Steps,
		})
	}
	return waiting
}

func sideNamed(r planner.AppRollout, name string) *planner.Side {
	i := slices.IndexFunc(r.Sides, func(s planner.Side) bool { return s.Name == name })
	if i < 0 {
		return nil
	}
	return &r.Sides[i]
}
