// Command bench measures stowage beside the floor that the API server sets:
// the same reads and writes with nothing around them. All that is compared is
// whole processes, run one after the other on one scratch cluster.
//
// What takes memory is done in processes of its own too: Linux counts the peak
// of the process that starts another one as the other's.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	var (
		job        = flag.String("job", "", "what the program does for itself as another process: offline, manifests, or the work of a floor")
		kubeconfig = flag.String("kubeconfig", "", "the cluster of the job")
		namespace  = flag.String("namespace", "", "the namespace of the job")
		count      = flag.Int("count", 0, "how many apps or petclinics the job is about")
		changed    = flag.Bool("changed", false, "the job is about the objects that a changed value concerns")
		apps       = flag.String("offline", "1,100,1000", "how many apps to render and plan without a cluster")
		sizes      = flag.String("sizes", "1,20,100", "how many petclinics to plan and apply")
		folder     = flag.String("dir", "", "scratch folder; empty: a new one")
		stowage    = flag.String("stowage", "bin/stowage", "the program to measure")
		cluster    = flag.String("cluster", "bin/stowage-cluster", "the program that runs the scratch cluster")
	)
	flag.Parse()
	switch *job {
	case "":
	case "offline":
		return offline(ctx, os.Stdout, *folder, *count)
	case "manifests":
		return writeManifests(ctx, *folder, *kubeconfig, *namespace, *count, *changed)
	default:
		return runFloor(ctx, *job, *kubeconfig, *namespace, manifestsFile(*folder, *namespace))
	}
	dir := *folder
	if dir == "" {
		var err error
		if dir, err = os.MkdirTemp("", "stowage-bench-"); err != nil {
			return err
		}
		defer os.RemoveAll(dir) //nolint:errcheck // a scratch folder
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	numbers, err := parseNumbers(*apps)
	if err != nil {
		return err
	}
	fmt.Println("Without a cluster")
	for _, n := range numbers {
		if err := pass(ctx, self, "-job=offline", "-dir="+dir, fmt.Sprintf("-count=%d", n)); err != nil {
			return err
		}
	}
	numbers, err = parseNumbers(*sizes)
	if err != nil || len(numbers) == 0 {
		return err
	}
	return online(ctx, dir, self, *stowage, *cluster, numbers)
}

func parseNumbers(list string) ([]int, error) {
	var numbers []int
	for text := range strings.SplitSeq(list, ",") {
		if text == "" {
			continue
		}
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return nil, fmt.Errorf("%q is no number of apps", text)
		}
		numbers = append(numbers, n)
	}
	return numbers, nil
}

// online runs the scratch cluster and measures all sizes on it.
func online(ctx context.Context, dir, self, stowage, cluster string, sizes []int) (err error) {
	data := filepath.Join(dir, "cluster")
	if _, err := measure(ctx, cluster, "up", "--wait", "--name=bench", "--data-dir="+data, "--idle-timeout=30m"); err != nil {
		return err
	}
	defer func() {
		_, down := measure(context.WithoutCancel(ctx), cluster, "down", "--data-dir="+data, "--purge")
		err = errors.Join(err, down)
	}()
	kubeconfig := filepath.Join(data, "kubeconfig")
	counter, err := newProxy(dir, kubeconfig)
	if err != nil {
		return err
	}
	defer counter.server.Close()
	for _, petclinics := range sizes {
		b := &bench{
			dir: dir, self: self, stowage: stowage, kubeconfig: kubeconfig, proxy: counter, petclinics: petclinics,
		}
		rows, err := b.run(ctx)
		if err != nil {
			return err
		}
		printTable(os.Stdout, petclinics, rows)
	}
	return nil
}
