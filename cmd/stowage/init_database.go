package main

import (
	"fmt"
	"strings"
)

// database is a database for a new app.
type database struct {
	label     string // of its blocks
	image     string
	port      int
	data      string // directory that is kept
	env       string // of its container
	passwords []password
}

// password is a key of the database's Secret, and the variable that it comes from.
type password struct{ key, about string }

func (p password) variable() string { return "database_" + p.key }

// databaseOf returns the database that is asked for, nil for none.
func databaseOf(a answers) *database {
	d := &database{label: "database", passwords: []password{{"password", "Password of the user app of the database."}}}
	if a.name == d.label {
		d.label = "db"
	}
	switch a.database {
	case "postgres":
		d.image, d.port, d.data = "postgres:17", 5432, "/var/lib/postgresql/data"
		d.env = `
    POSTGRES_DB       = "app"
    POSTGRES_USER     = "app"
    POSTGRES_PASSWORD = secret.%[1]s.key.password
    PGDATA            = "/var/lib/postgresql/data/pgdata" # a volume may have lost+found at its root`
	case "mysql":
		d.image, d.port, d.data = "mysql:8.4", 3306, "/var/lib/mysql"
		d.env = `
    MYSQL_DATABASE      = "app"
    MYSQL_USER          = "app"
    MYSQL_PASSWORD      = secret.%[1]s.key.password
    MYSQL_ROOT_PASSWORD = secret.%[1]s.key.root_password`
		d.passwords = append(d.passwords, password{"root_password", "Password of the user root of the database."})
	default:
		return nil
	}
	d.env = fmt.Sprintf(d.env, d.label)
	return d
}

// text is the file of the database.
func (d *database) text() string {
	var data strings.Builder
	for _, p := range d.passwords {
		fmt.Fprintf(&data, "\n    %s = var.%s", p.key, p.variable())
	}
	return fmt.Sprintf(`# The database: one pod, which keeps its data on a claim of its own.

secret %[1]q {
  data = {%[6]s
  }
}

app %[1]q {
  kind  = "StatefulSet"
  image = %[2]q

  # Each password comes from the Secret, and goes nowhere else.
  env = {%[5]s
  }

  port "sql" { number = %[3]d }

  mount %[4]q {
    claim { size = "1Gi" }
  }

  readiness { tcp = "sql" }
}
`, d.label, d.image, d.port, d.data, d.env, data.String())
}

// environment is the part of the app that says how it reaches the database.
func (d *database) environment() string {
	return fmt.Sprintf(`
  # Environment variables, as a ConfigMap of which each content is a version: a changed value
  # rolls the pods, and going back brings the old one back.
  config = {
    DATABASE_HOST = app.%[1]s.host # this reference makes the app wait for its database
    DATABASE_PORT = app.%[1]s.port.sql
    DATABASE_NAME = "app"
    DATABASE_USER = "app"
  }
  env = { DATABASE_PASSWORD = secret.%[1]s.key.password }
`, d.label)
}

// secrets is the file with the values of the passwords.
func (d *database) secrets() string {
	var text strings.Builder
	text.WriteString(`# Git ignores this file: keep its values where you keep secrets. The database takes them
# when its data is made, so changing them later takes a change in the database too.
`)
	for _, p := range d.passwords {
		fmt.Fprintf(&text, "%s = %q\n", p.variable(), newPassword())
	}
	return text.String()
}
