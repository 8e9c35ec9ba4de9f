package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"golang.org/x/sync/errgroup"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/dynamic"

	"stowage/internal/testcluster"
)

var (
	firstSeed = flag.Uint64("seed", 1, "first seed of the pairs of configurations")
	pairs     = flag.Int("pairs", 8, "how many pairs of configurations are tried")
	reduce    = flag.Bool("reduce", false, "make a pair that fails as small as it gets")
)

// Every pair is tried in two namespaces, so twice as many commands run at once.
const pairsAtOnce = 4

// TestGeneratedConfigurationsAreValid tries more of them than a cluster could.
func TestGeneratedConfigurationsAreValid(t *testing.T) {
	dir := t.TempDir()
	for seed := range uint64(150) {
		for _, s := range []side{sideA, sideB} {
			text := newPair(seed).configuration(s)
			if err := writeConfiguration(dir, text); err != nil {
				t.Fatal(err)
			}
			if code, _, errs := stowage(t, "validate", dir); code != exitOK {
				t.Errorf("seed %d, %s:\n%s\n%s", seed, s, errs, text)
			}
		}
	}
}

// TestPairsOfConfigurations applies A, then B, and goes back: that gives A
// exactly. In a second namespace B comes first, so that each is also applied over
// the other, which gives the same as applying it alone. After each of these the
// plan is empty.
func TestPairsOfConfigurations(t *testing.T) {
	cluster := testcluster.Start(t)
	client, err := dynamic.NewForConfig(cluster.Config)
	if err != nil {
		t.Fatal(err)
	}
	var good, refused atomic.Int32
	var group errgroup.Group
	group.SetLimit(pairsAtOnce)
	for seed := *firstSeed; seed < *firstSeed+uint64(*pairs); seed++ {
		group.Go(func() error {
			t.Run(fmt.Sprint(seed), func(t *testing.T) {
				trial := newTrial(t, cluster, client, seed)
				trial.check(*reduce)
				good.Add(1)
				refused.Add(trial.refused.Load())
			})
			return nil
		})
	}
	_ = group.Wait() // failures are those of the tests
	testcluster.Report(t, "%d of %d pairs of configurations, %d steps refused, from seed %d", good.Load(), *pairs, refused.Load(), *firstSeed)
}

// trial is the test of one pair.
type trial struct {
	test      *testing.T
	cluster   *testcluster.Cluster
	client    dynamic.Interface
	pair      *pair
	nodePorts [2]string // where A is first, and where B is
	refused   atomic.Int32
}

func newTrial(t *testing.T, cluster *testcluster.Cluster, client dynamic.Interface, seed uint64) *trial {
	return &trial{
		test: t, cluster: cluster, client: client, pair: newPair(seed),
		nodePorts: [2]string{cluster.NodePort(t), cluster.NodePort(t)},
	}
}

// check fails with both configurations, made as small as they get if wanted.
func (t *trial) check(reduce bool) {
	err := t.run()
	if err == nil {
		return
	}
	if reduce {
		err = t.reduce(err)
	}
	t.test.Fatalf("again: go test ./cmd/stowage -run TestPairsOfConfigurations -seed %d -pairs 1 -reduce\n%s\n%v", t.pair.seed, t.configurations(), err)
}

func (t *trial) configurations() string {
	return fmt.Sprintf("# A\n%s\n# B\n%s", t.pair.configuration(sideA), t.pair.configuration(sideB))
}

// run returns what is wrong with the pair.
func (t *trial) run() error {
	a, err := t.place("A", t.pair.configuration(sideA), t.nodePorts[0])
	if err != nil {
		return err
	}
	b, err := t.place("B", t.pair.configuration(sideB), t.nodePorts[1])
	if err != nil {
		return err
	}
	err = both(a.begin, b.begin)
	if err == nil {
		err = both(
			func() error { return a.thereAndBack(b) },
			func() error { return b.thereAndBack(a) },
		)
	}
	return errors.Join(err, a.leave(), b.leave())
}

// both does two things side by side.
func both(this, that func() error) error {
	var group errgroup.Group
	group.Go(this)
	group.Go(that)
	return group.Wait()
}

// place is a namespace where one configuration of a pair is applied first.
type place struct {
	*trial
	name      string // A or B
	dir       string // of the configuration
	namespace string
	nodePort  string
	proxy     *testcluster.Proxy
	alone     snapshot // of the configuration, applied where nothing was
}

func (t *trial) place(name, text, nodePort string) (*place, error) {
	p := &place{
		trial:     t,
		name:      name,
		dir:       t.test.TempDir(),
		namespace: t.cluster.UnusedNamespace(t.test),
		nodePort:  nodePort,
		proxy:     t.cluster.Proxy(t.test),
	}
	return p, writeConfiguration(p.dir, text)
}

func writeConfiguration(dir, text string) error {
	return os.WriteFile(filepath.Join(dir, "main.hcl"), []byte(text), 0o600)
}

// leave gives the node port back at once, for the next run of the pair, and the
// rest in a while.
func (p *place) leave() error {
	ctx, core := p.test.Context(), p.cluster.Client.CoreV1()
	services, err := core.Services(p.namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		return err
	}
	for i := range services.Items {
		if err := core.Services(p.namespace).Delete(ctx, services.Items[i].Name, metav1.DeleteOptions{}); err != nil {
			return err
		}
	}
	return core.Namespaces().Delete(ctx, p.namespace, metav1.DeleteOptions{})
}

// begin applies the place's own configuration where nothing was.
func (p *place) begin() (err error) {
	p.alone, err = p.apply(p)
	return err
}

// thereAndBack applies the other configuration over the place's own, and goes
// back.
func (p *place) thereAndBack(other *place) error {
	got, err := p.apply(other)
	if err != nil {
		return err
	}
	if err := differ(other.name+" applied over "+p.name, other.alone.with(p.alone), got); err != nil {
		return err
	}
	if len(p.alone.differences(other.alone)) == 0 {
		return nil // no revision was made that could be gone back from
	}
	if lost := p.alone.lost(other.alone); len(lost) > 0 {
		p.refused.Add(1)
		return p.refuses(lost, got)
	}
	if err := p.succeeds("rollback", "--release", "pair", "--auto-approve"); err != nil {
		return err
	}
	if got, err = p.snapshot(); err != nil {
		return err
	}
	want := p.alone.with(other.alone)
	if err := differ(p.name+" gone back to from "+other.name, want.withoutData(), got.withoutData()); err != nil {
		return err
	}
	if len(want.differences(got)) > 0 {
		return nil // a Secret without versions has kept its data, which apply would change
	}
	return p.unchanged(p)
}

// refuses expects a rollback that cannot be made in full: it says what is
// missing, and writes nothing.
func (p *place) refuses(missing []string, before snapshot) error {
	p.proxy.Reset()
	code, out, errs := p.stowage("rollback", "--release", "pair", "--auto-approve")
	if code != exitError {
		return fmt.Errorf("%s: rollback without %v: exit code %d\n%s%s", p.name, missing, code, out, errs)
	}
	for _, id := range missing {
		if !strings.Contains(errs, id) {
			return fmt.Errorf("%s: rollback does not say that it misses %s:\n%s", p.name, id, errs)
		}
	}
	if err := p.untouched("refused rollback"); err != nil {
		return err
	}
	after, err := p.snapshot()
	if err != nil {
		return err
	}
	return differ("what was not gone back from", before, after)
}

// apply applies a configuration, after which there is nothing left to do.
func (p *place) apply(of *place) (snapshot, error) {
	if err := p.succeeds("apply", of.dir, "--var", "node_port="+p.nodePort, "--auto-approve"); err != nil {
		return nil, err
	}
	if err := p.unchanged(of); err != nil {
		return nil, err
	}
	return p.snapshot()
}

// unchanged returns an error when a plan has anything to do.
func (p *place) unchanged(of *place) error {
	p.proxy.Reset()
	if err := p.succeeds("plan", of.dir, "--var", "node_port="+p.nodePort, "--detailed-exitcode"); err != nil {
		return err
	}
	return p.untouched("plan")
}

func (p *place) untouched(by string) error {
	if writes := p.proxy.Writes(); len(writes) > 0 {
		return fmt.Errorf("%s: a %s has written: %v", p.name, by, writes)
	}
	return nil
}

func (p *place) succeeds(args ...string) error {
	if code, out, errs := p.stowage(args...); code != exitOK {
		return fmt.Errorf("where %s was first: stowage %s: exit code %d\n%s%s", p.name, strings.Join(args, " "), code, out, errs)
	}
	return nil
}

func (p *place) stowage(args ...string) (code int, out, errs string) {
	return stowage(p.test, append(args, "--kubeconfig", p.proxy.Kubeconfig, "-n", p.namespace)...)
}
