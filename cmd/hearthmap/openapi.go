package main

import (
	"log/slog"

	"hearthmap/geo/cityindex"
	"hearthmap/geo/coverage"
	"hearthmap/web"
	"hearthmap/web/app"
)

type openAPICommand struct{}

// Run prints the API's description, which the front end's types are made
// from. It needs no database.
func (openAPICommand) Run(con *console) error {
	city, err := cityindex.New(&cityindex.Data{})
	if err != nil {
		return err
	}
	page, err := app.Dist()
	if err != nil {
		return err
	}
	live := cityindex.NewLive(city)
	// Its version is left out, so that the text changes with the API only.
	doc, err := web.New(web.Config{City: live, Coverage: coverage.NewLive(live), Page: page, Log: slog.Default()}).OpenAPI()
	if err != nil {
		return err
	}
	_, err = con.out.Write(append(doc, '\n'))
	return err
}
