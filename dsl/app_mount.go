package dsl

import (
	"errors"
	"path"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// mountBlock is a mount block in the course of decoding.
type mountBlock struct {
	Mount
	dataChoice
	data    DataVolume
	sources []string // as written; exactly one is right
	app     *App
}

var mountSchema = newSchema([]arg[mountBlock]{
	{name: "config", kind: dataReference[mountBlock](ConfigMap), doc: "A ConfigMap as files: `config.NAME`, or the name of one that exists, as text."},
	{name: "secret", kind: dataReference[mountBlock](Secret), doc: "A Secret as files: `secret.NAME`, or the name of one that exists, as text."},
	{
		name: "optional", kind: boolean(func(m *mountBlock) *bool { return &m.data.Optional }), initial: "false",
		doc: "With `config` or `secret`: whether the container starts without it.",
	},
	{
		name: "items", kind: kind[mountBlock]{name: "map of text or objects", object: itemSchema, decode: decodeItems}, initial: "every key",
		doc: "With `config` or `secret`: which keys become files. `{ KEY = \"path\" }`, or `{ KEY = { path = \"path\", mode = \"0440\" } }`.",
	},
	{
		name: "mode", kind: mode(func(m *mountBlock) **int32 { return &m.data.Mode }), initial: `"0644"`,
		doc: "With `config` or `secret`: permissions of the files, in octal.",
	},
	{name: "sub_path", kind: text(func(m *mountBlock) *string { return &m.SubPath }, relativePath), doc: "Mounts one file or directory of the volume instead of its root."},
	{name: "read_only", kind: boolean(func(m *mountBlock) *bool { return &m.ReadOnly }), initial: "false", doc: "Whether the container can only read."},
},
	nested[mountBlock]{name: "claim", body: claimSchema, decode: decodeClaim, doc: "Storage that outlives the pod. It stays when the app goes, unless asked for."},
	nested[mountBlock]{name: "empty_dir", body: emptyDirSchema, decode: decodeEmptyDir, doc: "Scratch space that lives as long as the pod."},
	nested[mountBlock]{name: "host_path", body: hostPathSchema, decode: decodeHostPath, doc: "A file or directory of the node."},
)

var claimSchema = newSchema([]arg[claimBlock]{
	{name: "size", kind: text(func(c *claimBlock) *string { return &c.Size }, positiveQuantity), doc: "How much is asked for, such as `\"1Gi\"`. Required unless `existing` is given."},
	{
		name: "name", kind: text(func(c *claimBlock) *string { return &c.Name }, dnsLabel), initial: "from the path",
		doc: "Name of the claim; in a StatefulSet, of the claim template. From path `/var/lib/mysql` of app `db` it is `var-lib-mysql` in a StatefulSet and `db-var-lib-mysql` elsewhere.",
	},
	{
		name: "access_modes", kind: textList(func(c *claimBlock) *[]string { return &c.AccessModes }, oneOf("ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod")),
		initial: `["ReadWriteOnce"]`, doc: "How nodes may use it at the same time.",
	},
	{name: "storage_class", kind: storageClass, initial: "the cluster's default", doc: "StorageClass; `\"\"` asks for a volume that has none."},
	{name: "existing", kind: text(func(c *claimBlock) *string { return &c.existing }, dataName), doc: "Name of a claim that is there already. Nothing is made."},
})

type claimBlock struct {
	Claim
	existing string
}

var storageClass = kind[claimBlock]{name: "text", decode: func(s *scope, to *claimBlock, a argument) {
	if v, ok := s.text(a); ok {
		to.StorageClass = &v
	}
}}

var emptyDirSchema = newSchema([]arg[EmptyDir]{
	{name: "medium", kind: text(func(e *EmptyDir) *string { return &e.Medium }, oneOf("", "Memory")), initial: `""`, doc: "`\"Memory\"` keeps it in memory, where it counts as the container's."},
	{name: "size", kind: text(func(e *EmptyDir) *string { return &e.Size }, quantity), initial: "no limit", doc: "How large it may become."},
})

var hostPathSchema = newSchema([]arg[HostPath]{
	{name: "path", kind: text(func(h *HostPath) *string { return &h.Path }, absolutePath), required: true, doc: "Path on the node."},
	{
		name:    "type",
		kind:    text(func(h *HostPath) *string { return &h.Type }, oneOf("", "DirectoryOrCreate", "Directory", "FileOrCreate", "File", "Socket", "CharDevice", "BlockDevice")),
		initial: `""`, doc: "What must be there, such as `\"Directory\"` or `\"FileOrCreate\"`; `\"\"` checks nothing.",
	},
})

func decodeMount(s *scope, to *appBlock, b *hcl.Block) {
	m := &mountBlock{Mount: Mount{Path: b.Labels[0], DeclRange: b.DefRange}, app: to.App}
	if err := mountPath(m.Path); err != nil {
		s.report(problem(&b.LabelRanges[0], "Invalid path", "The path of a mount %s.", err))
	}
	if s.failed(func() { mountSchema.decode(s, b.Body, m) }) {
		return
	}
	if m.kind != "" {
		m.sources = append(m.sources, blockTypeOf(m.kind))
		m.data.Kind, m.data.Name = m.kind, m.name
		m.Data = &m.data
	}
	if len(m.sources) != 1 || m.twice {
		s.report(problem(&b.DefRange, "Invalid mount", "A mount has one source: config, secret, claim, empty_dir or host_path."))
		return
	}
	if m.Data == nil && (m.data.Items != nil || m.data.Mode != nil || m.data.Optional) {
		s.report(problem(&m.DeclRange, "Invalid mount", "items, mode and optional go with config or secret, not with %s.", m.sources[0]))
	}
	to.Mounts = append(to.Mounts, m.Mount)
}

// itemArgs is an item written { path = "file", mode = "0440" }.
type itemArgs struct{ Item }

var itemSchema = newSchema([]arg[itemArgs]{
	{name: "path", kind: text(func(i *itemArgs) *string { return &i.Path }, relativePath), required: true, doc: "Path of the file below the mount."},
	{name: "mode", kind: mode(func(i *itemArgs) **int32 { return &i.Mode }), doc: "Permissions of the file, in octal."},
})

func decodeItems(s *scope, to *mountBlock, a argument) {
	entries, _ := s.entries(a)
	for _, e := range entries {
		item := itemArgs{Item{Key: e.key}}
		value := argument{name: e.key, expr: hcl.StaticExpr(e.value, e.rng), rng: e.rng}
		if plain, _ := e.value.Unmark(); plain.Type().IsObjectType() {
			if !itemSchema.decodeObject(s, value, &item) {
				continue
			}
		} else {
			var ok bool
			if item.Path, ok = s.text(value, relativePath); !ok {
				continue
			}
		}
		if to.kind != "" && !to.data.Optional {
			s.checkKeyExists(to.kind, to.name, e.key, e.rng)
		}
		to.data.Items = append(to.data.Items, item.Item)
	}
}

// mode is a file mode, written in octal as text.
func mode[T any](field func(*T) **int32) kind[T] {
	return kind[T]{name: "text", decode: func(s *scope, to *T, a argument) {
		text, ok := s.text(a)
		if !ok {
			return
		}
		const bits = 9
		n, err := strconv.ParseUint(text, 8, bits)
		if err != nil || !strings.HasPrefix(text, "0") {
			s.invalid(a, "%q must be a file mode in octal, in quotes and with a leading zero, such as \"0440\".", a.name)
			return
		}
		value := int32(n)
		*field(to) = &value
	}}
}

func decodeClaim(s *scope, to *mountBlock, b *hcl.Block) {
	c := claimBlock{Claim: Claim{DeclRange: b.DefRange}}
	to.sources = append(to.sources, "claim")
	if s.failed(func() { claimSchema.decode(s, b.Body, &c) }) {
		return
	}
	to.Claim = &c.Claim
	if c.existing != "" {
		if c.Size != "" || c.Name != "" || c.AccessModes != nil || c.StorageClass != nil {
			s.report(problem(&b.DefRange, "Conflicting arguments", "With existing the claim is there already; size, name, access_modes and storage_class do not go with it."))
		}
		c.Existing, c.Name = true, c.existing
		return
	}
	if c.Size == "" {
		s.report(problem(&b.DefRange, "Missing required argument", "A claim needs a size, such as size = \"1Gi\", or existing, which names a claim that is there."))
	}
	if c.AccessModes == nil {
		c.AccessModes = []string{"ReadWriteOnce"}
	}
	if c.Name == "" {
		c.Name = claimName(to.app, to.Path)
	}
	if err := dnsLabel(c.Name); err != nil {
		s.report(problem(&b.DefRange, "Invalid name", "The claim would be named %q, which %s. Give it a name.", c.Name, err))
	}
}

// claimName makes the name of a claim from the path where it is mounted.
func claimName(app *App, at string) string {
	name := strings.Trim(slug.ReplaceAllString(strings.ToLower(at), "-"), "-")
	if name == "" {
		name = "data"
	}
	if app.Kind == StatefulSet {
		return name // the names of the claims have the app's in them
	}
	return app.Name + "-" + name
}

func decodeEmptyDir(s *scope, to *mountBlock, b *hcl.Block) {
	to.EmptyDir = &EmptyDir{}
	to.sources = append(to.sources, "empty_dir")
	emptyDirSchema.decode(s, b.Body, to.EmptyDir)
}

func decodeHostPath(s *scope, to *mountBlock, b *hcl.Block) {
	to.HostPath = &HostPath{}
	to.sources = append(to.sources, "host_path")
	hostPathSchema.decode(s, b.Body, to.HostPath)
}

// checkMounts reports what two mounts of an app cannot share.
func (s *scope) checkMounts(a *appBlock) {
	paths := map[string]Mount{}
	claims := map[string]Mount{}
	for _, m := range a.Mounts {
		clean := path.Clean(m.Path)
		if first, twice := paths[clean]; twice {
			s.report(problem(&m.DeclRange, "Duplicate mount", "%s is mounted already at %s.", clean, place(first.DeclRange)))
		}
		paths[clean] = m
		if m.Claim == nil || m.Claim.Existing {
			continue
		}
		if first, twice := claims[m.Claim.Name]; twice {
			s.report(problem(&m.Claim.DeclRange, "Duplicate claim", "The claim %q is already made at %s. Give one of the two a name.", m.Claim.Name, place(first.DeclRange)))
		}
		claims[m.Claim.Name] = m
	}
}

// mountPath checks a path in a container.
func mountPath(text string) error {
	if strings.Contains(text, ":") {
		return errors.New("must not contain a colon")
	}
	return absolutePath(text)
}
