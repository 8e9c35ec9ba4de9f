package release

import (
	"context"
	"crypto/rand"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

// keySize is that of the hash which the key is for, SHA-256.
const keySize = 32

// NewKey returns a random key for the versions of Secrets.
func NewKey() []byte {
	key := make([]byte, keySize)
	_, _ = rand.Read(key) // never fails
	return key
}

// Key returns the key of the release, or nil when it has none.
func (s *Store) Key(ctx context.Context) ([]byte, error) {
	secret, err := s.client.Get(ctx, secretKind, s.namespace, keyName(s.release))
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	key, err := valueOf(secret, dataKey)
	if err != nil {
		return nil, fmt.Errorf("the key of release %s cannot be read: Secret %s in namespace %s: %w",
			s.release, secret.GetName(), s.namespace, err)
	}
	return key, nil
}

// CreateKey stores the key of the release. It is ErrKeyExists when there is
// another one.
func (s *Store) CreateKey(ctx context.Context, key []byte) error {
	secret := newSecret(s.namespace, keyName(s.release), s.release, dataKey, key)
	secret.Object["immutable"] = true
	_, err := s.create(ctx, secret)
	if apierrors.IsAlreadyExists(err) {
		return ErrKeyExists
	}
	return err
}
