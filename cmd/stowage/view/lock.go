package view

import (
	"fmt"
	"io"
	"time"

	"stowage/internal/release"
)

// holderName names who holds a lock, without since when.
func holderName(h *release.Holder) string {
	named := *h
	named.Acquired = time.Time{}
	return named.String()
}

// Lock is the lock of a release.
type Lock struct {
	Target  Target          `json:"target"`
	Release string          `json:"release"`
	Holder  *release.Holder `json:"holder"`  // nil: it is free
	Evicted bool            `json:"evicted"` // the holder does not hold it any more
}

// LockJSON writes a lock for programs.
func LockJSON(w io.Writer, lock Lock) error {
	return writeJSON(w, lockDocument{FormatVersion, lock})
}

// lockDocument is the lock of a release.
type lockDocument struct {
	FormatVersion string `json:"formatVersion"`
	Lock
}

// ShowLock shows who holds a lock.
func ShowLock(s Screen, lock Lock) error {
	p := newPage(s)
	p.header("Release "+lock.Release, lock.Target)
	h := lock.Holder
	if h == nil {
		p.line(span{"The lock of " + lock.Release + " is free.", bold})
		return p.flush(s)
	}
	p.line(span{lock.Release + " is locked by:", bold})
	pid := ""
	if h.PID > 0 {
		pid = fmt.Sprint(h.PID)
	}
	for _, row := range [][2]string{
		{"who", h.Who}, {"pid", pid}, {"pipeline", h.Pipeline}, {"command", h.Command},
		{"since", moment(h.Acquired)}, {"renewed", moment(h.Renewed)},
	} {
		if row[1] != "" {
			p.para(txt("  "+pad(row[0], 10)), 12, plain, row[1])
		}
	}
	return p.flush(s)
}

// Evicted shows whose lock was taken away.
func Evicted(s Screen, lock Lock) error {
	if lock.Holder == nil {
		return Note(s, "Nobody holds the lock of "+lock.Release+" any more: nothing was taken away.")
	}
	p := newPage(s)
	p.para(txt(""), 0, bold, fmt.Sprintf("Evicted %s: the lock of %s is free.", holderName(lock.Holder), lock.Release))
	p.para(txt(""), 0, plain, "It writes nothing more once it learns of that, which is when it next renews the lock.")
	return p.flush(s)
}
