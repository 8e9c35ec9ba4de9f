package view

import (
	"fmt"
	"strings"

	"stowage/planner"
)

// Problem shows an error: what is wrong, and what to do about it when that is
// known.
func Problem(s Screen, err error, hint string) error {
	p := newPage(s)
	p.para(span{"Error: ", red}, len("Error: "), plain, err.Error())
	if hint != "" {
		p.para(span{"  hint: ", cyan}, len("  hint: "), plain, hint)
	}
	return p.flush(s)
}

// ObjectProblem shows an error about one object: what is wrong, where in the
// configuration it comes from, and what to do about it.
func ObjectProblem(s Screen, err *planner.ObjectError, hint string) error {
	p := newPage(s)
	p.objectProblem(err, hint)
	return p.flush(s)
}

func (p *page) objectProblem(err *planner.ObjectError, hint string) {
	at := *err
	at.Origin = planner.Origin{} // stands on a line of its own
	p.para(span{"Error: ", red}, len("Error: "), plain, at.Error())
	if place := err.Origin.String(); place != "" {
		if err.Field != "" && err.Origin.Column > 1 { // it is that of the field, not of the block
			place = fmt.Sprintf("%s:%d", place, err.Origin.Column)
		}
		p.line(txt("  at " + place))
	}
	if hint != "" {
		p.para(span{"  hint: ", cyan}, len("  hint: "), plain, hint)
	}
}

// NotThere shows which version cannot get traffic, and why as far as pods tell.
func NotThere(s Screen, err *planner.NotThereError, hint string) error {
	p := newPage(s)
	short := *err
	short.Reasons = nil // stand on lines of their own
	p.para(span{"Error: ", red}, len("Error: "), plain, short.Error())
	for _, reason := range err.Reasons {
		p.para(txt("  "), 4, plain, reason)
	}
	p.para(span{"  hint: ", cyan}, len("  hint: "), plain, hint)
	return p.flush(s)
}

// Note shows a sentence.
func Note(s Screen, text string) error {
	p := newPage(s)
	p.para(txt(""), 0, plain, text)
	return p.flush(s)
}

// Raw writes text that is no message: a rendered manifest, a formatted file.
func Raw(s Screen, text []byte) error {
	_, err := s.Out.Write(text)
	return err
}

// Prompt asks a question and leaves the cursor where the answer goes.
func Prompt(s Screen, question, prompt string) error {
	p := newPage(s)
	p.blank()
	p.para(txt(""), 0, bold, question)
	p.buf.WriteString("  " + printable(prompt))
	return p.flush(s)
}

// Gap adds an empty line.
func Gap(s Screen) error { return Raw(s, []byte("\n")) }

// Again says why a plan is made anew.
func Again(s Screen, why string) error {
	p := newPage(s)
	p.blank()
	p.para(span{"! ", yellow}, 2, plain, sentence(why)+": planning again.")
	p.blank()
	return p.flush(s)
}

// sentence returns text that begins as a sentence does.
func sentence(text string) string { return strings.ToUpper(text[:1]) + text[1:] }
