package planner

import "fmt"

// share is how many pods each version of an app has at a step of a canary.
type share struct {
	percent int32 // that the canary is to have
	of      int64 // pods, before and after
	stable  int64
	canary  int64
	weighed bool // requests are weighed, so that pods need not be in proportion
}

const whole = 100

// shareOfPods divides a fixed number of pods by the largest remainder; half a pod
// goes to the stable version. Below 100 percent each has one pod at least, so that
// a single one is not taken away: the canary's comes on top.
func shareOfPods(percent int32, of int64) share {
	s := share{percent: percent, of: of}
	if of == 0 {
		return s
	}
	s.canary = (of*int64(percent) + whole/2 - 1) / whole
	s.canary = max(s.canary, 1)
	s.stable = of - s.canary
	if percent < whole {
		s.stable = max(s.stable, 1)
	}
	if of > 1 && s.stable+s.canary > of {
		s.canary = of - s.stable
	}
	return s
}

// shareOnTop leaves the stable version the pods that it has, whose number is not
// stowage's to choose, and gives the canary as many as make its share of all.
func shareOnTop(percent int32, stable int64) share {
	s := share{percent: percent, of: stable, stable: stable}
	switch {
	case stable == 0:
	case percent >= whole:
		s.canary = stable
	default:
		rest := whole - int64(percent)
		s.canary = max((stable*int64(percent)+rest/2)/rest, 1)
	}
	return s
}

// shareOfRequests leaves the stable version all its pods, and gives the canary
// enough for its share of the requests.
func shareOfRequests(percent int32, of int64) share {
	s := share{percent: percent, of: of, stable: of, weighed: true}
	if of > 0 {
		s.canary = max((of*int64(percent)+whole-1)/whole, 1)
	}
	return s
}

// String says what the percentage comes to: "10% of 3 pods is 1 (33%)".
func (s share) String() string {
	all := s.stable + s.canary
	switch {
	case all == 0:
		return fmt.Sprintf("%d%% of 0 pods", s.percent)
	case s.weighed:
		return fmt.Sprintf("%d%% of the requests, %s beside %d", s.percent, counted(s.canary, "pod"), s.stable)
	}
	real := fmt.Sprintf("(%d%%)", (s.canary*whole+all/2)/all)
	if all > s.of {
		return fmt.Sprintf("%d%% is %s beside %d %s", s.percent, counted(s.canary, "pod"), s.stable, real)
	}
	return fmt.Sprintf("%d%% of %s is %d %s", s.percent, counted(s.of, "pod"), s.canary, real)
}

// counted writes a number of things.
func counted(n int64, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
