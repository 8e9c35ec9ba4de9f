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
)

const usage = `usage: artefact [flags] release | image | root ...

  release  an archive and a bill of materials for each platform, and with
           -downloads a manifest for krew, which installs plugins of kubectl
  image    an archive of the container image
  root     the files of the container image, as a directory

flags:
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stderr)
	stop()
	if err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			fmt.Fprintln(os.Stderr, "artefact:", err)
		}
		os.Exit(1)
	}
}

// makers make what can be asked for.
var makers = map[string]func(context.Context, *maker) error{
	"release": release,
	"image":   image,
	"root":    rootDir,
}

// run makes what the arguments name, and the checksums of all. It says on log
// what it has made.
func run(ctx context.Context, args []string, log io.Writer) error {
	m := &maker{log: log, done: map[platform]*built{}}
	flags := flag.NewFlagSet("artefact", flag.ContinueOnError)
	flags.SetOutput(log)
	flags.Usage = func() {
		fmt.Fprint(log, usage)
		flags.PrintDefaults()
	}
	flags.StringVar(&m.source.dir, "source", ".", "a `directory` of the source tree, which is a git checkout")
	flags.StringVar(&m.source.version, "version", "dev", "the `version` that the binary says it is")
	flags.StringVar(&m.source.url, "url", "", "the `URL` of the source, to refer to")
	flags.StringVar(&m.downloads, "downloads", "", "the `URL` below which the archives will be, for krew's manifest")
	flags.StringVar(&m.out, "out", "dist", "the `directory` to write to")
	flags.Func("platform", "the only `platform` to make things for, such as linux/amd64", func(text string) (err error) {
		m.only, err = parsePlatform(text)
		return err
	})
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() == 0 {
		flags.Usage()
		return flag.ErrHelp
	}
	if err := m.start(ctx); err != nil {
		return err
	}
	for _, name := range flags.Args() {
		make, ok := makers[name]
		if !ok {
			return fmt.Errorf("there is no artefact %q", name)
		}
		if err := make(ctx, m); err != nil {
			return err
		}
	}
	return writeSums(m.out)
}
