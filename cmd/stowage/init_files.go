package main

import (
	"crypto/rand"
	"fmt"
	"io/fs"
	"strconv"

	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"

	"stowage/dsl"
)

const (
	openMode   fs.FileMode = 0o644
	secretMode fs.FileMode = 0o600 // for their owner alone
)

// The files of a new configuration.
const (
	mainFile      = "main.hcl"
	databaseFile  = "database.hcl"
	variablesFile = "variables.hcl"
	secretsFile   = "secrets.auto.vars.hcl"
)

// scaffold writes the configuration that answers ask for, values being as they may be:
// whether they are right is for the language to say.
func scaffold(a answers) []sourceFile {
	database := databaseOf(a)
	files := []sourceFile{
		{mainFile, openMode, dsl.Format([]byte(mainText(a, database)))},
		{variablesFile, openMode, dsl.Format([]byte(variablesText(a, database)))},
	}
	if database == nil {
		return files
	}
	return append(files,
		sourceFile{databaseFile, openMode, dsl.Format([]byte(database.text()))},
		sourceFile{secretsFile, secretMode, dsl.Format([]byte(database.secrets()))},
		sourceFile{gitignore, openMode, []byte(secretsFile + "\n")})
}

func mainText(a answers, database *database) string {
	text := fmt.Sprintf(`# What is planned, applied, rolled back and destroyed as one.
release %s {
  namespace = %s # made when it is absent
}

# The app: its pods, its configuration, and a Service that leads to them.
app %s {
  image    = var.image
  replicas = var.replicas
`, literal(a.name), literal(a.namespace), literal(a.name))
	if database == nil {
		text += `
  # Environment variables, as a ConfigMap of which each content is a version: a changed value
  # rolls the pods, and going back brings the old one back.
  # config = { LOG_LEVEL = "info" }
`
	} else {
		text += database.environment()
	}
	if a.port != none {
		text += fmt.Sprintf(`
  port "http" { number = %s }

  # When a pod gets requests. If the app has a path that tells: http = { path = "/healthz" }
  readiness { tcp = "http" }
`, number(a.port))
	}
	text += `
  # What a pod needs, so that it gets a node that has it.
  resources {
    requests = { cpu = "100m", memory = "128Mi" }
  }
}
`
	if a.host != none {
		text += fmt.Sprintf(`
# Leads requests from outside to the app, by an Ingress controller that the cluster has.
ingress %s {
  host %s {
    path "/" { app = app.%s }
  }
}
`, literal(a.name), literal(a.host), a.name)
	}
	return text
}

func variablesText(a answers, database *database) string {
	text := fmt.Sprintf(`# What differs from one environment to the next: values come from *.auto.vars.hcl,
# --var-file, --var name=value and STOWAGE_VAR_name.

variable "image" {
  description = "Image of the app, with its tag."
  default     = %s
}

variable "replicas" {
  description = "How many pods share the work."
  type        = number
  default     = %s
}
`, literal(a.image), number(a.replicas))
	if database == nil {
		return text
	}
	for _, password := range database.passwords {
		text += fmt.Sprintf(`
variable %s {
  description = %s
  type        = string
  sensitive   = true
}
`, literal(password.variable()), literal(password.about))
	}
	return text
}

// literal returns text as a literal that means exactly that.
func literal(text string) string { return string(hclwrite.TokensForValue(cty.StringVal(text)).Bytes()) }

// number returns a number as it is written, and what is none as the text that it is.
func number(text string) string {
	if n, err := strconv.Atoi(text); err == nil {
		return strconv.Itoa(n)
	}
	return literal(text)
}

// fileSubjects say what is in the files.
var fileSubjects = map[string]string{
	mainFile:      "the release and its app",
	variablesFile: "what differs from one environment to the next",
	databaseFile:  "the database",
	secretsFile:   "passwords, which only you can read",
	gitignore:     "keeps them out of git",
}

// newPassword returns a password that nobody can guess.
func newPassword() string { return rand.Text() }
