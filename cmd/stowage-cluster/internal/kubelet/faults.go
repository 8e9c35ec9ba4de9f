package kubelet

import (
	"fmt"
	"sort"
	"strings"
	"time"
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
	reason     string   // of a failed run's end
	output     []string // what each run logs after its first lines
	lastWords  string   // the last line a failed run logs
	readyAfter time.Duration
	neverReady bool
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

// behaviourOf reads what image asks for. A simulated image that does not exist cannot be pulled.
func behaviourOf(image string) behaviour {
	reference, simulated := strings.CutPrefix(image, simulatedRegistry)
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
