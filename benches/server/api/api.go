// Package api serves a catalog as JSON over HTTP.
package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"example.com/server/catalog"
)

type server struct {
	catalog *catalog.Catalog
}

// Handler answers for the catalog:
//
//	GET  /items?tag=T&name=N&stock=N&order=id|name|price&limit=N
//	GET  /items/ID
//	POST /items       an item; answers with its ID
//	GET  /totals
func Handler(c *catalog.Catalog) http.Handler {
	s := &server{c}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /items", answer(s.find))
	mux.HandleFunc("GET /items/{id}", answer(s.get))
	mux.HandleFunc("POST /items", answer(s.add))
	mux.HandleFunc("GET /totals", answer(s.totals))
	return mux
}

// problem is an error that the client made.
type problem struct {
	status int
	err    error
}

func (p problem) Error() string { return p.err.Error() }
func (p problem) Unwrap() error { return p.err }

// answer makes a handler of a function from requests to values.
func answer[T any](f func(*http.Request) (T, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		value, err := f(r)
		if err != nil {
			status := http.StatusInternalServerError
			var p problem
			if errors.As(err, &p) {
				status = p.status
			}
			w.WriteHeader(status)
			json.NewEncoder(w).Encode(map[string]string{"error": err.Error()})
			return
		}
		json.NewEncoder(w).Encode(value)
	}
}

func number(r *http.Request, name string, missing int) (int, error) {
	text := r.FormValue(name)
	if text == "" {
		return missing, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0, problem{http.StatusBadRequest, fmt.Errorf("%s: %w", name, err)}
	}
	return n, nil
}

func (s *server) find(r *http.Request) ([]*catalog.Item, error) {
	limit, err := number(r, "limit", 20)
	if err != nil {
		return nil, err
	}
	stock, err := number(r, "stock", 0)
	if err != nil {
		return nil, err
	}
	filter := catalog.All{catalog.InStock(stock)}
	if tag := r.FormValue("tag"); tag != "" {
		filter = append(filter, catalog.Tagged(tag))
	}
	if name := r.FormValue("name"); name != "" {
		filter = append(filter, catalog.NamedLike(name))
	}
	return s.catalog.Find(filter, catalog.Order(r.FormValue("order")), limit), nil
}

func (s *server) get(r *http.Request) (*catalog.Item, error) {
	id, err := strconv.Atoi(r.PathValue("id"))
	if err != nil {
		return nil, problem{http.StatusBadRequest, err}
	}
	item, err := s.catalog.Get(id)
	if err != nil {
		return nil, problem{http.StatusNotFound, err}
	}
	return item, nil
}

func (s *server) add(r *http.Request) (map[string]int, error) {
	var item catalog.Item
	if err := json.NewDecoder(r.Body).Decode(&item); err != nil {
		return nil, problem{http.StatusBadRequest, err}
	}
	return map[string]int{"id": s.catalog.Add(item)}, nil
}

func (s *server) totals(*http.Request) (map[string]catalog.Tally, error) {
	return s.catalog.Totals(), nil
}
