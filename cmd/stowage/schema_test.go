package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/spf13/cobra"

	"stowage/cmd/stowage/view"
)

// In each script, whatever a command of stowage writes to stdout with -o json is checked
// against the schemas of docs/schema: the process of the command does it when it ends, and
// what is wrong is an error of the script.

const (
	schemasKey    = "STOWAGE_TEST_SCHEMAS"    // directory of the schemas
	violationsKey = "STOWAGE_TEST_VIOLATIONS" // file for what is wrong
)

// checkSchemas makes the commands of a script check what they write.
func checkSchemas(env *testscript.Env) error {
	schemas, err := filepath.Abs("../../docs/schema")
	if err != nil {
		return err
	}
	violations := filepath.Join(filepath.Dir(env.WorkDir), filepath.Base(env.WorkDir)+".violations")
	env.Setenv(schemasKey, schemas)
	env.Setenv(violationsKey, violations)
	t := env.T().(testing.TB)
	env.Defer(func() {
		text, err := os.ReadFile(violations)
		if err == nil || !errors.Is(err, os.ErrNotExist) {
			t.Errorf("what a command wrote is not as docs/schema says: %v\n%s", err, text)
		}
	})
	return nil
}

// checkedMain is main, with a look at what it writes when that is JSON.
func checkedMain() {
	promised := promisedBy(startedAs(os.Args).args)
	if os.Getenv(schemasKey) == "" || promised == nil {
		main()
		return
	}
	stdout, stderr := listen(&os.Stdout), listen(&os.Stderr)
	code := run()
	text, err := stdout()
	people, err2 := stderr()
	err = errors.Join(err, err2)
	switch wrong := bytes.HasSuffix(people, []byte("' for usage.\n")); {
	case err != nil:
	case !wrong:
		err = promised.check(text, code)
	case len(text) > 0:
		err = errors.New("a command line that makes no sense has an answer on stdout")
	}
	if err != nil {
		report := fmt.Sprintf("%s: %v\n", strings.Join(os.Args, " "), err)
		if err := os.WriteFile(os.Getenv(violationsKey), []byte(report), 0o600); err != nil {
			panic(err)
		}
	}
	os.Exit(code)
}

// listen passes on what is written to a stream of the process. The function that it
// returns ends that, and returns what it was.
func listen(stream **os.File) func() ([]byte, error) {
	to := *stream
	reader, writer, err := os.Pipe()
	if err != nil {
		panic(err)
	}
	*stream = writer
	var text bytes.Buffer
	copied := make(chan error, 1)
	go func() {
		_, err := io.Copy(io.MultiWriter(to, &text), reader)
		copied <- err
	}()
	return func() ([]byte, error) {
		err := errors.Join(writer.Close(), <-copied)
		return text.Bytes(), err
	}
}

// promise is what a command writes as JSON.
type promise struct {
	schema string // of the document, or of each line
	lines  bool
}

// documents are the schemas of what commands write, by their names. Where there are two,
// an argument asks for the second.
var documents = map[string][]string{
	"plan": {"plan"}, "status": {"status"}, "history": {"history", "revision"}, "output": {"outputs", "outputs"},
	"render": {"objects"}, "validate": {"validate"}, "graph": {"graph"}, "schema": {"language"},
	"unlock": {"lock"}, "import": {"import"}, "version": {"version"}, "show": {"", "objects"},
	"apply": {"run"}, "destroy": {"run"}, "rollback": {"run"}, "switch": {"run"},
}

// promisedBy returns what a command line asks for; nil when it is no JSON, or the command
// line makes no sense.
func promisedBy(args []string) *promise {
	command, rest, err := newRoot(&streams{in: strings.NewReader(""), out: view.Screen{Out: io.Discard}, err: view.Screen{Out: io.Discard}}).Find(args)
	if err != nil || command.ParseFlags(rest) != nil || !asksForJSON(command) {
		return nil
	}
	of := documents[command.Name()]
	if len(of) == 0 {
		return &promise{schema: "none of " + command.Name()} // which fails
	}
	w := &promise{schema: of[0], lines: of[0] == "run"}
	arguments := command.Flags().Args()
	if len(of) > 1 && len(arguments) > 0 {
		w.schema = of[1]
	}
	if command.Name() == "show" && !regexp.MustCompile(`^\d+$`).MatchString(strings.Join(arguments, " ")) {
		w.schema = "plan" // from a file
	}
	return w
}

func asksForJSON(command *cobra.Command) bool {
	flag := command.Flags().Lookup("output")
	help := command.Flags().Lookup("help")
	if flag == nil || help != nil && help.Changed {
		return false
	}
	return flag.Value.String() == "json" || command.Name() == "schema"
}

// check returns what is wrong with what was written by a command with the exit code.
func (p *promise) check(text []byte, code int) error {
	if p.lines {
		return p.checkLines(text, code)
	}
	schema := p.schema
	decoder := json.NewDecoder(bytes.NewReader(text))
	var document json.RawMessage
	if err := decoder.Decode(&document); err != nil {
		return err
	}
	partly := schema == "import" && bytes.Contains(document, []byte(`"objectCount"`)) // the rest is imported
	if code != exitOK && code != exitChanges && schema != "validate" && !partly {
		schema = "error"
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("there is something behind the document")
	}
	return validate(schema, document)
}

func (p *promise) checkLines(text []byte, code int) error {
	var last struct {
		Type     string
		ExitCode int
	}
	summaries := 0
	for line := range bytes.Lines(text) {
		last.Type = ""
		if err := errors.Join(validate(p.schema, line), json.Unmarshal(line, &last)); err != nil {
			return fmt.Errorf("%w in the line\n%s", err, line)
		}
		if last.Type == "summary" {
			summaries++
		}
	}
	if summaries != 1 || last.Type != "summary" || last.ExitCode != code {
		return fmt.Errorf("exit code %d, %d summaries, and the last line is %+v", code, summaries, last)
	}
	return nil
}

// validate checks a document against a schema by its name.
func validate(schema string, document []byte) error {
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft2020)
	compiler.AssertFormat()
	compiled, err := compiler.Compile(filepath.Join(os.Getenv(schemasKey), schema+".schema.json"))
	if err != nil {
		return err
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(document))
	if err != nil {
		return err
	}
	return compiled.Validate(value)
}

// Each schema, and each type of line, is one that a command of a script writes.
func TestEverySchemaIsWrittenInAScript(t *testing.T) {
	scripts, err := filepath.Glob("testdata/*/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	command := regexp.MustCompile(`(?m)^(?:\[linux\] )?(exec|! exec|exits \d+) stowage (.*)$`)
	seen := make(map[string]bool)
	for _, script := range scripts {
		text, err := os.ReadFile(script)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range command.FindAllStringSubmatch(string(text), -1) {
			w := promisedBy(strings.Fields(m[2]))
			switch {
			case w == nil:
			case m[1] == "exec" || w.lines || w.schema == "validate":
				seen[w.schema] = true
			default:
				seen["error"] = true
			}
		}
		if strings.Contains(string(text), "\nplan-file ") { // which checks a file
			seen["plan-file"] = true
		}
		for _, m := range regexp.MustCompile(`"type":"([a-z_]+)"`).FindAllStringSubmatch(string(text), -1) {
			seen["line "+m[1]] = true
		}
	}
	for _, name := range slices.Concat(publishedSchemas(t), lineTypes(t)) {
		if !seen[name] {
			t.Errorf("no script writes the %s of docs/schema", name)
		}
	}
}

func publishedSchemas(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("../../docs/schema/*.schema.json")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for i, file := range files {
		files[i] = strings.TrimSuffix(filepath.Base(file), ".schema.json")
	}
	return files
}

// lineTypes returns the types of lines that the schema of runs has.
func lineTypes(t *testing.T) (types []string) {
	t.Helper()
	text, err := os.ReadFile("../../docs/schema/run.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var schema struct {
		OneOf []struct {
			Ref string `json:"$ref"`
		}
		Defs map[string]struct {
			Properties struct{ Type struct{ Enum []string } }
		} `json:"$defs"`
	}
	if err := json.Unmarshal(text, &schema); err != nil {
		t.Fatal(err)
	}
	for _, ref := range schema.OneOf {
		for _, name := range schema.Defs[strings.TrimPrefix(ref.Ref, "#/$defs/")].Properties.Type.Enum {
			types = append(types, "line "+name)
		}
	}
	if len(types) == 0 {
		t.Fatal("the schema of runs has no types of lines")
	}
	return types
}
