package view

import (
	"bytes"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// conceal returns a file's source with the literals of secrets replaced by
// asterisks, of the same length so that positions stay: those in secret blocks
// and attributes, in the defaults of sensitive variables, and in var files the
// values of all variables but the public ones. It works on tokens, because an
// error may well be that the file cannot be parsed.
func conceal(filename string, source []byte, public map[string]bool) []byte {
	tokens, _ := hclsyntax.LexConfig(source, filename, hcl.InitialPos)
	varFile := strings.HasSuffix(filename, ".vars.hcl")
	concealed := bytes.Clone(source)
	for _, it := range items(tokens) {
		for _, token := range secretTokens(it, varFile, public) {
			if isLiteral(token.Type) {
				mask(concealed[token.Range.Start.Byte:token.Range.End.Byte])
			}
		}
	}
	return concealed
}

// secretTokens returns the part of an item whose literals nobody should see.
func secretTokens(it item, varFile bool, public map[string]bool) hclsyntax.Tokens {
	switch {
	case it.name == "secret":
		return it.body
	case it.name == "variable" && len(it.labels) == 1 && !public[it.labels[0]]:
		for _, inner := range items(it.body) {
			if inner.name == "default" {
				return inner.body
			}
		}
	case varFile && !public[it.name]:
		return it.body
	}
	return nil
}

// item is an attribute or block as far as tokens tell.
type item struct {
	name   string
	labels []string
	body   hclsyntax.Tokens // what follows its = or {
}

// items returns the attributes and blocks of a token sequence, those nested in
// blocks too.
func items(tokens hclsyntax.Tokens) []item {
	var found []item
	startOfLine := true
	for i, token := range tokens {
		if startOfLine && token.Type == hclsyntax.TokenIdent {
			found = append(found, itemOf(tokens[i:]))
		}
		switch token.Type {
		case hclsyntax.TokenNewline, hclsyntax.TokenOBrace, hclsyntax.TokenComment:
			startOfLine = true
		default:
			startOfLine = false
		}
	}
	return found
}

// itemOf returns the item that the tokens start with.
func itemOf(tokens hclsyntax.Tokens) item {
	it := item{name: string(tokens[0].Bytes)}
	tokens = tokens[:itemEnd(tokens)]
	for i, token := range tokens {
		switch token.Type {
		case hclsyntax.TokenQuotedLit:
			it.labels = append(it.labels, string(token.Bytes))
		case hclsyntax.TokenOBrace, hclsyntax.TokenEqual:
			it.body = tokens[i+1:]
			return it
		}
	}
	return it
}

// itemEnd returns where the item that starts the tokens ends: at the first
// line break outside of brackets.
func itemEnd(tokens hclsyntax.Tokens) int {
	depth := 0
	for i, token := range tokens {
		switch token.Type {
		case hclsyntax.TokenOBrace, hclsyntax.TokenOBrack, hclsyntax.TokenOParen, hclsyntax.TokenOHeredoc,
			hclsyntax.TokenTemplateInterp, hclsyntax.TokenTemplateControl:
			depth++
		case hclsyntax.TokenCBrace, hclsyntax.TokenCBrack, hclsyntax.TokenCParen, hclsyntax.TokenCHeredoc,
			hclsyntax.TokenTemplateSeqEnd:
			depth--
		case hclsyntax.TokenNewline:
			if depth <= 0 {
				return i
			}
		}
	}
	return len(tokens)
}

// sensitive reports whether a variable block says that it is sensitive,
// whatever the value of that is.
func (it item) sensitive() bool {
	return slices.ContainsFunc(items(it.body), func(inner item) bool { return inner.name == "sensitive" })
}

// publicVariables returns the variables that are declared and not sensitive.
func publicVariables(sources map[string]*hcl.File) map[string]bool {
	public := make(map[string]bool)
	for name, file := range sources {
		if !isNative(file) {
			continue
		}
		tokens, _ := hclsyntax.LexConfig(file.Bytes, name, hcl.InitialPos)
		for _, it := range items(tokens) {
			if it.name == "variable" && len(it.labels) == 1 && !it.sensitive() {
				public[it.labels[0]] = true
			}
		}
	}
	return public
}

// isLiteral reports whether a token is a part of a string or a number.
func isLiteral(token hclsyntax.TokenType) bool {
	switch token {
	case hclsyntax.TokenQuotedLit, hclsyntax.TokenStringLit, hclsyntax.TokenNumberLit, hclsyntax.TokenInvalid, hclsyntax.TokenBadUTF8:
		return true
	}
	return false
}

// mask overwrites text, line breaks excepted.
func mask(text []byte) {
	for i, b := range text {
		if b != '\n' && b != '\r' {
			text[i] = '*'
		}
	}
}
