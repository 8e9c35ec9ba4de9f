package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// A petclinic is two apps, a database and what uses it, as in
// examples/petclinic, but for the node port, which can be had once, and the
// claim, which any tool waits for a second for: the scheduler looks that often.
const (
	databaseApp = `
secret "mysql-%[1]d" {
  data = { password = var.mysql_password }
}

app "mysql-%[1]d" {
  kind  = "StatefulSet"
  image = "mysql:5.7"
  env = {
    MYSQL_DATABASE      = "petclinic"
    MYSQL_ROOT_PASSWORD = secret.mysql-%[1]d.key.password
  }
  port "tcp" { number = 3306 }
  mount "/var/lib/mysql" {
    empty_dir {}
  }
  readiness { tcp = "tcp" }
}
`
	webApp = `
app "petclinic-%[1]d" {
  version  = "1.0.1.RELEASE"
  image    = "spring2go/spring-petclinic:1.0.1.RELEASE"
  replicas = 1
  config = {
    SPRING_PROFILES_ACTIVE = "mysql"
    DATASOURCE_URL         = "jdbc:mysql://${app.mysql-%[1]d.host}/petclinic"
    DATASOURCE_USERNAME    = "root"
    DATASOURCE_INIT_MODE   = "always"
    TEST_CONFIG            = %[2]s
  }
  env = { DATASOURCE_PASSWORD = secret.mysql-%[1]d.key.password }
  port "http" { number = 8080 }
  readiness {
    http   = { path = "/actuator/health", port = "http" }
    period = "5s"
  }
  resources {
    requests = { cpu = "10m", memory = "16Mi" }
  }
}
`
	releaseBlocks = `
release %[1]q {
  namespace     = %[1]q
  history_limit = 5
}

variable "test_config" { default = "v1" }

variable "mysql_password" {
  type      = string
  sensitive = true
  default   = "petclinic"
}
`
)

// writeConfiguration writes a configuration of so many apps to a new
// directory. Only the first petclinic has the value that a benchmark changes.
func writeConfiguration(parent, release string, apps int) (dir string, err error) {
	var text strings.Builder
	fmt.Fprintf(&text, releaseBlocks, release)
	for i := range apps {
		switch value := `"fixed"`; i % 2 {
		case 0:
			fmt.Fprintf(&text, databaseApp, i/2)
		case 1:
			if i == 1 {
				value = "var.test_config"
			}
			fmt.Fprintf(&text, webApp, i/2, value)
		}
	}
	dir = filepath.Join(parent, release)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	return dir, os.WriteFile(filepath.Join(dir, "bench.hcl"), []byte(text.String()), 0o600)
}
