package planner

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/go-multierror"

	"stowage/dsl"
)

// chosen returns the apps that the operation is about. What is wrong with any of the
// names comes back at once.
func (s *switching) chosen() ([]*appSwitch, error) {
	there, err := s.switchable()
	if err != nil {
		return nil, err
	}
	names := slices.Sorted(maps.Keys(there))
	wanted := s.want.Apps
	if s.want.All {
		wanted = names
	}
	var apps []*appSwitch
	var all *multierror.Error
	for _, name := range unique(slices.Clone(wanted)) {
		a := there[name]
		switch {
		case a == nil:
			all = multierror.Append(all, s.notSwitchable(name, names))
		case !a.isMeant() && s.want.All:
		case !a.isMeant():
			all = multierror.Append(all, a.otherStrategy())
		default:
			apps = append(apps, a)
		}
	}
	return apps, all.ErrorOrNil()
}

// switchable returns the apps whose versions run side by side, by name.
func (s *switching) switchable() (map[string]*appSwitch, error) {
	there := map[string]*appSwitch{}
	for _, id := range s.m.liveSides() {
		name := s.m.live.object(id).GetLabels()[LabelApp]
		if name == "" || there[name] != nil {
			continue
		}
		a := &appSwitch{switching: s, app: name, sides: sidesOf(name, s.m.live.objects)}
		var err error
		if a.rollout, err = a.sides.rollout(); err != nil {
			return nil, err
		}
		there[name] = a
	}
	return there, nil
}

// isMeant reports whether the operation is one of the app's strategy.
func (a *appSwitch) isMeant() bool {
	return a.want.Operation.isCanary() == (a.rollout.Strategy == dsl.Canary)
}

func (o Operation) isCanary() bool {
	return o == CanaryNext || o == CanaryPromote || o == CanaryAbort
}

// otherStrategy says that an operation is not for an app, and what is.
func (a *appSwitch) otherStrategy() error {
	if a.rollout.Strategy == dsl.Canary {
		return fmt.Errorf("%s is rolled out as a canary: --next gives it its next share, --promote all, --abort ends it", a.app)
	}
	return fmt.Errorf("%s has no canary, but two colors: switch moves its traffic, --back moves it back", a.app)
}

// notSwitchable says why an app cannot be switched, and which can.
func (s *switching) notSwitchable(name string, there []string) error {
	var known []string
	for _, o := range s.base {
		if app := appOf(o); app != "" {
			known = append(known, app)
		}
	}
	slices.Sort(known)
	known = slices.Compact(known)
	can := "no app of the release has versions side by side"
	if len(there) > 0 {
		can = "switch can move " + strings.Join(there, ", ")
	}
	if slices.Contains(known, name) {
		return fmt.Errorf("%s has no versions side by side, since its rollout replaces pods in place; "+
			"strategy = \"blue-green\" or \"canary\" would change that: %s", name, can)
	}
	return errors.New(suggesting(name, known, "there is no app %q in release %s: it has %s; %s",
		name, s.m.in.Release, strings.Join(known, ", "), can))
}

// suggesting adds to an error the name that may be meant.
func suggesting(given string, names []string, format string, args ...any) string {
	text := fmt.Sprintf(format, args...)
	if suggestion := dsl.Suggestion(given, names); suggestion != "" {
		text += "." + suggestion
	}
	return text
}

// unfitError says that an operation does not fit where an app stands. Of all apps, such
// are passed over.
type unfitError struct{ text string }

func (e *unfitError) Error() string { return e.text }

func (a *appSwitch) unfit(format string, args ...any) error {
	return &unfitError{a.app + ": " + fmt.Sprintf(format, args...)}
}

// passesOver reports whether an error only says that there is nothing to do for one
// of all apps.
func (s *switching) passesOver(err error) bool {
	unfit := (*unfitError)(nil)
	return s.want.All && errors.As(err, &unfit)
}
