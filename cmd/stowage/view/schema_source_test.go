package view

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// source is what the Go source says of the types that are written: what they mean, and
// which values those have that are strings.
type source struct {
	docs   map[string]string   // by package.Type and package.Type.Field
	values map[string][]string // by package.Type, in the order of their constants
}

// readSource reads the packages whose types are in documents.
func readSource(t *testing.T) *source {
	t.Helper()
	s := &source{docs: make(map[string]string), values: make(map[string][]string)}
	for _, pkg := range []string{"cmd/stowage/view", "planner", "applier", "internal/release", "dsl"} {
		files, err := filepath.Glob(filepath.Join("../../..", pkg, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %d files, %v", pkg, len(files), err)
		}
		for _, path := range files {
			if strings.HasSuffix(path, "_test.go") {
				continue
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
			if err != nil {
				t.Fatal(err)
			}
			s.read("stowage/"+pkg, file)
		}
	}
	return s
}

func (s *source) read(pkg string, file *ast.File) {
	for _, decl := range file.Decls {
		general, ok := decl.(*ast.GenDecl)
		if !ok {
			continue
		}
		for _, spec := range general.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				s.readType(pkg+"."+spec.Name.Name, general, spec)
			case *ast.ValueSpec:
				s.readConstant(pkg, spec)
			}
		}
	}
}

func (s *source) readType(name string, decl *ast.GenDecl, spec *ast.TypeSpec) {
	s.docs[name] = decl.Doc.Text()
	structure, ok := spec.Type.(*ast.StructType)
	if !ok {
		return
	}
	for _, field := range structure.Fields.List {
		for _, fieldName := range field.Names {
			text := field.Doc.Text()
			if text == "" {
				text = field.Comment.Text()
			}
			s.docs[name+"."+fieldName.Name] = text
		}
	}
}

// readConstant keeps the values of constants that have a type and are strings.
func (s *source) readConstant(pkg string, spec *ast.ValueSpec) {
	kind, ok := spec.Type.(*ast.Ident)
	if !ok {
		return
	}
	for _, value := range spec.Values {
		literal, ok := value.(*ast.BasicLit)
		if !ok || literal.Kind != token.STRING {
			continue
		}
		if text, err := strconv.Unquote(literal.Value); err == nil && text != "" {
			s.values[pkg+"."+kind.Name] = append(s.values[pkg+"."+kind.Name], text)
		}
	}
}

func typeName(t reflect.Type) string { return t.PkgPath() + "." + t.Name() }

// describe returns what a type means, without its Go name.
func (s *source) describe(t reflect.Type) string {
	text := strings.TrimPrefix(s.docs[typeName(t)], t.Name()+" ")
	for _, verb := range []string{"is ", "are "} {
		text = strings.TrimPrefix(text, verb)
	}
	return sentenceOf(text)
}

// goZero matches how a comment begins to tell what the zero value of Go means.
var goZero = regexp.MustCompile(`(^|[;,.] )(nil|empty|zero|0|not set): `)

// describeField returns what a property means. One that may be left out is so where Go
// has the zero value.
func (s *source) describeField(t reflect.Type, field reflect.StructField, optional bool) string {
	text := s.docs[typeName(t)+"."+field.Name]
	text = strings.TrimPrefix(text, field.Name+" ")
	for _, verb := range []string{"is ", "are "} {
		text = strings.TrimPrefix(text, verb)
	}
	if optional {
		text = goZero.ReplaceAllString(text, "${1}left out: ")
	}
	if field.Type == reflect.TypeFor[time.Duration]() {
		text = sentenceOf(text) + " In nanoseconds."
	}
	return sentenceOf(text)
}

// sentenceOf returns a comment as sentences on one line.
func sentenceOf(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if text == "" {
		return ""
	}
	text = strings.ToUpper(text[:1]) + text[1:]
	if !strings.HasSuffix(text, ".") {
		text += "."
	}
	return text
}
