package planner

import (
	"maps"

	"stowage/dsl"
)

// orderCounts reports whether the items of a list do something else in another order: init
// containers and webhooks run one after the other, and a variable of an environment can use those
// before it.
func orderCounts(field string, list, other []any) bool {
	switch field {
	case "initContainers", "webhooks":
		return true
	case "env":
		return !maps.Equal(definedBefore(list), definedBefore(other))
	}
	return false
}

// use is that one variable is replaced in the value of another one.
type use struct{ variable, by string }

// definedBefore returns which variables of an environment are replaced in the values of others:
// those that stand before them.
func definedBefore(env []any) map[use]bool {
	uses := map[use]bool{}
	seen := map[string]bool{}
	for _, variable := range maplist(env) {
		name, _ := variable["name"].(string)
		value, _ := variable["value"].(string)
		for _, used := range dsl.VariablesIn(value) {
			if seen[used] {
				uses[use{used, name}] = true
			}
		}
		seen[name] = true
	}
	return uses
}
