package kubelet

import (
	"fmt"
	"sort"
	"strconv"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// simulatedRegistry is the registry whose images ask for a fault.
const simulatedRegistry = "simulate.local/"

// runBeforeExit is how long a container whose image makes it fail runs before it does.
const runBeforeExit = 200 * time.Millisecond

// behaviour is what a container does, as its image asks for it. The zero value starts and stays.
type behaviour struct {
	fault      string // the image's name in simulatedRegistry; "" for ordinary images
	pullError  string // why the image cannot be pulled; "" if it can
	private    bool   // the image cannot be pulled without a pull secret
	failures   int    // how many runs fail: none, this many, or (anyTime) all
	exitCode   int32
	reason     string        // of a failed run's end
	output     []string      // what each run logs after its first lines
	lastWords  string        // the last line a failed run logs
	onlyIf     corev1.EnvVar // failing runs fail only with this in the environment; no name: always
	readyAfter time.Duration
	neverReady bool
	runFor     time.Duration // how long a container of a Job's pod runs; 0: as ordinary ones do
}

const anyTime = -1

var faults = map[string]func(argument string) (behaviour, error){
	"crash-loop":       noArgument(behaviour{failures: anyTime, exitCode: 1, reason: "Error", lastWords: "fatal: simulated crash"}),
	"oom":              noArgument(behaviour{failures: anyTime, exitCode: 137, reason: "OOMKilled", lastWords: "allocating more memory"}),
	"fail-once":        noArgument(behaviour{failures: 1, exitCode: 1, reason: "Error", lastWords: "fatal: simulated failure of the first run"}),
	"job-fail":         noArgument(behaviour{failures: anyTime, exitCode: 1, reason: "Error", lastWords: "fatal: simulated failure of the job"}),
	"noisy-crash":      noArgument(behaviour{failures: anyTime, exitCode: 2, reason: "Error", output: noise(), lastWords: "fatal: simulated crash after much noise"}),
	"image-pull-error": noArgument(behaviour{pullError: "not found"}),
	"private":          noArgument(behaviour{private: true}),
	"never-ready":      noArgument(behaviour{neverReady: true}),
	"slow-start": func(argument string) (behaviour, error) {
		after, err := time.ParseDuration(argument)
		if err != nil || after < 0 {
			return behaviour{}, fmt.Errorf("the tag is how long it takes, as in simulate.local/slow-start:10s")
		}
		return behaviour{readyAfter: after}, nil
	},
	"slow-job": func(argument string) (behaviour, error) {
		runFor, err := time.ParseDuration(argument)
		if err != nil || runFor <= 0 {
			return behaviour{}, fmt.Errorf("the tag is how long it runs, as in simulate.local/slow-job:10s")
		}
		return behaviour{runFor: runFor}, nil
	},
	"exit": func(argument string) (behaviour, error) {
		code, err := strconv.ParseUint(argument, 10, 8)
		if err != nil || code == 0 {
			return behaviour{}, fmt.Errorf("the tag is the exit code, from 1 to 255, as in simulate.local/exit:3")
		}
		return behaviour{failures: anyTime, exitCode: int32(code), reason: "Error"}, nil
	},
	"fail-if": func(argument string) (behaviour, error) {
		name, value, ok := strings.Cut(argument, ".")
		if !ok {
			return behaviour{}, fmt.Errorf("the tag is an environment variable and its value, as in simulate.local/fail-if:PHASE.after")
		}
		return behaviour{
			failures: anyTime, exitCode: 1, reason: "Error", onlyIf: corev1.EnvVar{Name: name, Value: value},
			lastWords: "fatal: simulated failure, since " + name + " is " + value,
		}, nil
	},
}

// accessDenied is what registries answer to whoever may not know whether an image exists.
const accessDenied = "pull access denied, repository does not exist or may require authorization: " +
	"server message: insufficient_scope: authorization failed"

// noise is a log as programs write it that take a log for a screen: colours, a progress bar, a title, text that turns
// its reading direction.
func noise() []string {
	lines := []string{
		"\x1b]0;title of the window\x07starting",
		"loading  10%\rloading  60%\rloading 100%",
		"user \u202etxt.exe\u202c",
	}
	for i := range 40 {
		lines = append(lines, fmt.Sprintf("\x1b[1;31mERROR\x1b[0m\tattempt %d", i+1))
	}
	return lines
}

func noArgument(b behaviour) func(string) (behaviour, error) {
	return func(string) (behaviour, error) { return b, nil }
}

// behaviourOf reads what the container's image asks for. A simulated image that does not exist cannot be pulled.
func behaviourOf(c *corev1.Container) behaviour {
	reference, simulated := strings.CutPrefix(c.Image, simulatedRegistry)
	if !simulated {
		return behaviour{}
	}
	name, argument, _ := strings.Cut(reference, ":")
	b, err := behaviour{}, fmt.Errorf("%s has %s", strings.TrimSuffix(simulatedRegistry, "/"), strings.Join(faultNames(), ", "))
	if fault, ok := faults[name]; ok {
		b, err = fault(argument)
	}
	if err != nil {
		b.pullError = "not found: " + err.Error()
	}
	if b.onlyIf.Name != "" && environment(c)[b.onlyIf.Name] != b.onlyIf.Value {
		b.failures = 0
	}
	b.fault = name
	return b
}

func faultNames() []string {
	names := make([]string, 0, len(faults))
	for name := range faults {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// fails tells whether the run that follows restarts earlier ones fails.
func (b behaviour) fails(restarts int32) bool {
	return b.failures == anyTime || int(restarts) < b.failures
}
