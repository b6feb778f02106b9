package ogc

import "net/http"

// api is the OpenAPI 3.0 description, made from the same columns that answer
// requests.
func (h *handler) api(w http.ResponseWriter, r *http.Request) error {
	ok := func(what, mediaType string) map[string]any {
		return map[string]any{
			"200":     map[string]any{"description": what, "content": map[string]any{mediaType: map[string]any{"schema": map[string]any{"type": "object"}}}},
			"default": map[string]any{"description": "a problem", "content": map[string]any{"application/problem+json": map[string]any{"schema": map[string]any{"type": "object"}}}},
		}
	}
	get := func(id, what, mediaType string, parameters []map[string]any) map[string]any {
		op := map[string]any{"operationId": id, "summary": what, "tags": []string{"features"}, "responses": ok(what, mediaType)}
		if len(parameters) > 0 {
			op["parameters"] = parameters
		}
		return map[string]any{"get": op}
	}
	paths := map[string]any{
		"/":            get("landing", "this API", typeJSON, nil),
		"/conformance": get("conformance", "what it conforms to", typeJSON, nil),
		"/api":         get("api", "this description", typeOpenAPI, nil),
		"/collections": get("collections", "the collections", typeJSON, nil),
	}
	for _, l := range all {
		at := "/collections/" + l.id
		paths[at] = get(l.id, l.about, typeJSON, nil)
		paths[at+"/queryables"] = get(l.id+".queryables", "what "+l.id+" can be filtered by", typeSchema, nil)
		paths[at+"/items"] = get(l.id+".items", "the features", typeGeoJSON, itemsParameters(l))
		paths[at+"/items/{featureId}"] = get(l.id+".item", "one feature", typeGeoJSON, []map[string]any{
			{"name": "featureId", "in": "path", "required": true, "schema": map[string]any{"type": "string"}},
		})
	}
	return send(w, typeOpenAPI, map[string]any{
		"openapi": "3.0.3",
		"info": map[string]any{
			"title": "Hearthmap features", "version": "1.0.0",
			"description": "Areas, compounds, buildings with their counts, and facilities. No persons.",
		},
		"servers": []map[string]any{{"url": h.Base(r) + Root}},
		"paths":   paths,
		"components": map[string]any{"securitySchemes": map[string]any{
			"token": map[string]any{"type": "http", "scheme": "bearer"},
		}},
		"security": []map[string][]string{{"token": {}}},
	})
}

func itemsParameters(l *collection) []map[string]any {
	parameter := func(name, about string, schema map[string]any) map[string]any {
		return map[string]any{"name": name, "in": "query", "required": false, "description": about, "schema": schema, "style": "form", "explode": false}
	}
	text := map[string]any{"type": "string"}
	list := []map[string]any{
		parameter("limit", "how many features a page has", map[string]any{"type": "integer", "minimum": 1, "maximum": maxLimit, "default": defaultLimit}),
		parameter("offset", "how many features to leave out", map[string]any{"type": "integer", "minimum": 0, "default": 0}),
		parameter("bbox", "west,south,east,north", map[string]any{
			"type": "array", "minItems": 4, "maxItems": 6, "items": map[string]any{"type": "number"},
		}),
		parameter("datetime", "features have no time of their own: all match", text),
		parameter("filter", "CQL2 text", text),
		parameter("filter-lang", "the filter's language", map[string]any{"type": "string", "enum": []string{"cql2-text"}, "default": "cql2-text"}),
		parameter("filter-crs", "the filter's coordinates", map[string]any{"type": "string", "enum": []string{crs84}}),
		parameter("bbox-crs", "the box's coordinates", map[string]any{"type": "string", "enum": []string{crs84}}),
	}
	for _, k := range l.columns {
		schema := map[string]any{"type": string(k.kind)}
		if k.words != nil {
			schema["enum"] = k.words
		}
		list = append(list, parameter(k.name, k.title+": features with this value", schema))
	}
	return list
}
