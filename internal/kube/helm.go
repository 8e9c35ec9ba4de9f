package kube

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strconv"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/json"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"
)

// HelmRelease is the newest deployed revision of a release of Helm, as Helm keeps it in the cluster.
type HelmRelease struct {
	Name, Namespace string
	Revision        int
	Chart           string                       // name and version
	Objects         []*unstructured.Unstructured // as the chart's templates made them, namespaces filled in
	Hooks           []string                     // kind and name of objects that Helm makes at its own time; they are not among Objects
}

// helmRecord is what Helm writes down.
type helmRecord struct {
	Version int `json:"version"`
	Chart   struct {
		Metadata struct {
			Name    string `json:"name"`
			Version string `json:"version"`
		} `json:"metadata"`
	} `json:"chart"`
	Manifest string `json:"manifest"`
	Hooks    []struct {
		Kind string `json:"kind"`
		Name string `json:"name"`
	} `json:"hooks"`
}

// HelmRelease reads the newest deployed revision of a release. It is an error when there is none.
func (c *Client) HelmRelease(ctx context.Context, namespace, name string) (*HelmRelease, error) {
	for _, kind := range []string{"Secret", "ConfigMap"} { // the first is what Helm does when nothing else is said
		records, err := c.List(ctx, schema.GroupVersionKind{Version: "v1", Kind: kind}, namespace, "owner=helm,name="+name)
		if err != nil {
			return nil, err
		}
		if len(records) == 0 {
			continue
		}
		newest, err := newestDeployed(records)
		if err != nil {
			return nil, fmt.Errorf("release %s of Helm: %w", name, err)
		}
		release, err := c.decodeHelm(ctx, namespace, newest)
		if err != nil {
			return nil, fmt.Errorf("release %s of Helm: %s %s cannot be read: %w", name, kind, newest.GetName(), err)
		}
		release.Name = name
		return release, nil
	}
	return nil, fmt.Errorf("there is no Helm release %s in namespace %s", name, namespace)
}

// newestDeployed picks the record of the newest revision that is deployed.
func newestDeployed(records []*unstructured.Unstructured) (*unstructured.Unstructured, error) {
	var newest *unstructured.Unstructured
	revision, seen, status := 0, 0, ""
	for _, record := range records {
		labels := record.GetLabels()
		version, err := strconv.Atoi(labels["version"])
		if err != nil {
			continue
		}
		if version > seen {
			seen, status = version, labels["status"]
		}
		if labels["status"] == "deployed" && version > revision {
			newest, revision = record, version
		}
	}
	if newest == nil {
		return nil, fmt.Errorf("no revision is deployed (the newest, %d, is %s)", seen, status)
	}
	return newest, nil
}

func (c *Client) decodeHelm(ctx context.Context, namespace string, stored *unstructured.Unstructured) (*HelmRelease, error) {
	text, _, _ := unstructured.NestedString(stored.Object, "data", "release")
	if stored.GetKind() == "Secret" {
		decoded, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return nil, err
		}
		text = string(decoded)
	}
	record, err := decodeHelmRecord(text)
	if err != nil {
		return nil, err
	}
	release := &HelmRelease{Namespace: namespace, Revision: record.Version, Chart: record.Chart.Metadata.Name + " " + record.Chart.Metadata.Version}
	for _, hook := range record.Hooks {
		release.Hooks = append(release.Hooks, hook.Kind+" "+hook.Name)
	}
	if release.Objects, err = decodeManifest(record.Manifest); err != nil {
		return nil, fmt.Errorf("manifest: %w", err)
	}
	for _, u := range release.Objects {
		if err := c.home(ctx, u, namespace); err != nil {
			return nil, err
		}
	}
	return release, nil
}

// home fills in the namespace of an object that names none. The kind may be unknown to the cluster by now.
func (c *Client) home(ctx context.Context, u *unstructured.Unstructured, namespace string) error {
	r, err := c.resource(ctx, u.GroupVersionKind())
	var unreachable *UnreachableError
	switch {
	case errors.As(err, &unreachable) || ctx.Err() != nil:
		return err
	case err == nil && r.namespaced && u.GetNamespace() == "":
		u.SetNamespace(namespace)
	}
	return nil
}

// decodeHelmRecord reads a record: base64 of JSON, which newer versions of Helm compress.
func decodeHelmRecord(text string) (*helmRecord, error) {
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, err
	}
	if bytes.HasPrefix(data, []byte{0x1f, 0x8b, 0x08}) {
		packed, err := gzip.NewReader(bytes.NewReader(data))
		if err != nil {
			return nil, err
		}
		const limit = 64 << 20 // a Secret holds 1 MiB; nobody's manifest is packed to a sixty-fourth
		if data, err = io.ReadAll(io.LimitReader(packed, limit)); err != nil {
			return nil, err
		}
	}
	var record helmRecord
	if err := json.Unmarshal(data, &record); err != nil {
		return nil, err
	}
	return &record, nil
}

// decodeManifest reads the objects of YAML with many documents.
func decodeManifest(text string) ([]*unstructured.Unstructured, error) {
	reader := utilyaml.NewYAMLReader(bufio.NewReader(bytes.NewReader([]byte(text))))
	var objects []*unstructured.Unstructured
	for {
		document, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return objects, nil
		}
		if err != nil {
			return nil, err
		}
		encoded, err := yaml.YAMLToJSON(document)
		if err != nil {
			return nil, err
		}
		u := &unstructured.Unstructured{}
		if err := json.Unmarshal(encoded, &u.Object); err != nil {
			return nil, err
		}
		if u.IsList() {
			err = u.EachListItem(func(item runtime.Object) error {
				if inside, ok := item.(*unstructured.Unstructured); ok {
					objects = append(objects, inside)
				}
				return nil
			})
			if err != nil {
				return nil, err
			}
		} else if len(u.Object) > 0 {
			objects = append(objects, u)
		}
	}
}
