package testcluster

import (
	"fmt"
	"os"
	"testing"
)

// EnvReport names a file that Report adds to.
const EnvReport = "STOWAGE_TEST_REPORT"

// Report logs a result that is worth reading also when all is well, such as how many of how many cases passed, and
// adds it to the file that the environment names.
func Report(t testing.TB, format string, args ...any) {
	t.Helper()
	t.Logf(format, args...)
	path := os.Getenv(EnvReport)
	if path == "" {
		return
	}
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close() //nolint:errcheck // what is written is told by the write
	if _, err := fmt.Fprintf(file, "%s: %s\n", t.Name(), fmt.Sprintf(format, args...)); err != nil {
		t.Error(err)
	}
}
