package view

import "fmt"

// Init is a configuration that has just been written.
type Init struct {
	Dir      string
	Files    []InitFile
	Argument string // what commands need to find it, with a space before it; empty: nothing
}

// InitFile is a file, and what is in it.
type InitFile struct{ Name, About string }

// Initialised shows what was written, and what to do with it.
func Initialised(s Screen, i Init) error {
	p := newPage(s)
	p.line(span{"Wrote " + plural(len(i.Files), "file") + ":", bold})
	width := 0
	for _, f := range i.Files {
		width = max(width, columns(f.Name))
	}
	for _, f := range i.Files {
		p.line(txt("  "+pad(f.Name, width)), span{"  " + f.About, dim})
	}
	p.next([][2]string{
		{"stowage plan" + i.Argument + " --local", "what it becomes, on a cluster on this machine"},
		{"stowage apply" + i.Argument, "deploy it to the cluster of your kubeconfig"},
	})
	return p.flush(s)
}

// next adds commands that make sense now, and what they do.
func (p *page) next(commands [][2]string) {
	width := 0
	for _, c := range commands {
		width = max(width, columns(c[0]))
	}
	p.blank()
	p.line(span{"Next:", bold})
	for _, c := range commands {
		p.line(txt("  "+pad(c[0], width)), span{"  " + c[1], dim})
	}
}

// InitIntroduction is shown before the first question.
func InitIntroduction(s Screen) error {
	p := newPage(s)
	p.line(txt("A few questions. Enter takes what is in brackets."))
	p.blank()
	return p.flush(s)
}

// InitQuestion asks a question, and leaves the cursor where the answer goes.
func InitQuestion(s Screen, text, suggested string) error {
	if suggested != "" {
		text = fmt.Sprintf("%s [%s]", text, suggested)
	}
	return Raw(s, []byte("  "+printable(text)+": "))
}

// InitProblem says what is wrong with an answer.
func InitProblem(s Screen, err error) error {
	p := newPage(s)
	p.para(span{"    ", red}, 4, red, sentence(err.Error()))
	return p.flush(s)
}
