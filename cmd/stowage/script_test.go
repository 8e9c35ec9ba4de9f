package main

import (
	"flag"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "write the expected output of scripts")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"stowage": checkedMain, "gh": gh, pluginName: checkedMain, completerName: main})
}

// TestScripts runs the whole tool without any cluster.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			examples, err := filepath.Abs("../../examples")
			if err != nil {
				return err
			}
			env.Setenv("EXAMPLES", examples)
			// A kubeconfig of the machine must not reach a test.
			env.Setenv("HOME", env.WorkDir)
			env.Setenv("KUBECONFIG", "")
			return checkSchemas(env)
		},
	})
}
