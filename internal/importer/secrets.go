package importer

import (
	"encoding/base64"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"stowage/dsl"
	"stowage/internal/manifest"
)

const (
	variablesFile = "variables.hcl"
	valuesFile    = "secrets.auto.vars.hcl"
	ignoreFile    = ".gitignore"
)

// dataKey names a value of a ConfigMap or a Secret.
type dataKey struct {
	object *object
	key    string
}

// secretValues are the values of all Secrets, and what must not be where they are not.
type secretValues struct {
	byKey  map[dataKey]*secretVariable
	taken  map[string]bool      // names of variables
	hidden map[dataKey][]string // comments
	used   []*secretVariable    // in what has been written
}

func newSecretValues() secretValues {
	return secretValues{byKey: map[dataKey]*secretVariable{}, taken: map[string]bool{}, hidden: map[dataKey][]string{}}
}

// secretVariable is the sensitive variable that holds a value of a Secret.
type secretVariable struct {
	dataKey
	name  string
	value string // in base64 if it is no text
}

// secretValue returns what the block of a Secret says of a value, which is in a variable.
func (m *maker) secretValue(o *object, d datum) raw {
	v := m.secretVariable(o, d)
	if d.text {
		return raw("var." + v.name)
	}
	return raw("base64decode(var." + v.name + ")")
}

// openSecretValue is the same for a resource block, where values are in base64, and
// nothing may be sensitive: the object is a Secret, and its values are shown nowhere.
func (m *maker) openSecretValue(o *object, d datum) raw {
	v := m.secretVariable(o, d)
	if d.text {
		return raw("base64encode(nonsensitive(var." + v.name + "))")
	}
	return raw("nonsensitive(var." + v.name + ")")
}

// secretVariable returns the variable for a value, and notes that the configuration has it.
func (m *maker) secretVariable(o *object, d datum) *secretVariable {
	id := dataKey{o, d.key}
	v := m.secrets.byKey[id]
	if v == nil {
		v = &secretVariable{dataKey: id, name: m.freeVariable(o.id.Name, d.key), value: string(d.content)}
		if !d.text {
			v.value = base64.StdEncoding.EncodeToString(d.content)
		}
		m.secrets.byKey[id] = v
	}
	m.secrets.used = append(m.secrets.used, v)
	return v
}

var notInVariable = regexp.MustCompile(`[^a-z0-9]+`)

// freeVariable returns the name of a variable for a key of a Secret: the words of both, those
// that end the one and begin the other once.
func (m *maker) freeVariable(secret, key string) string {
	words := func(s string) []string {
		return strings.FieldsFunc(notInVariable.ReplaceAllString(strings.ToLower(s), " "), func(r rune) bool { return r == ' ' })
	}
	first, then := words(secret), words(key)
	for n := min(len(first), len(then)); n > 0; n-- {
		if slices.Equal(first[len(first)-n:], then[:n]) {
			then = then[n:]
			break
		}
	}
	name := strings.Join(append(first, then...), "_")
	if name == "" || name[0] >= '0' && name[0] <= '9' {
		name = "secret_" + name
	}
	unique := name
	for i := 2; m.secrets.taken[unique]; i++ {
		unique = fmt.Sprintf("%s_%d", name, i)
	}
	m.secrets.taken[unique] = true
	return unique
}

// writeSecrets returns the file with the values of the variables, which is for nobody else, and
// the one that keeps it out of repositories.
func (m *maker) writeSecrets() []File {
	if len(m.secrets.used) == 0 {
		return nil
	}
	return []File{
		{Name: valuesFile, Mode: secretMode, Content: m.valuesOfSecrets()},
		{Name: ignoreFile, Mode: openMode, Content: []byte("# Values of sensitive variables.\n" + valuesFile + "\n")},
	}
}

// variableBlock declares a variable, and tells where it is used.
func (m *maker) variableBlock(v *secretVariable) *block {
	b := &block{kind: "variable", labels: []string{v.name}}
	text := fmt.Sprintf("Key %q of %s", v.key, v.object.part.address())
	if v.object.part.kind == "app" {
		text = fmt.Sprintf("Key %q of the secret of %s", v.key, v.object.part.address())
	} else if users := m.usersOf(v.object); len(users) > 0 {
		text += ", for " + inWords(users)
	}
	b.set("description", text+".", "")
	b.set("type", raw("string"), "")
	b.set("sensitive", true, "")
	return b
}

// valuesOfSecrets returns the content of the file with values. Comments on values of Secrets
// are there as well: they say often enough what is in base64 beside them.
func (m *maker) valuesOfSecrets() []byte {
	w := &writer{}
	w.comments([]string{
		"Values of sensitive variables. Whoever can read this file knows them:",
		ignoreFile + " keeps it out of the repository.",
	})
	for _, v := range m.secrets.used {
		w.text.WriteString("\n")
		w.comments(m.secrets.hidden[v.dataKey])
		value := any(v.value)
		if !strings.HasSuffix(v.value, "\n") {
			value = raw(quoted(v.value)) // the file may call no function
		}
		w.attr(nil, attr{name: v.name, value: value}, v.name+" = ", "")
	}
	return dsl.Format([]byte(w.text.String()))
}

// inWords writes a list as a sentence does.
func inWords(list []string) string {
	if len(list) < 2 {
		return strings.Join(list, "")
	}
	return strings.Join(list[:len(list)-1], ", ") + " and " + list[len(list)-1]
}

// hideComments takes comments away from a Secret that may tell its values: those at the
// values, and lines elsewhere in which one is found.
func (m *maker) hideComments(o *object) {
	all, ok := o.dataIn()
	if !o.id.IsSecret() || !ok || len(all) == 0 {
		return
	}
	comments := manifest.Comments{}
	for _, path := range o.commented() {
		comment := o.Comments[path]
		at := slices.IndexFunc(all, func(d datum) bool { return d.path == path })
		if at < 0 && !isWithinData(path) {
			comments[path] = m.hideLines(comment, dataKey{o, all[0].key}, all)
			continue
		}
		id := dataKey{o, all[max(at, 0)].key}
		m.secrets.hidden[id] = apartLines(m.secrets.hidden[id], linesOf(comment))
	}
	o.Comments = comments
}

// isWithinData reports whether a path is that of a value of a Secret.
func isWithinData(path string) bool {
	parent := around(path)
	for parent != "" && parent != "data" && parent != "stringData" {
		parent = around(parent)
	}
	return parent != ""
}

// hideLines returns a comment without the lines that tell a value, which go to a variable.
func (m *maker) hideLines(c manifest.Comment, to dataKey, all []datum) manifest.Comment {
	keep := func(lines []string) []string {
		var kept []string
		for _, line := range lines {
			if slices.ContainsFunc(all, func(d datum) bool { return d.isIn(line) }) {
				m.secrets.hidden[to] = append(m.secrets.hidden[to], line)
			} else {
				kept = append(kept, line)
			}
		}
		return kept
	}
	line := ""
	if c.Line != "" {
		line = strings.Join(keep([]string{c.Line}), "")
	}
	return manifest.Comment{Head: keep(c.Head), Line: line, Foot: keep(c.Foot)}
}

// isIn reports whether a text tells the value: as it is, in base64, or by one of its lines.
func (d datum) isIn(text string) bool {
	const short = 4 // such values are found in most texts, and count as words alone
	spellings := append(strings.Split(string(d.content), "\n"), base64.StdEncoding.EncodeToString(d.content))
	for _, s := range spellings {
		s = strings.TrimSpace(s)
		if len(s) >= short && strings.Contains(text, s) || s != "" && slices.Contains(strings.Fields(text), s) {
			return true
		}
	}
	return false
}
