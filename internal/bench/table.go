package main

import (
	"fmt"
	"io"
	"time"
)

// goal is what a measurement is held against; zero values are no goal.
type goal struct {
	ratio float64       // to the floor
	wall  time.Duration // of the whole process
}

// memoryGoal is for every process.
const memoryGoal = 80 << 20

// goalOf returns the goals that are set: ratios for a hundred petclinics, and
// times for one, where starting a process counts most.
func goalOf(what string, petclinics int) goal {
	if petclinics < 20 {
		return map[string]goal{
			noop:          {wall: 60 * time.Millisecond},
			createAndWait: {wall: 250 * time.Millisecond},
		}[what]
	}
	return map[string]goal{
		noop:          {ratio: 4},
		changeApply:   {ratio: 4},
		create:        {ratio: 1.2},
		createAndWait: {ratio: 1.3},
		destroy:       {ratio: 1.5},
	}[what]
}

func (g goal) String() string {
	switch {
	case g.ratio > 0:
		return fmt.Sprintf("%.1fx", g.ratio)
	case g.wall > 0:
		return fmt.Sprintf("%.2f s", g.wall.Seconds())
	}
	return ""
}

// verdict says whether a row reaches its goals.
func (r row) verdict() string {
	switch {
	case r.cost.memory > memoryGoal:
		return "too much memory"
	case r.goal.ratio > 0 && r.ratio() > r.goal.ratio, r.goal.wall > 0 && r.cost.wall > r.goal.wall:
		return "missed"
	case r.goal != goal{}:
		return "reached"
	}
	return ""
}

func (r row) ratio() float64 {
	if r.floor.wall == 0 {
		return 0
	}
	return float64(r.cost.wall) / float64(r.floor.wall)
}

func printTable(out io.Writer, petclinics int, rows []row) {
	fmt.Fprintf(out, "\n%d petclinics, %d objects; whole processes; memory goal %d MiB\n", petclinics, 6*petclinics+1, memoryGoal>>20)
	fmt.Fprintf(out, "%-28s %9s %9s %7s %7s  %-8s %9s %9s %9s\n",
		"", "time", "floor", "ratio", "goal", "", "CPU time", "requests", "peak")
	for _, r := range rows {
		fmt.Fprintf(out, "%-28s %7.3f s %7.3f s %6.1fx %7s  %-8s %7.3f s %9d %5d MiB\n",
			r.what, r.cost.wall.Seconds(), r.floor.wall.Seconds(), r.ratio(), r.goal, r.verdict(),
			r.cost.cpu.Seconds(), r.requests, r.cost.memory>>20)
	}
}
