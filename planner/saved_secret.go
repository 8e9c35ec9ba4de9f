package planner

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"hash"
	"maps"
	"slices"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// blinder takes the values out of Secrets, and puts them back.
type blinder struct{ mac hash.Hash }

func newBlinder(key []byte) *blinder {
	return &blinder{hmac.New(sha256.New, subkey(key, "values of secrets"))}
}

// digest stands for the value of a Secret's key.
func (b *blinder) digest(id ObjectID, key string, value []byte) string {
	b.mac.Reset()
	b.mac.Write([]byte(placeOf(id) + "\x00" + key + "\x00"))
	b.mac.Write(value)
	return "hmac-sha256:" + hex.EncodeToString(b.mac.Sum(nil))
}

// blind returns a manifest with digests in the place of a Secret's values.
func (b *blinder) blind(u *unstructured.Unstructured) map[string]any {
	id := IDOf(u)
	if !id.IsSecret() {
		return u.Object
	}
	blinded := maps.Clone(u.Object)
	for _, field := range secretFields {
		values, ok := u.Object[field].(map[string]any)
		if !ok {
			continue
		}
		digests := make(map[string]any, len(values))
		for key, value := range values {
			if text, ok := value.(string); ok {
				digests[key] = b.digest(id, key, plainValue(field, text))
			}
		}
		blinded[field] = digests
	}
	return blinded
}

// plainValue returns a value as a pod gets it.
func plainValue(field, text string) []byte {
	if field != "data" {
		return []byte(text)
	}
	value, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return []byte(text) // the server refuses it
	}
	return value
}

// fill returns a blinded Secret with the values of another one, and the keys that have
// another value there, or none.
func (b *blinder) fill(blinded, from *unstructured.Unstructured) (filled *unstructured.Unstructured, others []string) {
	id := IDOf(blinded)
	values := map[string][]byte{}
	for _, field := range secretFields {
		data, _ := from.Object[field].(map[string]any)
		for key, value := range data {
			if text, ok := value.(string); ok {
				values[key] = plainValue(field, text)
			}
		}
	}
	filled = &unstructured.Unstructured{Object: maps.Clone(blinded.Object)}
	for _, field := range secretFields {
		digests, ok := blinded.Object[field].(map[string]any)
		if !ok {
			continue
		}
		data := maps.Clone(digests)
		for key, digest := range digests {
			value, there := values[key]
			switch {
			case !there || b.digest(id, key, value) != digest:
				others = append(others, key)
			case field == "data":
				data[key] = base64.StdEncoding.EncodeToString(value)
			default:
				data[key] = string(value)
			}
		}
		filled.Object[field] = data
	}
	slices.Sort(others)
	return filled, slices.Compact(others)
}

// fillSecrets gives the plan's Secrets their values: those that the cluster has, as
// long as they are those of the plan, or else those of the configuration.
func (v *restoring) fillSecrets(rendered func() ([]Object, error)) error {
	var missing []*Change
	for i := range v.plan.Changes {
		c := &v.plan.Changes[i]
		if !c.ID.IsSecret() || c.Object == nil || v.fillFrom(c, v.live.object(c.ID)) || c.Action == NoOp {
			continue
		}
		missing = append(missing, c)
	}
	if len(missing) == 0 {
		return nil
	}
	objects, err := rendered()
	if err != nil {
		return err
	}
	configured := make(map[ObjectID]*unstructured.Unstructured, len(objects))
	for _, o := range objects {
		configured[o.ID] = o.Manifest
	}
	for _, c := range missing {
		v.fillConfigured(c, configured[c.ID])
	}
	if len(v.moved) > 0 {
		return movedError(v.moved)
	}
	return nil
}

// fillFrom gives a Secret the values of another one, if they are those of the plan. One
// that stays as it is gets what there is.
func (v *restoring) fillFrom(c *Change, from *unstructured.Unstructured) bool {
	if from == nil {
		return false
	}
	filled, others := v.secrets.fill(c.Object, from)
	if len(others) > 0 && c.Action != NoOp {
		return false
	}
	c.Object = filled
	return true
}

func (v *restoring) fillConfigured(c *Change, from *unstructured.Unstructured) {
	if from == nil {
		v.miss(c, "", notConfigured(c))
		return
	}
	filled, others := v.secrets.fill(c.Object, from)
	for _, key := range others {
		v.miss(c, "data."+key, errors.New("the configuration gives it another value than when the plan was made"))
	}
	c.Object = filled
}

// notConfigured says why the configuration has no Secret of that name: its name follows
// from its values.
func notConfigured(c *Change) error {
	if c.Version != nil {
		return errors.New("the configuration gives it other values than when the plan was made")
	}
	return errors.New("is not in the configuration any more, and the plan does not hold its values")
}
