package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"

	"stowage/dsl"
	"stowage/internal/kube"
	"stowage/planner"
)

// manifestsFile is where the objects of a floor are, one JSON document a line.
func manifestsFile(dir, namespace string) string { return filepath.Join(dir, namespace+".json") }

// writeManifests writes the objects that stowage would apply for so many
// petclinics, or only those that a changed value concerns. The namespace is made
// at once.
func writeManifests(ctx context.Context, dir, kubeconfig, namespace string, petclinics int, changed bool) error {
	config, err := writeConfiguration(dir, namespace, 2*petclinics)
	if err != nil {
		return err
	}
	rendered, err := render(config, dsl.Inputs{})
	if err != nil {
		return err
	}
	client, err := kube.Connect(kube.Options{Kubeconfig: kubeconfig})
	if err != nil {
		return err
	}
	if _, err := client.Apply(ctx, rendered.Objects[0].Manifest, true); err != nil {
		return err
	}
	lines, err := encode(rendered.Objects[1:])
	if err != nil {
		return err
	}
	if changed {
		if rendered, err = render(config, dsl.Inputs{Vars: []string{"test_config=v2"}}); err != nil {
			return err
		}
		after, err := encode(rendered.Objects[1:])
		if err != nil {
			return err
		}
		lines = without(after, lines)
	}
	return os.WriteFile(manifestsFile(dir, namespace), bytes.Join(lines, nil), 0o600)
}

func encode(objects []planner.Object) ([][]byte, error) {
	lines := make([][]byte, len(objects))
	for i, o := range objects {
		line, err := json.Marshal(o.Manifest.Object)
		if err != nil {
			return nil, err
		}
		lines[i] = append(line, '\n')
	}
	return lines, nil
}

// without returns the lines that are not among the known ones.
func without(lines, known [][]byte) [][]byte {
	seen := map[string]bool{}
	for _, line := range known {
		seen[string(line)] = true
	}
	var fresh [][]byte
	for _, line := range lines {
		if !seen[string(line)] {
			fresh = append(fresh, line)
		}
	}
	return fresh
}
