package view

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"stowage/applier"
	"stowage/internal/release"
	"stowage/planner"
)

const (
	// redrawEvery is how often the times in the live region are brought up to date.
	redrawEvery = time.Second
	// heartbeatEvery is how often a screen that cannot be redrawn is told what is
	// waited for.
	heartbeatEvery = 30 * time.Second
	// regionLimit bounds how many steps the live region, or a heartbeat, names.
	regionLimit = 8
)

// Progress shows how an apply goes: a line for each step that ended, and what
// is waited for and why: on a terminal in a region that is redrawn in place,
// elsewhere in a line now and then.
type Progress struct {
	screen Screen
	stop   chan struct{}
	ended  sync.WaitGroup

	mu      sync.Mutex
	region  region
	total   int // steps that the plan has to do
	done    int
	running []runningStep // in the order they began
	began   time.Time
	locked  *lockWait // nil: the lock is not waited for
	err     error     // of the first write that failed

	end func() string // what stands after all of it
}

// lockWait is the wait for a lock that somebody else holds.
type lockWait struct {
	holder *release.Holder
	since  time.Time
}

// runningStep is a step that is being written or waited for.
type runningStep struct {
	id     planner.ObjectID
	action planner.Action
	since  time.Time
	why    string // empty while it is being written
}

// NewProgress starts to show the progress of applying the plan. Close ends it.
func NewProgress(s Screen, plan *planner.Plan) *Progress {
	p := &Progress{
		screen: s,
		region: region{screen: s},
		stop:   make(chan struct{}),
		total:  len(plan.Changes) - plan.Count(planner.NoOp),
		began:  time.Now(),
	}
	begin, end := s.part(runTitle(plan.Release), 0)
	p.end = end
	p.write(Raw(s, []byte(begin)))
	every := heartbeatEvery
	if s.Live {
		every = redrawEvery
	}
	p.ended.Go(func() { p.tick(every) })
	return p
}

// tick keeps what is shown up to date while nothing happens.
func (p *Progress) tick(every time.Duration) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-p.stop:
			return
		case now := <-ticker.C:
			p.mu.Lock()
			if p.screen.Live {
				p.show(newPage(p.screen), now)
			} else {
				p.heartbeat(now)
			}
			p.mu.Unlock()
		}
	}
}

// Close ends the live region and returns the first error of writing.
func (p *Progress) Close() error {
	close(p.stop)
	p.ended.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.running = nil
	p.write(p.region.draw(newPage(p.screen), newPage(p.screen)))
	p.write(Raw(p.screen, []byte(p.end())))
	return p.err
}

// Note shows a sentence above the live region.
func (p *Progress) Note(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	above := newPage(p.screen)
	above.para(span{"  ! ", yellow}, 4, plain, text)
	p.show(above, time.Now())
}

// Event shows an event of an apply.
func (p *Progress) Event(e applier.Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	above := newPage(p.screen)
	if e.Type != applier.LockWaiting {
		p.locked = nil // nothing else happens before the wait is over
	}
	switch e.Type {
	case applier.LockWaiting, applier.LockTakenOver:
		p.lock(above, e)
	case applier.RollbackBegun:
		p.rollback(above, e)
	case applier.StepStarted:
		p.running = append(p.running, runningStep{id: e.ID, action: e.Action, since: e.Time})
	case applier.StepWaiting:
		if i := p.find(e.ID); i >= 0 {
			p.running[i].why = e.Message
		}
	case applier.StepDone, applier.StepFailed:
		p.ends(above, e)
	default:
		return
	}
	p.show(above, e.Time)
}

// lock tells whose lock is waited for or was taken over.
func (p *Progress) lock(above *page, e applier.Event) {
	if e.Type == applier.LockTakenOver {
		above.para(span{"  ! ", yellow}, 4, plain, "Took over the lock of "+e.Holder.String()+", which has ended or does not renew it.")
		return
	}
	if p.locked == nil {
		p.locked = &lockWait{since: e.Time}
	}
	p.locked.holder = e.Holder
	above.para(span{"  ! ", yellow}, 4, plain, "Waiting for the lock: held by "+e.Holder.String())
}

// rollback begins the part of the walk that goes back.
func (p *Progress) rollback(above *page, e applier.Event) {
	p.running, p.done, p.began = nil, 0, e.Time
	p.total = len(e.Plan.Changes) - e.Plan.Count(planner.NoOp)
	above.blank()
	what := runTitle(e.Plan.Release)
	if e.Plan.Release.Switch != "" {
		what = "Moving back " + strings.Join(e.Plan.Release.SwitchApps, ", ")
	}
	above.para(txt(""), 0, bold, "Failed. "+what+":")
	above.blank()
}

func (p *Progress) find(id planner.ObjectID) int {
	return slices.IndexFunc(p.running, func(step runningStep) bool { return step.id == id })
}

// ends takes a step out of those that run and writes its line. A step that never
// began was nothing to do.
func (p *Progress) ends(above *page, e applier.Event) {
	waited := false
	i := p.find(e.ID)
	if i >= 0 {
		waited = p.running[i].why != ""
		p.running = slices.Delete(p.running, i, i+1)
	}
	if e.Action != planner.NoOp {
		p.done++
	}
	switch {
	case errors.Is(e.Err, applier.ErrInterrupted):
		above.line(txt("  "), span{"!", yellow}, txt(" "), span{e.ID.String(), bold}, txt(" interrupted after "+seconds(e.Duration)))
	case unfinished(e.Err) != "":
		above.line(txt("  "), span{"!", yellow}, txt(" "), span{e.ID.String(), bold}, txt(" "+unfinished(e.Err)+", after "+seconds(e.Duration)))
	case e.Type == applier.StepFailed:
		above.line(txt("  "), span{"✗", red}, txt(" "), span{e.ID.String(), bold}, txt(" "+failedVerb(e.Action)+" after "+seconds(e.Duration)))
	case i >= 0:
		above.done(e, doneVerb(e, waited && e.Moved == nil))
	}
}

// done adds the line of a step that went well.
func (p *page) done(e applier.Event, verb string) {
	if e.Moved != nil {
		verb += ", " + movedTo(e)
	}
	p.line(txt("  "), mark(e.Action), txt(" "+e.ID.String()+" "+verb), span{" " + seconds(e.Duration), dim})
	p.logLines(e.Logs)
}

// movedTo returns "traffic is on green 1.0.1".
func movedTo(e applier.Event) string {
	what := "traffic"
	if isWorker(e.ID) {
		what = "work"
	}
	return what + " is on " + e.Moved.Move.To.String()
}

// show redraws: the lines above, and under them what is running.
func (p *Progress) show(above *page, now time.Time) {
	lines := newPage(p.screen)
	if p.screen.Live {
		p.drawRunning(lines, now)
	}
	p.write(p.region.draw(above, lines))
}

func (p *Progress) drawRunning(lines *page, now time.Time) {
	if p.locked != nil {
		lines.line(span{truncate("  … "+p.locked.text(now), lines.width-1), dim})
	}
	for i, step := range p.running {
		if i == regionLimit {
			lines.line(span{fmt.Sprintf("  … and %d more", len(p.running)-regionLimit), dim})
			break
		}
		text := fmt.Sprintf("  … %s %s", step.id, seconds(now.Sub(step.since)))
		if step.why != "" {
			text += "  " + step.why
		}
		lines.line(span{truncate(text, lines.width-1), dim})
	}
	if len(p.running) > 0 {
		lines.line(span{truncate(fmt.Sprintf("  %d of %d done, %s", p.done, p.total, seconds(now.Sub(p.began))), lines.width-1), dim})
	}
}

// heartbeat writes what is waited for, for a log.
func (p *Progress) heartbeat(now time.Time) {
	above := newPage(p.screen)
	if p.locked != nil {
		above.para(txt("  "), 4, plain, p.locked.text(now))
	}
	for i, step := range p.running {
		if i == regionLimit {
			above.line(txt(fmt.Sprintf("  and for %d more; %d of %d done, %s", len(p.running)-i, p.done, p.total, seconds(now.Sub(p.began)))))
			break
		}
		text := fmt.Sprintf("waiting for %s, %s", step.id, seconds(now.Sub(step.since)))
		if step.why != "" {
			text += ": " + step.why
		}
		above.para(txt("  "), 4, plain, text)
	}
	p.write(above.flush(p.screen))
}

func (l *lockWait) text(now time.Time) string {
	return fmt.Sprintf("waiting for the lock, %s: held by %s", seconds(now.Sub(l.since)), holderName(l.holder))
}

func (p *Progress) write(err error) {
	if p.err == nil {
		p.err = err
	}
}

func doneVerb(e applier.Event, waited bool) string {
	verb := map[planner.Action]string{
		planner.Adopt: "adopted", planner.Create: "created", planner.Update: "changed", planner.Replace: "replaced", planner.Delete: "deleted", planner.Run: "succeeded", planner.NoOp: "unchanged",
	}[e.Action]
	switch {
	case !waited || e.Action == planner.Delete || e.Action == planner.Run:
	case e.ID.Kind == "Job":
		verb += ", succeeded"
	default:
		verb += ", ready"
	}
	return verb
}

func failedVerb(action planner.Action) string {
	if action == planner.Delete {
		return "not deleted"
	}
	return "failed"
}
