// Command artefact makes what a version of stowage is published as: archives of
// the binary for each platform, with checksums and bills of materials, and a
// container image. What it makes follows from the commit and the Go toolchain
// alone, byte for byte.
//
// It is a module of its own, so that what it needs is no part of stowage.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
)

const usage = `usage: artefact [flags] release | image | root

  release  archives, bills of materials and checksums of all platforms
  image    an archive of the container image
  root     the files of the container image, as a directory

flags:
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stderr); err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			fmt.Fprintln(os.Stderr, "artefact:", err)
		}
		os.Exit(1)
	}
}

// run makes what the arguments name. It says on log what it has made.
func run(ctx context.Context, args []string, log io.Writer) error {
	flags := flag.NewFlagSet("artefact", flag.ContinueOnError)
	flags.SetOutput(log)
	flags.Usage = func() {
		fmt.Fprint(log, usage)
		flags.PrintDefaults()
	}
	dir := flags.String("source", ".", "a `directory` of the source tree, which is a git checkout")
	out := flags.String("out", "dist", "the `directory` to write to")
	version := flags.String("version", "dev", "the `version` that the binary says it is")
	url := flags.String("url", "", "the `URL` of the source, for the image's label")
	on := flags.String("platform", "linux/amd64", "the `platform` of root")
	if err := flags.Parse(args); err != nil {
		return err
	}
	src, err := readSource(ctx, *dir, *version, *url)
	if err != nil {
		return err
	}
	if src.modified {
		fmt.Fprintf(log, "artefact: the tree is not what commit %s has, so nobody can make the same again\n", src.commit)
	}
	if err := os.MkdirAll(*out, 0o755); err != nil {
		return err
	}
	switch name := flags.Arg(0); {
	case flags.NArg() != 1:
		flags.Usage()
		return flag.ErrHelp
	case name == "release":
		return release(ctx, src, *out, log)
	case name == "image":
		return image(ctx, src, filepath.Join(*out, imageName), log)
	case name == "root":
		p, err := parsePlatform(*on)
		if err != nil {
			return err
		}
		return writeRoot(ctx, src, p, *out)
	default:
		flags.Usage()
		return fmt.Errorf("there is no artefact %q", name)
	}
}
