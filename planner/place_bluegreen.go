package planner

// placeBlueGreen returns the objects of an app with two colors.
func (m *maker) placeBlueGreen(t *template, s *sides) []Object { panic("to come") }
