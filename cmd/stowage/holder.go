package main

import (
	"fmt"
	"os"
	"os/user"

	"stowage/internal/release"
)

// holderOf returns this process as one that holds a lock.
func holderOf(s *streams, command string) release.Holder {
	return release.Holder{
		Who:      who(),
		PID:      os.Getpid(),
		Process:  thisProcess(),
		Pipeline: pipelineOf(s.environ),
		Command:  command,
	}
}

// who returns who is running this, as user@host.
func who() string {
	name := "unknown"
	if current, err := user.Current(); err == nil {
		name = current.Username
	}
	host, err := os.Hostname()
	if err != nil {
		return name
	}
	return fmt.Sprintf("%s@%s", name, host)
}
