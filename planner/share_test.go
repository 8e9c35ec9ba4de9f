package planner

import "testing"

func TestShares(t *testing.T) {
	tests := []struct {
		share          share
		stable, canary int64
		text           string
	}{
		{shareOfPods(10, 3), 2, 1, "10% of 3 pods is 1 (33%)"},
		{shareOfPods(50, 3), 2, 1, "50% of 3 pods is 1 (33%)"}, // half a pod is the stable version's
		{shareOfPods(51, 3), 1, 2, "51% of 3 pods is 2 (67%)"},
		{shareOfPods(99, 3), 1, 2, "99% of 3 pods is 2 (67%)"}, // one is left below 100
		{shareOfPods(100, 3), 0, 3, "100% of 3 pods is 3 (100%)"},
		{shareOfPods(10, 10), 9, 1, "10% of 10 pods is 1 (10%)"},
		{shareOfPods(25, 10), 8, 2, "25% of 10 pods is 2 (20%)"},
		{shareOfPods(26, 10), 7, 3, "26% of 10 pods is 3 (30%)"},
		{shareOfPods(33, 7), 5, 2, "33% of 7 pods is 2 (29%)"},
		{shareOfPods(1, 2), 1, 1, "1% of 2 pods is 1 (50%)"},
		{shareOfPods(99, 2), 1, 1, "99% of 2 pods is 1 (50%)"},
		{shareOfPods(10, 1), 1, 1, "10% is 1 pod beside 1 (50%)"}, // the only one stays
		{shareOfPods(100, 1), 0, 1, "100% of 1 pod is 1 (100%)"},
		{shareOfPods(50, 0), 0, 0, "50% of 0 pods"},

		{shareOnTop(10, 3), 3, 1, "10% is 1 pod beside 3 (25%)"},
		{shareOnTop(10, 9), 9, 1, "10% is 1 pod beside 9 (10%)"},
		{shareOnTop(50, 4), 4, 4, "50% is 4 pods beside 4 (50%)"},
		{shareOnTop(90, 1), 1, 9, "90% is 9 pods beside 1 (90%)"},
		{shareOnTop(100, 3), 3, 3, "100% is 3 pods beside 3 (50%)"}, // promoting is what takes the others away
		{shareOnTop(50, 0), 0, 0, "50% of 0 pods"},

		{shareOfRequests(10, 3), 3, 1, "10% of the requests, 1 pod beside 3"},
		{shareOfRequests(34, 3), 3, 2, "34% of the requests, 2 pods beside 3"},
		{shareOfRequests(100, 3), 3, 3, "100% of the requests, 3 pods beside 3"},
		{shareOfRequests(1, 0), 0, 0, "1% of 0 pods"},
	}
	for _, test := range tests {
		if test.share.stable != test.stable || test.share.canary != test.canary || test.share.String() != test.text {
			t.Errorf("%q: %d stable, %d canary; want %d and %d, %q", test.share, test.share.stable, test.share.canary, test.stable, test.canary, test.text)
		}
	}
}

// However the numbers are: no pod fewer than there are to be, each version has one
// below 100 percent, and the largest remainder is never off by a whole pod where
// both have more than one.
func TestSharesAddUp(t *testing.T) {
	for of := int64(1); of <= 60; of++ {
		for percent := int32(1); percent <= 100; percent++ {
			s := shareOfPods(percent, of)
			exact := float64(of) * float64(percent) / 100
			off := float64(s.canary) - exact
			switch {
			case s.canary < 1, percent < 100 && s.stable < 1, percent == 100 && s.stable != 0:
				t.Errorf("%q leaves a version without pods", s)
			case of > 1 && s.stable+s.canary != of, of == 1 && percent < 100 && s.stable+s.canary != 2:
				t.Errorf("%q: %d pods", s, s.stable+s.canary)
			case s.canary > 1 && s.stable > 1 && (off > 0.5 || off < -0.5):
				t.Errorf("%q is off by %g pods", s, off)
			}
		}
	}
}
