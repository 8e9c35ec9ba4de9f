package release

// isHealthy reports whether all of the revision was there once.
func (s *Summary) isHealthy() bool { return s.Status == Deployed || s.Status == Superseded }

// settle gives the revisions the statuses that follow from the ones after them;
// newest first. They are stored when a run ends well, but the list of revisions is
// true without that: the run may have been killed on the way.
func settle(heads []storedHead) {
	healthy := false
	target := 0 // the oldest revision that a later healthy one went back to
	for i := range heads {
		h := &heads[i]
		switch {
		case h.Status == Deployed && healthy:
			h.Status = Superseded
		case h.Status == Pending && i > 0: // its run was killed
			h.Status = Failed
		}
		if h.Status == Failed && target > 0 && h.Revision > target {
			h.Status = RolledBack
		}
		if !h.isHealthy() {
			continue
		}
		healthy = true
		if h.RollbackTo > 0 && (target == 0 || h.RollbackTo < target) {
			target = h.RollbackTo
		}
	}
}
