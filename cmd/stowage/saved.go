package main

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	stdjson "encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/json"

	"stowage/internal/release"
	"stowage/planner"
)

// planFormat is the version of the format of saved plans. It changes whenever a
// stowage that knows only the one before would carry out something else than was
// planned; none guesses. docs/plan-file.md describes it.
const planFormat = 1

// planFile is a saved plan as it is written down.
type planFile struct {
	FormatVersion  int    `json:"formatVersion"`
	StowageVersion string `json:"stowageVersion"`
	// Checksum is that of the content, without the white space between its parts: it
	// tells a damaged file. Seal is a digest under the release's key: it tells a file
	// that somebody else has written.
	Checksum string             `json:"checksum"`
	Seal     string             `json:"seal"`
	Content  stdjson.RawMessage `json:"content"`
}

// savedPlan is the content.
type savedPlan struct {
	Created time.Time    `json:"created"`
	Expires time.Time    `json:"expires,omitzero"` // zero: never
	Cluster savedCluster `json:"cluster"`
	Source  savedSource  `json:"source"`
	// OnFailure is what the release block says, and ForceConflicts what planning was
	// allowed.
	OnFailure      string `json:"onFailure,omitempty"`
	ForceConflicts bool   `json:"forceConflicts,omitempty"`
	// Record is the newest revision that the plan was made from; nil: there was none.
	Record *savedRecord `json:"record"`
	// Key is the release's, when it has none yet: the names of the plan's Secrets follow
	// from it. Keyed says that it has one, be it without a revision.
	Key   []byte `json:"key,omitempty"`
	Keyed bool   `json:"keyed"`
	// Outputs are what the configuration's are once the plan is carried out; null: those
	// that are recorded stay.
	Outputs []release.Output `json:"outputs"`
	planner.Saved
}

// savedCluster tells which cluster a plan is for.
type savedCluster struct {
	Server string `json:"server"`
	UID    string `json:"uid,omitempty"` // of its namespace kube-system; empty: it could not be read
}

// savedSource is what the plan was made from, for the record.
type savedSource struct {
	Dir    string `json:"dir,omitempty"`
	Env    string `json:"env,omitempty"`
	Commit string `json:"commit,omitempty"`
	Dirty  bool   `json:"dirty,omitempty"`
}

// savedRecord tells one state of one revision from every other one.
type savedRecord struct {
	Revision        int       `json:"revision"`
	UID             types.UID `json:"uid"`
	ResourceVersion string    `json:"resourceVersion"`
}

// recordRef returns what tells the state of a revision; nil of nil.
func recordRef(record *release.Record) *savedRecord {
	if record == nil {
		return nil
	}
	ref := &savedRecord{Revision: record.Revision}
	ref.UID, ref.ResourceVersion = record.Stored()
	return ref
}

// encode writes the plan down, sealed with the release's key.
func (p *savedPlan) encode(key []byte) ([]byte, error) {
	content, err := stdjson.Marshal(p)
	if err != nil {
		return nil, fmt.Errorf("the plan cannot be written down: %w", err)
	}
	return stdjson.MarshalIndent(planFile{
		FormatVersion: planFormat, StowageVersion: versionOf().Version,
		Checksum: checksumOf(content), Seal: sealOf(content, key), Content: content,
	}, "", " ")
}

func checksumOf(content []byte) string {
	sum := sha256.Sum256(content)
	return "sha256:" + hex.EncodeToString(sum[:])
}

func sealOf(content, key []byte) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte("stowage saved plan: seal\x00"))
	mac.Write(content)
	return "hmac-sha256:" + hex.EncodeToString(mac.Sum(nil))
}

// readPlan is a saved plan that was read, and is whole.
type readPlan struct {
	savedPlan
	by      string // the version of stowage that made it
	seal    string
	content []byte
}

// isSealedWith reports whether who wrote the plan had the key.
func (p *readPlan) isSealedWith(key []byte) bool {
	return hmac.Equal([]byte(p.seal), []byte(sealOf(p.content, key)))
}

// readPlanFile reads a saved plan.
func readPlanFile(name string) (*readPlan, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	plan, err := decodePlan(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return plan, nil
}

// decodePlan is the opposite of encode.
func decodePlan(data []byte) (*readPlan, error) {
	var head struct {
		FormatVersion  *int   `json:"formatVersion"`
		StowageVersion string `json:"stowageVersion"`
	}
	if err := json.Unmarshal(data, &head); err != nil || head.FormatVersion == nil {
		return nil, noPlan(data)
	}
	if version := *head.FormatVersion; version != planFormat {
		return nil, otherFormat(version, head.StowageVersion)
	}
	var file planFile
	if err := json.Unmarshal(data, &file); err != nil {
		return nil, damagedPlan(err)
	}
	var content bytes.Buffer
	if err := stdjson.Compact(&content, file.Content); err != nil {
		return nil, damagedPlan(err)
	}
	if checksumOf(content.Bytes()) != file.Checksum {
		return nil, damagedPlan(errors.New("its checksum is that of another content"))
	}
	plan := &readPlan{by: file.StowageVersion, seal: file.Seal, content: content.Bytes()}
	if err := json.Unmarshal(plan.content, &plan.savedPlan); err != nil {
		return nil, damagedPlan(err)
	}
	if err := plan.Check(); err != nil {
		return nil, damagedPlan(err)
	}
	return plan, nil
}

// noPlan says what a file is that is no saved plan, as far as its content tells.
func noPlan(data []byte) error {
	var document struct {
		FormatVersion string `json:"formatVersion"`
	}
	text := bytes.TrimSpace(data)
	switch {
	case stdjson.Unmarshal(data, &document) == nil && document.FormatVersion != "":
		return &hintError{errors.New("is no saved plan, but what -o json prints"), "plan --out FILE saves a plan"}
	case bytes.HasPrefix(text, []byte("{")) && bytes.Contains(text, []byte(`"formatVersion"`)):
		return damagedPlan(errors.New("it is cut off, or was edited"))
	}
	return &hintError{errors.New("is no saved plan"), "plan --out FILE saves a plan; a configuration is named by its directory"}
}

func damagedPlan(err error) error {
	return &hintError{fmt.Errorf("the saved plan is damaged: %w", err), "plan again"}
}

// otherFormat says that a plan is of a format that this stowage does not know.
func otherFormat(version int, by string) error {
	own := versionOf().Version
	if version > planFormat {
		return &hintError{
			fmt.Errorf("the plan was saved by stowage %s in format %d, and this is stowage %s, which knows format %d", by, version, own, planFormat),
			"carry it out with the version that made it, or plan again with this one",
		}
	}
	return &hintError{
		fmt.Errorf("the plan was saved by stowage %s in format %d, which stowage %s does not read any more", by, version, own), "plan again",
	}
}

// writeFile writes a file that only its owner can read, whole or not at all.
func writeFile(name string, data []byte) (err error) {
	file, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".*") // which is 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(file.Name()))
		}
	}()
	_, err = file.Write(data)
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	return os.Rename(file.Name(), name)
}
