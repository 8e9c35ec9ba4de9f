package planner

// placeCanary returns the objects of an app with a canary.
func (m *maker) placeCanary(t *template, s *sides) []Object { panic("to come") }
