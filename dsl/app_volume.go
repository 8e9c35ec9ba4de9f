package dsl

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"
)

// Volume is a source of files for the containers of a pod. Exactly one of its
// sources is set.
type Volume struct {
	Name      string // label of its block; empty: it is that of one mount
	Claim     *Claim
	Files     *FileSource
	EmptyDir  *EmptyDir
	HostPath  *HostPath
	NFS       *NFS
	Projected *Projected
	DeclRange hcl.Range
}

// FileSource makes files of a ConfigMap or Secret, of what the pod knows of
// itself, or, in a projected volume, of a token.
type FileSource struct {
	Data   *DataVolume
	Fields []FieldFile
	Token  *Token
	Mode   *int32 // default mode of the files; of a projected volume the volume's
}

// FieldFile is a file that holds a field of the pod or of a container.
type FieldFile struct {
	Path  string
	Field FieldSource
	Mode  *int32
}

// Token is a file with a token of the pod's service account.
type Token struct {
	Path     string
	Audience string        // empty: the API server
	Lifetime time.Duration // 0 leaves it to the cluster (1 hour)
}

// Claim asks for storage. In a StatefulSet it becomes a claim template, one
// claim for each pod; elsewhere a PersistentVolumeClaim named NAME.
type Claim struct {
	Name         string   // template name, or the claim's name; derived from app and path when not given
	Existing     bool     // refers to a claim that somebody else made: nothing is rendered
	Size         string   // Kubernetes quantity
	AccessModes  []string // default ReadWriteOnce
	StorageClass *string  // nil: the cluster's default class
	DeclRange    hcl.Range
}

// DataVolume mounts a ConfigMap or Secret as files.
type DataVolume struct {
	Kind     DataKind
	Name     string // the object's name, version included
	Items    []Item // empty: every key as a file of its name
	Optional bool
}

// Item maps one key to a file.
type Item struct {
	Key  string
	Path string
	Mode *int32
}

// EmptyDir is scratch space that lives as long as the pod.
type EmptyDir struct {
	Medium string // "" or Memory
	Size   string // quantity; empty: no limit
}

// HostPath is a file or directory of the node.
type HostPath struct {
	Path string
	Type string // Directory, File, DirectoryOrCreate, ...; empty: not checked
}

// NFS is a directory of a file server.
type NFS struct {
	Server, Path string
	ReadOnly     bool
}

// Projected shows several sources in one directory.
type Projected struct {
	Sources []*FileSource
	Mode    *int32
}

// Volumes returns all volumes of an app's pods: those with a block, then those of
// single mounts.
func (a *App) Volumes() []*Volume {
	list := slices.Clone(a.NamedVolumes)
	for _, c := range a.Pod() {
		for _, m := range c.Mounts {
			if m.Volume.Name == "" {
				list = append(list, m.Volume)
			}
		}
	}
	return list
}

// Claims returns the claims that are made for an app.
func (a *App) Claims() []*Claim {
	var list []*Claim
	for _, v := range a.Volumes() {
		if v.Claim != nil && !v.Claim.Existing {
			list = append(list, v.Claim)
		}
	}
	return list
}

// fieldFiles returns the files of a volume that show fields.
func (v *Volume) fieldFiles() []FieldFile {
	sources := []*FileSource{v.Files}
	if v.Projected != nil {
		sources = v.Projected.Sources
	}
	var list []FieldFile
	for _, source := range sources {
		if source != nil {
			list = append(list, source.Fields...)
		}
	}
	return list
}

// filesBlock is a source of files in the course of decoding.
type filesBlock struct {
	dataChoice
	data     DataVolume
	mode     *int32
	fields   []FieldFile
	token    *Token
	defining []string // the arguments that say where the files come from
}

func (f *filesBlock) choose(kind DataKind, name string) {
	f.dataChoice.choose(kind, name)
	f.defining = append(f.defining, blockTypeOf(kind))
}

// filesArgs are the arguments of a source of files.
var filesArgs = []arg[filesBlock]{
	{name: "config", kind: dataReference[filesBlock](ConfigMap), doc: "A ConfigMap as files: `config.NAME`, or the name of one that exists, as text."},
	{name: "secret", kind: dataReference[filesBlock](Secret), doc: "A Secret as files: `secret.NAME`, or the name of one that exists, as text."},
	{
		name: "fields", kind: kind[filesBlock]{name: "map of objects", object: fieldFileSchema, decode: decodeFields},
		doc: "What the pod knows of itself as files: `{ labels = { field = \"metadata.labels\" }, memory = { resource = \"limits.memory\" } }`. Labels and annotations are kept up to date.",
	},
	{
		name: "optional", kind: boolean(func(f *filesBlock) *bool { return &f.data.Optional }), initial: "false",
		doc: "With `config` or `secret`: whether the container starts without it.",
	},
	{
		name: "items", kind: kind[filesBlock]{name: "map of text or objects", object: itemSchema, decode: decodeItems}, initial: "every key",
		doc: "With `config` or `secret`: which keys become files. `{ KEY = \"path\" }`, or `{ KEY = { path = \"path\", mode = \"0440\" } }`.",
	},
}

// source returns what the arguments say, once they are checked.
func (f *filesBlock) source() *FileSource {
	source := &FileSource{Fields: f.fields, Token: f.token, Mode: f.mode}
	if f.kind != "" {
		f.data.Kind, f.data.Name = f.kind, f.name
		source.Data = &f.data
	}
	return source
}

// volumeBlock is a volume in the course of decoding.
type volumeBlock struct {
	Volume
	filesBlock
	app  *appBlock
	path string // where it is mounted, or its name
}

func volumeFiles(v *volumeBlock) *filesBlock { return &v.filesBlock }

// volumeArgs and volumeBlocks are what a volume can have, with a block of its own
// or in a mount.
var volumeArgs = append(lifted(volumeFiles, filesArgs), arg[volumeBlock]{
	name: "mode", kind: mode(func(v *volumeBlock) **int32 { return &v.mode }), initial: `"0644"`,
	doc: "With `config`, `secret` or `fields`: permissions of the files, in octal.",
})

var volumeBlocks = []nested[volumeBlock]{
	{name: "claim", body: claimSchema, decode: decodeClaim, doc: "Storage that outlives the pod. It stays when the app goes, unless asked for."},
	{name: "empty_dir", body: emptyDirSchema, decode: decodeEmptyDir, doc: "Scratch space that lives as long as the pod."},
	{name: "host_path", body: hostPathSchema, decode: decodeHostPath, doc: "A file or directory of the node."},
	{name: "nfs", body: nfsSchema, decode: decodeNFS, doc: "A directory of an NFS server."},
	{name: "projected", body: projectedSchema, decode: decodeProjected, doc: "Several ConfigMaps, Secrets, fields and tokens in one directory."},
}

const volumeSources = "config, secret, fields, claim, empty_dir, host_path, nfs or projected"

var namedVolumeSchema = newSchema(volumeArgs, volumeBlocks...)

// namedVolumeBlock is a volume that several mounts can show.
var namedVolumeBlock = nested[appBlock]{
	name: "volume", label: "name", many: true, body: namedVolumeSchema, decode: decodeNamedVolume,
	doc: "A volume that several mounts show: `mount \"/logs\" { volume = \"NAME\" }`. One that a single mount shows can be written in the mount.",
}

func decodeNamedVolume(s *scope, to *appBlock, b *hcl.Block) {
	name := b.Labels[0]
	v := &volumeBlock{Volume: Volume{Name: name, DeclRange: b.DefRange}, app: to, path: name}
	if err := dnsLabel(name); err != nil {
		s.report(problem(&b.LabelRanges[0], "Invalid name", "The name of a volume %s.", err))
	}
	for _, other := range to.NamedVolumes {
		if other.Name == name {
			s.report(problem(&b.LabelRanges[0], "Duplicate volume", "There is a volume %q already at %s.", name, place(other.DeclRange)))
		}
	}
	if !s.failed(func() { namedVolumeSchema.decode(s, b.Body, v) }) {
		s.completeVolume(v, "volume")
	}
	// Kept in any case: mounts that name it are not in error.
	to.NamedVolumes = append(to.NamedVolumes, &v.Volume)
}

// completeVolume checks that a volume has one source, and what goes with it.
func (s *scope) completeVolume(v *volumeBlock, what string) {
	if v.kind != "" || v.fields != nil {
		v.Files = v.source()
	}
	if len(v.defining) != 1 {
		s.report(problem(&v.DeclRange, "Invalid "+what, "A %s has one source: %s.", what, volumeSources))
		return
	}
	s.checkFiles(&v.filesBlock, v.DeclRange, what)
	if v.mode != nil && v.Files == nil {
		s.report(problem(&v.DeclRange, "Invalid "+what, "mode goes with config, secret or fields, not with %s.", v.defining[0]))
	}
}

// checkFiles reports arguments that another source than this has.
func (s *scope) checkFiles(f *filesBlock, at hcl.Range, what string) {
	if f.kind == "" && (f.data.Items != nil || f.data.Optional) {
		s.report(problem(&at, "Invalid "+what, "items and optional go with config or secret, not with %s.", f.defining[0]))
	}
}

var nfsSchema = newSchema([]arg[NFS]{
	{name: "server", kind: text(func(n *NFS) *string { return &n.Server }, filled), required: true, doc: "Name or address of the server."},
	{name: "path", kind: text(func(n *NFS) *string { return &n.Path }, absolutePath), required: true, doc: "Directory that it exports."},
	{name: "read_only", kind: boolean(func(n *NFS) *bool { return &n.ReadOnly }), initial: "false", doc: "Whether nothing can write to it."},
})

func decodeNFS(s *scope, to *volumeBlock, b *hcl.Block) {
	to.NFS = &NFS{}
	to.defining = append(to.defining, "nfs")
	nfsSchema.decode(s, b.Body, to.NFS)
}

var projectedSchema = newSchema([]arg[Projected]{
	{name: "mode", kind: mode(func(p *Projected) **int32 { return &p.Mode }), initial: `"0644"`, doc: "Permissions of the files, in octal."},
},
	nested[Projected]{name: "source", many: true, body: sourceBlockSchema, decode: decodeProjectedSource, doc: "One source of files."},
)

var sourceBlockSchema = newSchema(append(filesArgs, arg[filesBlock]{
	name: "token", kind: kind[filesBlock]{name: "object", object: tokenSchema, decode: decodeToken},
	doc: "A token of the pod's service account: `{ path = \"token\", audience = \"vault\", lifetime = \"1h\" }`. It is renewed before it ends.",
}))

func decodeProjected(s *scope, to *volumeBlock, b *hcl.Block) {
	to.Projected = &Projected{}
	to.defining = append(to.defining, "projected")
	if s.failed(func() { projectedSchema.decode(s, b.Body, to.Projected) }) {
		return
	}
	if len(to.Projected.Sources) == 0 {
		s.report(problem(&b.DefRange, "Missing required block", "A projected volume needs a source block for each of its sources."))
	}
}

func decodeProjectedSource(s *scope, to *Projected, b *hcl.Block) {
	var f filesBlock
	if s.failed(func() { sourceBlockSchema.decode(s, b.Body, &f) }) {
		return
	}
	if len(f.defining) != 1 {
		s.report(problem(&b.DefRange, "Invalid source", "A source takes from one place: config, secret, fields or token."))
		return
	}
	s.checkFiles(&f, b.DefRange, "source")
	to.Sources = append(to.Sources, f.source())
}

var tokenSchema = newSchema([]arg[Token]{
	{name: "path", kind: text(func(t *Token) *string { return &t.Path }, relativePath), required: true, doc: "Path of the file below the mount."},
	{name: "audience", kind: text(func(t *Token) *string { return &t.Audience }), initial: "the API server", doc: "Whom it is for."},
	{name: "lifetime", kind: seconds(func(t *Token) *time.Duration { return &t.Lifetime }, shortestToken), initial: `"1h"`, doc: "How long it is good for; at least 10 minutes."},
})

// shortestToken is the shortest lifetime that the API server grants.
const shortestToken = 10 * time.Minute

func decodeToken(s *scope, to *filesBlock, a argument) {
	var t Token
	to.defining = append(to.defining, "token")
	if tokenSchema.decodeObject(s, a, &t) {
		to.token = &t
	}
}

// fieldFileBlock is a file that holds a field, in the course of decoding.
type fieldFileBlock struct {
	fieldArgs
	mode *int32
}

var fieldFileSchema = newSchema(append(
	lifted(func(f *fieldFileBlock) *fieldArgs { return &f.fieldArgs }, fieldSourceArgs),
	arg[fieldFileBlock]{name: "mode", kind: mode(func(f *fieldFileBlock) **int32 { return &f.mode }), doc: "Permissions of the file, in octal."},
))

func decodeFields(s *scope, to *filesBlock, a argument) {
	to.defining = append(to.defining, "fields")
	entries, _ := s.entries(a)
	for _, e := range asWritten(entries) {
		if !s.checkKey(e, relativePath) {
			continue
		}
		var f fieldFileBlock
		if !fieldFileSchema.decodeObject(s, argument{name: e.key, expr: hcl.StaticExpr(e.value, e.rng), rng: e.rng}, &f) {
			continue
		}
		if source, ok := s.fieldSource(e, f.fieldArgs, fileFields); ok {
			if source.Resource != "" && source.Container == "" {
				s.report(problem(&e.rng, "Missing required argument", "%q needs the container whose %s it shows.", e.key, source.Resource))
			}
			to.fields = append(to.fields, FieldFile{Path: e.key, Field: source, Mode: f.mode})
		}
	}
}

func filled(text string) error {
	if strings.TrimSpace(text) == "" {
		return errors.New("must not be empty")
	}
	return nil
}
