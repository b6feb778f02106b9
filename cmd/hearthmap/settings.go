package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/alecthomas/kong"
	"github.com/pelletier/go-toml/v2"
)

// settings are the flags that every command has.
type settings struct {
	Data        string `help:"Data directory: the private cluster and the key file." placeholder:"DIR"`
	City        string `help:"The city, which is the name of its schema." default:"city"`
	DatabaseURL string `help:"PostGIS database to use instead of the private cluster." placeholder:"URL"`
	KeyFile     string `help:"Key file of the protected fields; by default in the data directory." placeholder:"FILE"`
	Standards   string `help:"Directory of the city's own planning standards (*.json); by default standards in the data directory." placeholder:"DIR"`
	JSON        bool   `help:"Print one JSON document on stdout." name:"json"`
	Verbose     bool   `help:"Say more." short:"v"`
}

// settingsFile is read from the working directory when it is there.
const settingsFile = "hearthmap.toml"

// settingsResolver gives flags that were not on the command line their value
// from the environment (HEARTHMAP_CITY for --city), else from hearthmap.toml
// (city = "…", or under a table named after the command).
func settingsResolver(getenv func(string) string) (kong.Resolver, error) {
	file, err := readSettings()
	if err != nil {
		return nil, err
	}
	return kong.ResolverFunc(func(_ *kong.Context, parent *kong.Path, flag *kong.Flag) (any, error) {
		if flag.Name == "help" {
			return nil, nil
		}
		if v := getenv("HEARTHMAP_" + strings.ToUpper(strings.ReplaceAll(flag.Name, "-", "_"))); v != "" {
			return v, nil
		}
		if parent != nil && parent.Node() != nil {
			if table, ok := file[parent.Node().Name].(map[string]any); ok {
				if v, ok := table[flag.Name]; ok {
					return fmt.Sprint(v), nil
				}
			}
		}
		if v, ok := file[flag.Name]; ok {
			if _, isTable := v.(map[string]any); !isTable {
				return fmt.Sprint(v), nil
			}
		}
		return nil, nil
	}), nil
}

func readSettings() (map[string]any, error) {
	text, err := os.ReadFile(settingsFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%s cannot be read: %w", settingsFile, err)
	}
	var file map[string]any
	if err := toml.Unmarshal(text, &file); err != nil {
		return nil, fmt.Errorf("%s is not valid TOML: %w", settingsFile, err)
	}
	return file, nil
}
