package main

import "slices"

// reduce takes back decisions of a pair that fails, as long as it fails: first
// those of B alone, then those of both. It returns how the smallest one fails.
func (t *trial) reduce(err error) error {
	for _, undone := range []map[string]bool{t.pair.same, t.pair.plain} {
		for size := len(t.pair.decisions()); size > 0; size /= 2 {
			paths := t.pair.decisions()
			for start := 0; start < len(paths); start += size {
				if smaller := t.without(undone, paths[start:min(start+size, len(paths))]); smaller != nil {
					err = smaller
				}
			}
		}
	}
	return err
}

// without takes back some decisions. If the pair is well then, it decides as
// before, and the result is nil.
func (t *trial) without(undone map[string]bool, paths []string) error {
	before := t.configurations()
	fresh := slices.DeleteFunc(slices.Clone(paths), func(path string) bool { return undone[path] })
	for _, path := range fresh {
		undone[path] = true
	}
	if t.configurations() == before {
		return nil
	}
	err := t.run()
	if err == nil {
		for _, path := range fresh {
			delete(undone, path)
		}
	}
	return err
}
