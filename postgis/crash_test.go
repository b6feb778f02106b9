package postgis

import "os"

// crashURL names the database in which a child process is to die.
const crashURL = "HEARTHMAP_TEST_CRASH_URL"

func crashChild() { os.Exit(2) }
