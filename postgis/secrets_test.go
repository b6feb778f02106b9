package postgis

import (
	"bytes"
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hearthmap/household"
	"hearthmap/internal/pgcluster/pgtest"
)

func TestSealAndUnseal(t *testing.T) {
	k := testKeys(t)
	one, two := k.Seal(fieldPhone, "13800000000"), k.Seal(fieldPhone, "13800000000")
	if bytes.Equal(one, two) {
		t.Error("two seals of one value are equal: the nonce is not random")
	}
	if bytes.Contains(one, []byte("13800000000")) {
		t.Error("the sealed field holds the plain text")
	}
	plain, err := k.Unseal(fieldPhone, one)
	if err != nil || plain != "13800000000" {
		t.Errorf("Unseal = %q, %v", plain, err)
	}
	if _, err := k.Unseal(fieldID, one); err == nil {
		t.Error("a phone opened as an identity number")
	}
	if got := k.Seal(fieldPhone, ""); got != nil {
		t.Errorf("an empty value is sealed as %x, not NULL", got)
	}
	if plain, err := k.Unseal(fieldPhone, nil); plain != "" || err != nil {
		t.Errorf("Unseal(NULL) = %q, %v", plain, err)
	}
}

func TestTamperingIsSeen(t *testing.T) {
	k := testKeys(t)
	sealed := k.Seal(fieldID, "990001199001010019")
	for i := range sealed {
		for bit := range 8 {
			bad := bytes.Clone(sealed)
			bad[i] ^= 1 << bit
			if _, err := k.Unseal(fieldID, bad); err == nil {
				t.Fatalf("byte %d, bit %d was turned and the field still opened", i, bit)
			}
		}
	}
	for n := 1; n < len(sealed); n++ {
		if _, err := k.Unseal(fieldID, sealed[:n]); err == nil {
			t.Fatalf("the first %d bytes opened", n)
		}
	}
	other, err := NewKeys(bytes.Repeat([]byte{7}, keySize))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.Unseal(fieldID, sealed); household.HintOf(err) == "" {
		t.Errorf("another key: %v, wanted an error with a hint", err)
	}
}

func TestBlind(t *testing.T) {
	k := testKeys(t)
	if !bytes.Equal(k.Blind("a", "x"), k.Blind("a", "x")) {
		t.Error("equal values have different blind indexes")
	}
	if bytes.Equal(k.Blind("a", "x"), k.Blind("b", "x")) || bytes.Equal(k.Blind("a", "bx"), k.Blind("ab", "x")) {
		t.Error("different fields share a blind index")
	}
}

func TestOpenKeys(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data", "key")
	first, err := OpenKeys(path)
	if err != nil || !first.Created || first.Warning != "" {
		t.Fatalf("first start: %+v, %v", first, err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("the key file has mode %v, %v", info.Mode(), err)
	}
	text, _ := os.ReadFile(path)
	if !strings.Contains(string(text), "Keep a copy apart from the database") {
		t.Error("the key file does not explain itself")
	}
	again, err := OpenKeys(path)
	if err != nil || again.Created || !bytes.Equal(again.Fingerprint(), first.Fingerprint()) {
		t.Fatalf("second start: %+v, %v", again, err)
	}
	if plain, err := again.Unseal(fieldPhone, first.Seal(fieldPhone, "1")); err != nil || plain != "1" {
		t.Errorf("the key read again opens %q, %v", plain, err)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if open, err := OpenKeys(path); err != nil || !strings.Contains(open.Warning, "chmod 600") {
		t.Errorf("mode 0644: warning %q, %v", open.Warning, err)
	}
}

func TestOpenKeysRefusesBadFiles(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"empty":     "",
		"comment":   "# nothing\n",
		"short":     base64.StdEncoding.EncodeToString(make([]byte, 31)),
		"not64":     "this is no key",
		"two words": base64.StdEncoding.EncodeToString(make([]byte, 32)) + " more",
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := OpenKeys(path)
		if household.CodeOf(err) != household.Invalid || household.HintOf(err) == "" {
			t.Errorf("%s: %v", name, err)
		}
		if after, _ := os.ReadFile(path); string(after) != text {
			t.Errorf("%s: a bad key file was overwritten", name)
		}
	}
	if _, err := OpenKeys(filepath.Join("/proc", "nowhere", "key")); household.CodeOf(err) != household.Unavailable {
		t.Errorf("a directory that cannot be made: %v", err)
	}
}

func TestOpenWithAnotherKey(t *testing.T) {
	url := pgtest.Migrated(t, "town")
	open := func(k *Keys) error {
		db, err := Open(t.Context(), url, "town", WithKeys(k))
		if err == nil {
			db.Close()
		}
		return err
	}
	k := testKeys(t)
	for range 2 {
		if err := open(k); err != nil {
			t.Fatal(err)
		}
	}
	other, err := OpenKeys(filepath.Join(t.TempDir(), "key"))
	if err != nil {
		t.Fatal(err)
	}
	err = open(other)
	if household.CodeOf(err) != household.Conflict || !strings.Contains(household.HintOf(err), "restore the old one") {
		t.Errorf("a database of another key opened: %v", err)
	}
}
