package main

import (
	"os/exec"
	"path/filepath"
	"testing"
)

// BenchmarkStartup measures how long commands take that do nothing but answer:
// 50 ms is the most that they may.
func BenchmarkStartup(b *testing.B) {
	binary := filepath.Join(b.TempDir(), "stowage")
	if out, err := exec.CommandContext(b.Context(), "go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	for _, argument := range []string{"version", "--help"} {
		b.Run(argument, func(b *testing.B) {
			for b.Loop() {
				if err := exec.CommandContext(b.Context(), binary, argument).Run(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
