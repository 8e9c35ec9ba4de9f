package manifest

import (
	"slices"
	"strings"
)

// orderCounts reports whether the other order of a list that goes by keys makes a difference.
func orderCounts(field string, want, got keyedList) bool {
	switch field {
	case "initContainers", "webhooks": // one runs after the other
		return true
	case "env":
		return !slices.Equal(definedBefore(want), definedBefore(got))
	}
	return false
}

// definedBefore returns the uses that the variables of an environment make of others that stand before
// them, by $(NAME), as "USER NAME", sorted. A variable that stands after its use is not replaced.
func definedBefore(env keyedList) []string {
	var uses []string
	for i, item := range env.items {
		variable, _ := item.(map[string]any)
		value, _ := variable["value"].(string)
		for _, name := range variablesIn(value) {
			if at := env.find(name); at >= 0 && at < i {
				uses = append(uses, env.keys[i]+" "+name)
			}
		}
	}
	slices.Sort(uses)
	return slices.Compact(uses)
}

// variablesIn returns the names that a value refers to by $(NAME); "$$" is a dollar sign.
func variablesIn(value string) []string {
	var names []string
	for {
		_, after, found := strings.Cut(value, "$")
		if !found || after == "" {
			return names
		}
		value = after[1:]
		if after[0] == '(' {
			if name, rest, closed := strings.Cut(value, ")"); closed {
				names, value = append(names, name), rest
			}
		}
	}
}
