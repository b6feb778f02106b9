package web_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"hearthmap/household"
)

// TestScenariosOverHTTP keeps, changes, renames and deletes a scenario, and
// refuses those that the city cannot follow.
func TestScenariosOverHTTP(t *testing.T) {
	s := newStack(t, nil)
	c := s.as(household.RolePlanner)
	const path = "/api/v1/scenarios"
	type saved struct {
		ID               int64
		Name, Standard   string
		Changes, Version int
		Profile          string
		CreatedBy        string `json:"created_by"`
		Scenario         json.RawMessage
	}
	send := func(method, to, text string) response { t.Helper(); return c.do(method, to, json.RawMessage(text)) }
	read := func(r response, status int) (x saved) {
		t.Helper()
		if r.status != status {
			t.Fatalf("%d %s", r.status, r.body)
		}
		if err := json.Unmarshal(r.body, &x); err != nil {
			t.Fatal(err)
		}
		return x
	}
	x := read(send(http.MethodPost, path, `{"name":"关闭卫生站","profile":"elderly","scenario":{"name":"other","close":["F1"]}}`), http.StatusCreated)
	if x.ID == 0 || x.Version != 1 || x.Changes != 1 || x.Standard == "" || x.Profile != "elderly" || x.CreatedBy != "planner" {
		t.Errorf("%+v", x)
	}
	one := fmt.Sprintf("%s/%d", path, x.ID)
	// What is given back is what the engine takes.
	x = read(c.get(one), http.StatusOK)
	if got := string(x.Scenario); got != `{"name":"关闭卫生站","close":["F1"]}` {
		t.Error(got)
	}
	if r := send(http.MethodPost, "/api/v1/coverage/whatif", `{"scenario":`+string(x.Scenario)+`}`); r.status != http.StatusOK {
		t.Errorf("%d %s", r.status, r.body)
	}
	for text, status := range map[string]int{
		`{"name":"关闭卫生站","scenario":{}}`:                                            http.StatusConflict,
		`{"name":" ","scenario":{}}`:                                                http.StatusUnprocessableEntity,
		`{"name":"a","scenario":{"close":["nowhere"]}}`:                             http.StatusUnprocessableEntity,
		`{"name":"a","scenario":{"close":["F1","F1"]}}`:                             http.StatusUnprocessableEntity,
		`{"name":"a","standard":"none","scenario":{}}`:                              http.StatusUnprocessableEntity,
		`{"name":"` + strings.Repeat("a", 101) + `","scenario":{}}`:                 http.StatusUnprocessableEntity,
		`{"name":"a","scenario":{"add_paths":[{"line":[` + long(200000) + `0]}]}}`:  http.StatusRequestEntityTooLarge,
		`{"name":"a","scenario":{"add":[{"category":"clinic","lon":190,"lat":0}]}}`: http.StatusUnprocessableEntity,
	} {
		if r := send(http.MethodPost, path, text); r.status != status {
			t.Errorf("%.80s: %d, want %d: %s", text, r.status, status, r.body)
		}
	}
	x = read(send(http.MethodPut, one, `{"name":"甲","version":1,"scenario":{"close":["F1"]}}`), http.StatusOK)
	if x.Name != "甲" || x.Version != 2 {
		t.Errorf("%+v", x)
	}
	if r := send(http.MethodPut, one, `{"name":"乙","version":1,"scenario":{"close":["F1"]}}`); r.status != http.StatusConflict {
		t.Errorf("an old version: %d %s", r.status, r.body)
	}
	for _, role := range household.Roles {
		if role == household.RolePlanner {
			continue
		}
		other := s.as(role)
		for method, to := range map[string]string{http.MethodPost: path, http.MethodPut: one, http.MethodDelete: one} {
			if r := other.do(method, to, json.RawMessage(`{"name":"x","scenario":{}}`)); r.status != http.StatusForbidden {
				t.Errorf("%s as %s: %d", method, role, r.status)
			}
		}
	}
	var list []saved
	c.get(path).into(t, &list)
	if len(list) != 1 || list[0].Name != "甲" {
		t.Errorf("%+v", list)
	}
	for _, status := range []int{http.StatusNoContent, http.StatusNotFound} {
		if r := c.do(http.MethodDelete, one, nil); r.status != status {
			t.Errorf("%d %s", r.status, r.body)
		}
	}
	if r := c.get(one); r.status != http.StatusNotFound {
		t.Errorf("%d %s", r.status, r.body)
	}
}

// long is a text of so many numbers, each followed by a comma.
func long(n int) string { return strings.Repeat("1.234,", n) }
