package pki

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func made(t *testing.T) (Dir, time.Time) {
	t.Helper()
	dir, now := Dir(t.TempDir()), time.Now()
	renewed, err := dir.Ensure(now)
	if err != nil || !renewed {
		t.Fatalf("renewed %v, %v", renewed, err)
	}
	return dir, now
}

func TestEnsureKeepsWhatIsWhole(t *testing.T) {
	dir, now := made(t)
	if err := dir.check(now); err != nil {
		t.Fatal(err)
	}
	if renewed, err := dir.Ensure(now); err != nil || renewed {
		t.Errorf("made anew: %v, %v", renewed, err)
	}
}

func TestEnsureMends(t *testing.T) {
	serving, servingKey := Dir("").Serving()
	admin, _ := Dir("").Client(Admin)
	for name, spoil := range map[string]func(t *testing.T, dir Dir){
		"half a certificate": func(t *testing.T, dir Dir) { truncate(t, filepath.Join(string(dir), serving)) },
		"half a key":         func(t *testing.T, dir Dir) { truncate(t, filepath.Join(string(dir), servingKey)) },
		"empty authority":    func(t *testing.T, dir Dir) { write(t, dir.CA(), nil) },
		"missing client":     func(t *testing.T, dir Dir) { remove(t, filepath.Join(string(dir), admin)) },
		"missing token key":  func(t *testing.T, dir Dir) { remove(t, dir.ServiceAccountKey()) },
		"foreign authority": func(t *testing.T, dir Dir) {
			other, _ := made(t)
			write(t, dir.CA(), read(t, other.CA()))
		},
		"foreign key": func(t *testing.T, dir Dir) {
			write(t, filepath.Join(string(dir), servingKey), read(t, dir.ServiceAccountKey()))
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir, now := made(t)
			spoil(t, dir)
			if dir.check(now) == nil {
				t.Fatal("the damage is not seen")
			}
			if renewed, err := dir.Ensure(now); err != nil || !renewed {
				t.Fatalf("renewed %v, %v", renewed, err)
			}
			if err := dir.check(now); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestEnsureRenewsBeforeTheEnd(t *testing.T) {
	dir, now := made(t)
	for _, test := range []struct {
		before  time.Duration
		renewed bool
	}{{renewal + time.Hour, false}, {renewal - time.Hour, true}} {
		renewed, err := dir.Ensure(now.Add(lifetime - test.before))
		if err != nil || renewed != test.renewed {
			t.Errorf("%s before the end: renewed %v, %v, want %v", test.before, renewed, err, test.renewed)
		}
	}
}

func TestFilesAreTheOwnersAlone(t *testing.T) {
	dir, _ := made(t)
	kubeconfig := filepath.Join(t.TempDir(), "kubeconfig")
	write(t, kubeconfig, nil)
	if err := os.Chmod(kubeconfig, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := dir.WriteKubeconfig(kubeconfig, "c", "https://127.0.0.1:1", Admin); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(string(dir), "*"))
	if err != nil || len(files) < 10 {
		t.Fatalf("%v, %v", files, err)
	}
	for _, file := range append(files, kubeconfig) {
		info, err := os.Stat(file)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", file, info.Mode())
		}
	}
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func write(t *testing.T, file string, text []byte) {
	t.Helper()
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

func truncate(t *testing.T, file string) {
	t.Helper()
	text := read(t, file)
	write(t, file, text[:len(text)/2])
}

func remove(t *testing.T, file string) {
	t.Helper()
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
}
