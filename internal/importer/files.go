package importer

import (
	"bytes"
	"cmp"
	"path/filepath"
	"slices"
)

// fileOf returns the file that an object goes to by its subject, if it belongs to no app.
func fileOf(o *object) string {
	switch o.id.Group + "/" + o.id.Kind {
	case "/ConfigMap", "/Secret":
		return "shared.hcl"
	case "networking.k8s.io/Ingress", "networking.k8s.io/IngressClass", "gateway.networking.k8s.io/HTTPRoute", "gateway.networking.k8s.io/Gateway":
		return "ingress.hcl"
	case "/PersistentVolume", "/PersistentVolumeClaim", "storage.k8s.io/StorageClass":
		return "storage.hcl"
	case "/Service", "networking.k8s.io/NetworkPolicy", "/Endpoints", "discovery.k8s.io/EndpointSlice":
		return "network.hcl"
	case "/ServiceAccount", "rbac.authorization.k8s.io/Role", "rbac.authorization.k8s.io/RoleBinding",
		"rbac.authorization.k8s.io/ClusterRole", "rbac.authorization.k8s.io/ClusterRoleBinding":
		return "access.hcl"
	case "/Namespace", "/ResourceQuota", "/LimitRange":
		return "namespace.hcl"
	}
	return "resources.hcl"
}

// written is a file of the configuration, and where blocks begin in it.
type written struct {
	File
	starts []start
}

type start struct {
	line int
	part *part
}

// writeFiles writes all blocks, by file.
func (m *maker) writeFiles() []written {
	m.secrets.used, m.contents.used = nil, nil
	m.links = m.firmLinks()
	files := map[string]*written{}
	in := func(name string) *written {
		if files[name] == nil {
			files[name] = &written{File: File{Name: name, Mode: openMode}}
		}
		return files[name]
	}
	in("release.hcl").add(nil, textOf(m.releaseBlock(), m.homes()...))
	for _, p := range m.inReadingOrder() {
		in(m.fileFor(p)).add(p, textOf(p.block(), p.stands...))
	}
	for _, v := range m.secrets.used {
		in(variablesFile).add(nil, textOf(m.variableBlock(v)))
	}
	list := make([]written, 0, len(files))
	for _, name := range sortedKeys(files) {
		list = append(list, *files[name])
	}
	for _, f := range slices.Concat(m.writeSecrets(), m.contents.used) {
		list = append(list, written{File: f})
	}
	slices.SortStableFunc(list, func(a, b written) int { return cmp.Compare(a.Name, b.Name) })
	return list
}

// inReadingOrder returns the blocks as they follow each other in a file: the app, what
// belongs to it, and then the rest, each as in the documents.
func (m *maker) inReadingOrder() []*part {
	places := map[*object]int{}
	for i, o := range m.objects {
		places[o] = i
	}
	rank := []string{"app", "config", "secret"}
	sorted := slices.Clone(m.parts)
	slices.SortStableFunc(sorted, func(a, b *part) int {
		first, second := slices.Index(rank, a.kind), slices.Index(rank, b.kind)
		if first < 0 {
			first = len(rank)
		}
		if second < 0 {
			second = len(rank)
		}
		return cmp.Or(cmp.Compare(first, second), cmp.Compare(places[a.main()], places[b.main()]))
	})
	return sorted
}

// add writes a block at the end of the file, after an empty line.
func (f *written) add(p *part, text []byte) {
	if len(f.Content) > 0 {
		f.Content = append(f.Content, '\n')
	}
	f.starts = append(f.starts, start{line: 1 + bytes.Count(f.Content, []byte("\n")), part: p})
	f.Content = append(f.Content, text...)
}

// partAt returns the block at a line of a file.
func (m *maker) partAt(file string, line int) *part {
	var found *part
	for _, f := range m.files {
		if f.Name != filepath.ToSlash(file) {
			continue
		}
		for _, s := range f.starts {
			if s.line <= line {
				found = s.part
			}
		}
	}
	return found
}

// releaseBlock writes what the configuration is called and where it goes.
func (m *maker) releaseBlock() *block {
	b := &block{kind: "release", labels: []string{m.release}, from: m.home}
	b.set("namespace", m.namespace, "")
	if m.options.Adopt {
		b.items = append(b.items, attr{name: "adopt", value: true})
		b.comment = []string{"What exists is taken over by the first apply. The line adopt can go after it."}
	}
	return b
}
