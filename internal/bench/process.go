package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// cost is what one process took.
type cost struct {
	wall   time.Duration
	cpu    time.Duration // user and system
	memory int64         // peak resident set, bytes
}

// measure runs a program to its end. A failure shows what it wrote.
func measure(ctx context.Context, program string, args ...string) (cost, error) {
	var output bytes.Buffer
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Stdout, cmd.Stderr = &output, &output
	start := time.Now()
	err := cmd.Run()
	wall := time.Since(start)
	if err != nil {
		return cost{}, fmt.Errorf("%s: %w\n%s", cmd, err, output.Bytes())
	}
	c := cost{wall: wall, cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		c.memory = usage.Maxrss << 10 // Linux counts in KiB
	}
	return c, nil
}

// best measures a program several times and returns the fastest run, which
// other work on the machine has disturbed least, with the highest peak of all.
func best(ctx context.Context, times int, program string, args ...string) (cost, error) {
	var least cost
	for range times {
		c, err := measure(ctx, program, args...)
		if err != nil {
			return cost{}, err
		}
		peak := max(least.memory, c.memory)
		if least.wall == 0 || c.wall < least.wall {
			least = c
		}
		least.memory = peak
	}
	return least, nil
}

// pass runs a program and passes on what it writes.
func pass(ctx context.Context, program string, args ...string) error {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w", cmd, err)
	}
	return nil
}
