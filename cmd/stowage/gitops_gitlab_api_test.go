package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
)

const noteToken = "CANARY-of-the-notes"

// gitlabAPI answers what the example asks of GitLab: the notes of one merge request.
type gitlabAPI struct {
	address string
	notes   []gitlabNote
}

type gitlabNote struct {
	ID   int    `json:"id"`
	Body string `json:"body"`
}

func newGitLabAPI(t *testing.T) *gitlabAPI {
	t.Helper()
	api := &gitlabAPI{notes: []gitlabNote{{ID: 100, Body: "Looks good to me"}}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /projects/7/merge_requests/3/notes", func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(api.notes)
	})
	mux.HandleFunc("POST /projects/7/merge_requests/3/notes", func(w http.ResponseWriter, r *http.Request) {
		api.notes = append(api.notes, gitlabNote{ID: 100 + len(api.notes), Body: r.FormValue("body")})
		w.WriteHeader(http.StatusCreated)
	})
	mux.HandleFunc("PUT /projects/7/merge_requests/3/notes/{id}", func(w http.ResponseWriter, r *http.Request) {
		for i := range api.notes {
			if strconv.Itoa(api.notes[i].ID) == r.PathValue("id") {
				api.notes[i].Body = r.FormValue("body")
				return
			}
		}
		http.NotFound(w, r)
	})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("PRIVATE-TOKEN") != noteToken {
			http.Error(w, "", http.StatusUnauthorized)
			return
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	api.address = server.URL
	return api
}
