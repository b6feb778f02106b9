package postgis

import (
	"bufio"
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"hash"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"hearthmap/household"
)

// keySize is the length of the master key and of the keys derived from it.
const keySize = 32

// sealVersion is the first byte of everything sealed: AES-256-GCM with a
// random nonce of 12 bytes before the cipher text, the version and the
// field's name as additional data.
const sealVersion = 1

// fieldPerson is the field of the blind index of people without an identity
// number. The names of fields are part of what is sealed or blinded: a phone
// put in the column of identity numbers does not open.
const fieldPerson = "person"

// Keys seals the protected fields of persons and makes the blind indexes by
// which they are found. It is safe for concurrent use.
type Keys struct {
	Path    string // the key file; empty for keys made by NewKeys
	Created bool   // whether OpenKeys made the file
	// Warning, if not empty, is for the operator: the file can be read by
	// others.
	Warning string

	aead        cipher.AEAD
	hashes      *sync.Pool // of HMACs under the key of the blind indexes
	fingerprint []byte
	audit       ed25519.PrivateKey
}

// NewKeys derives the keys from a master key of 32 bytes (HKDF-SHA-256,
// RFC 5869).
func NewKeys(master []byte) (*Keys, error) {
	const op = "postgis.NewKeys"
	if len(master) != keySize {
		return nil, household.Errorf(household.Invalid, op, "a key has %d bytes, not %d", len(master), keySize)
	}
	derive := func(use string) ([]byte, error) {
		return hkdf.Key(sha256.New, master, nil, "hearthmap v1 "+use, keySize)
	}
	var keys [4][]byte
	for i, use := range []string{"seal", "blind", "fingerprint", "audit"} {
		k, err := derive(use)
		if err != nil {
			return nil, household.Errorf(household.Internal, op, "cannot derive a key: %w", err)
		}
		keys[i] = k
	}
	block, err := aes.NewCipher(keys[0])
	if err != nil {
		return nil, household.Errorf(household.Internal, op, "cannot use the key: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, household.Errorf(household.Internal, op, "cannot use the key: %w", err)
	}
	hashes := &sync.Pool{New: func() any { return hmac.New(sha256.New, keys[1]) }}
	return &Keys{aead: aead, hashes: hashes, fingerprint: keys[2][:16], audit: ed25519.NewKeyFromSeed(keys[3])}, nil
}

// AuditKey is the public key that the head of the audit trail is signed with.
func (k *Keys) AuditKey() ed25519.PublicKey { return k.audit.Public().(ed25519.PublicKey) }

// Fingerprint tells keys apart without giving anything of them away.
func (k *Keys) Fingerprint() []byte { return bytes.Clone(k.fingerprint) }

// Seal encrypts the value of a field. An empty value gives nil (NULL).
func (k *Keys) Seal(field, plain string) []byte {
	if plain == "" {
		return nil
	}
	out := make([]byte, 1, 1+len(plain)+k.aead.Overhead())
	out[0] = sealVersion
	return k.aead.Seal(out, nil, []byte(plain), additional(field))
}

// Unseal decrypts what Seal gave for the same field; nil gives "".
func (k *Keys) Unseal(field string, sealed []byte) (string, error) {
	const op = "postgis.Unseal"
	if len(sealed) == 0 {
		return "", nil
	}
	if sealed[0] != sealVersion {
		return "", household.Errorf(household.Internal, op, "a protected field has the unknown version %d", sealed[0]).
			WithHint("use the newer hearthmap that wrote it")
	}
	plain, err := k.aead.Open(nil, nil, sealed[1:], additional(field))
	if err != nil {
		return "", household.Errorf(household.Internal, op, "a protected field does not open: it was altered, or sealed under another key").
			WithHint("check HEARTHMAP_KEY_FILE; if the key is right, restore the row from a backup")
	}
	return string(plain), nil
}

func additional(field string) []byte { return append([]byte{sealVersion}, field...) }

// Blind is the keyed hash (HMAC-SHA-256) of a field's value: equal values have
// equal hashes, and without the key nothing can be told from them.
func (k *Keys) Blind(field, value string) []byte {
	m := k.hashes.Get().(hash.Hash)
	defer k.hashes.Put(m)
	m.Reset() // cheaper than a new one: the key is not hashed again
	m.Write(append(append(make([]byte, 0, 64), field...), 0))
	m.Write([]byte(value))
	return m.Sum(nil)
}

const keyComment = `# The master key of this Hearthmap: it encrypts identity numbers and phones.
# Whoever loses it can never read them again, and persons can no longer be
# matched when a file is loaded anew. Keep a copy apart from the database and
# its backups: whoever has both can read everything.
`

// OpenKeys reads the key file, or makes one with mode 0600 where there is
// none. The path is the setting HEARTHMAP_KEY_FILE, by default key in the data
// directory.
func OpenKeys(path string) (*Keys, error) {
	const op = "postgis.OpenKeys"
	master, mode, err := readKey(path)
	created := false
	if errors.Is(err, fs.ErrNotExist) {
		if created, err = makeKey(path); err == nil {
			master, mode, err = readKey(path)
		}
	}
	if err != nil {
		var own *household.Error
		if errors.As(err, &own) {
			return nil, own
		}
		return nil, household.Errorf(household.Unavailable, op, "cannot read or make the key file: %w", err).
			WithHint("set HEARTHMAP_KEY_FILE to a path this user may write")
	}
	k, err := NewKeys(master)
	if err != nil {
		return nil, err
	}
	k.Path, k.Created = path, created
	if mode.Perm()&0o077 != 0 {
		k.Warning = fmt.Sprintf("the key file %s can be read by other users (mode %04o); run: chmod 600 %s", path, mode.Perm(), path)
	}
	return k, nil
}

func readKey(path string) ([]byte, fs.FileMode, error) {
	const op = "postgis.OpenKeys"
	f, err := os.Open(path)
	if err != nil {
		return nil, 0, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, 0, err
	}
	for s := bufio.NewScanner(f); s.Scan(); {
		line := strings.TrimSpace(s.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		if key, err := base64.StdEncoding.DecodeString(line); err == nil && len(key) == keySize {
			return key, info.Mode(), nil
		}
		break
	}
	return nil, 0, household.Errorf(household.Invalid, op, "%s holds no key of %d bytes in base64", path, keySize).
		WithHint("restore the key file from its backup; do not write a new one while the database holds persons")
}

// makeKey writes a new key. When another process is faster, its key stays and
// created is false.
func makeKey(path string) (created bool, err error) {
	master := make([]byte, keySize)
	rand.Read(master) // never fails, by its documentation
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return false, err
	}
	f, err := os.CreateTemp(dir, ".key-*") // mode 0600
	if err != nil {
		return false, err
	}
	defer os.Remove(f.Name())
	_, err = f.WriteString(keyComment + base64.StdEncoding.EncodeToString(master) + "\n")
	err = errors.Join(err, f.Sync(), f.Close())
	if err != nil {
		return false, err
	}
	// Unlike a rename, a link never replaces a key that is there.
	err = os.Link(f.Name(), path)
	if errors.Is(err, fs.ErrExist) {
		return false, nil
	}
	return err == nil, err
}
