package dsl

// Suggestion returns ` Did you mean "x"?` for the name nearest to the given one, or
// nothing when none is near, for those who look for names that are not in files.
func Suggestion(given string, names []string) string { return suggestion(given, names) }
