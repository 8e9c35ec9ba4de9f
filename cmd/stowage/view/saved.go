package view

import "time"

// Saved is what is known of a plan that was saved, beside the plan.
type Saved struct {
	Created        time.Time `json:"created"`
	Expires        time.Time `json:"expires,omitzero"` // zero: never
	StowageVersion string    `json:"stowageVersion"`   // that made it
	Commit         string    `json:"commit,omitempty"` // of the configuration, in git
	Dirty          bool      `json:"dirty,omitempty"`  // files differed from the commit
	Cluster        string    `json:"cluster,omitempty"`
}

// SavedPlan shows where a saved plan comes from and how long it is good.
func SavedPlan(s Screen, saved Saved) error {
	p := newPage(s)
	p.blank()
	commit := saved.Commit
	if saved.Dirty && commit != "" {
		commit += ", with changes that were not committed"
	}
	expires := moment(saved.Expires)
	if expires == "" {
		expires = "when anything that it was made from changes"
	}
	for _, row := range [][2]string{
		{"saved", moment(saved.Created) + " by stowage " + saved.StowageVersion},
		{"expires", expires}, {"commit", commit}, {"cluster", saved.Cluster},
	} {
		if row[1] != "" {
			p.line(txt("  " + pad(row[0], len("expires ")) + row[1]))
		}
	}
	return p.flush(s)
}
