package postgis

import (
	"os"
	"testing"

	"hearthmap/internal/pgcluster/pgtest"
)

func TestMain(m *testing.M) {
	if os.Getenv(crashURL) != "" {
		crashChild()
	}
	os.Exit(pgtest.Run(m))
}

// testKeys are keys made from a fixed master key.
func testKeys(tb testing.TB) *Keys {
	tb.Helper()
	k, err := NewKeys([]byte("0123456789abcdef0123456789abcdef"))
	if err != nil {
		tb.Fatal(err)
	}
	return k
}

// openTown opens a new, empty city with test keys.
func openTown(tb testing.TB) *DB {
	tb.Helper()
	db, err := Open(tb.Context(), pgtest.Migrated(tb, "town"), "town", WithKeys(testKeys(tb)))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(db.Close)
	return db
}
