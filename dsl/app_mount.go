package dsl

import (
	"errors"
	"path"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// Mount shows a volume at one path of a container.
type Mount struct {
	Path        string
	SubPath     string // of the volume; empty: its root
	SubPathExpr string // the same, with $(NAME) for variables of the container
	ReadOnly    bool
	Propagation string // of mounts below it: None, HostToContainer, Bidirectional; empty leaves it to the cluster
	Volume      *Volume
	DeclRange   hcl.Range
}

// mountBlock is a mount block in the course of decoding.
type mountBlock struct {
	Mount
	named  string // the volume block that it shows
	volume volumeBlock
}

func mountVolume(m *mountBlock) *volumeBlock { return &m.volume }

var mountSchema = newSchema(append([]arg[mountBlock]{
	{name: "volume", kind: text(func(m *mountBlock) *string { return &m.named }), doc: "Name of a `volume` block, in the place of a source of the mount's own."},
	{name: "sub_path", kind: text(func(m *mountBlock) *string { return &m.SubPath }, relativePath), doc: "Mounts one file or directory of the volume instead of its root."},
	{name: "sub_path_expr", kind: text(func(m *mountBlock) *string { return &m.SubPathExpr }, relativePath), doc: "The same with `$(NAME)` for variables of the container."},
	{name: "read_only", kind: boolean(func(m *mountBlock) *bool { return &m.ReadOnly }), initial: "false", doc: "Whether the container can only read."},
	{
		name: "propagation", kind: text(func(m *mountBlock) *string { return &m.Propagation }, oneOf("None", "HostToContainer", "Bidirectional")), initial: `"None"`,
		doc: "Whether mounts made below it later are seen: `\"HostToContainer\"`, those of the node; `\"Bidirectional\"`, on the node too, for which the container must be privileged.",
	},
}, lifted(mountVolume, volumeArgs)...), liftedBlocks(mountVolume, volumeBlocks)...)

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
	{name: "medium", kind: text(func(e *EmptyDir) *string { return &e.Medium }, medium), initial: `""`, doc: "`\"Memory\"` keeps it in memory, where it counts as the container's; `\"HugePages\"` and `\"HugePages-2Mi\"` in such pages."},
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

func decodeMount(s *scope, to *containerBlock, b *hcl.Block) {
	m := &mountBlock{Mount: Mount{Path: b.Labels[0], DeclRange: b.DefRange}}
	m.volume = volumeBlock{Volume: Volume{DeclRange: b.DefRange}, app: to.app, path: m.Path}
	if err := mountPath(m.Path); err != nil {
		s.report(problem(&b.LabelRanges[0], "Invalid path", "The path of a mount %s.", err))
	}
	if s.failed(func() { mountSchema.decode(s, b.Body, m) }) {
		return
	}
	if m.named != "" {
		s.useVolume(to.app, m)
	} else {
		s.completeVolume(&m.volume, "mount")
		m.Volume = &m.volume.Volume
	}
	if m.SubPath != "" && m.SubPathExpr != "" {
		s.report(problem(&m.DeclRange, "Invalid mount", "sub_path and sub_path_expr say the same in two ways. Leave out one of them."))
	}
	if m.Volume != nil {
		to.Mounts = append(to.Mounts, m.Mount)
	}
}

// useVolume finds the volume block that a mount names.
func (s *scope) useVolume(a *appBlock, m *mountBlock) {
	if len(m.volume.defining) > 0 || m.volume.mode != nil || m.volume.data.Items != nil {
		s.report(problem(&m.DeclRange, "Invalid mount", "With volume = %q the source is that of the volume block; leave out the mount's own.", m.named))
	}
	var names []string
	for _, v := range a.NamedVolumes {
		names = append(names, v.Name)
		if v.Name == m.named {
			m.Volume = v
			return
		}
	}
	s.report(problem(&m.DeclRange, "Unknown volume", "%s has no volume block %q.%s", a.Address, m.named, suggestion(m.named, names)))
}

// itemArgs is an item written { path = "file", mode = "0440" }.
type itemArgs struct{ Item }

var itemSchema = newSchema([]arg[itemArgs]{
	{name: "path", kind: text(func(i *itemArgs) *string { return &i.Path }, relativePath), required: true, doc: "Path of the file below the mount."},
	{name: "mode", kind: mode(func(i *itemArgs) **int32 { return &i.Mode }), doc: "Permissions of the file, in octal."},
})

func decodeItems(s *scope, to *filesBlock, a argument) {
	entries, _ := s.entries(a)
	for _, e := range asWritten(entries) {
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

func decodeClaim(s *scope, to *volumeBlock, b *hcl.Block) {
	c := claimBlock{Claim: Claim{DeclRange: b.DefRange}}
	to.defining = append(to.defining, "claim")
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
		c.Name = ClaimName(to.app.Kind, to.app.Name, to.path)
	}
	if err := dnsLabel(c.Name); err != nil {
		s.report(problem(&b.DefRange, "Invalid name", "The claim would be named %q, which %s. Give it a name.", c.Name, err))
	}
}

// ClaimName makes the name of a claim of an app from the path where it is mounted, or from the
// name of its volume.
func ClaimName(kind AppKind, app, at string) string {
	name := strings.Trim(slug.ReplaceAllString(strings.ToLower(at), "-"), "-")
	if name == "" {
		name = "data"
	}
	if kind == StatefulSet {
		return name // the names of the claims have the app's in them
	}
	return app + "-" + name
}

func decodeEmptyDir(s *scope, to *volumeBlock, b *hcl.Block) {
	to.EmptyDir = &EmptyDir{}
	to.defining = append(to.defining, "empty_dir")
	emptyDirSchema.decode(s, b.Body, to.EmptyDir)
}

func decodeHostPath(s *scope, to *volumeBlock, b *hcl.Block) {
	to.HostPath = &HostPath{}
	to.defining = append(to.defining, "host_path")
	hostPathSchema.decode(s, b.Body, to.HostPath)
}

// checkMounts reports what two mounts of a container cannot share.
func (s *scope) checkMounts(c *containerBlock) {
	paths := map[string]Mount{}
	for _, m := range c.Mounts {
		clean := path.Clean(m.Path)
		if first, twice := paths[clean]; twice {
			s.report(problem(&m.DeclRange, "Duplicate mount", "%s is mounted already at %s.", clean, place(first.DeclRange)))
		}
		paths[clean] = m
		if m.Propagation == "Bidirectional" && !isTrue(c.Security.Privileged) {
			s.report(problem(&m.DeclRange, "Conflicting arguments", "Mounts that the node is to see can be made by a privileged container alone: propagation = \"Bidirectional\" needs security { privileged = true }."))
		}
	}
}

// checkClaims reports what two volumes of an app cannot share. In a StatefulSet a
// claim is a volume of its own name.
func (s *scope) checkClaims(a *appBlock) {
	claims := map[string]*Claim{}
	for _, c := range a.Claims() {
		for _, v := range a.NamedVolumes {
			if a.Kind == StatefulSet && v.Name == c.Name && v.Claim != c {
				s.report(problem(&c.DeclRange, "Duplicate volume", "The pods have a volume %q already, at %s. Give the claim another name.", c.Name, place(v.DeclRange)))
			}
		}
		if first, twice := claims[c.Name]; twice {
			s.report(problem(&c.DeclRange, "Duplicate claim", "The claim %q is already made at %s. Give one of the two a name, or, to show one claim in several places, give it a volume block.", c.Name, place(first.DeclRange)))
		}
		claims[c.Name] = c
	}
}

// medium is where the files of an empty_dir are.
func medium(text string) error {
	if size, huge := strings.CutPrefix(text, "HugePages-"); huge {
		return positiveQuantity(size)
	}
	return oneOf("", "Memory", "HugePages")(text)
}

// mountPath checks a path in a container.
func mountPath(text string) error {
	if strings.Contains(text, ":") {
		return errors.New("must not contain a colon")
	}
	return absolutePath(text)
}
