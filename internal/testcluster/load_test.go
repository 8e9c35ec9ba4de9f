package testcluster_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"stowage/internal/testcluster"
)

// TestLoadDoesNotWaitForAnswers has a server answer nobody before enough are waiting.
func TestLoadDoesNotWaitForAnswers(t *testing.T) {
	const crowd = 50
	var waiting sync.WaitGroup
	waiting.Add(crowd)
	var mu sync.Mutex
	met := map[string]bool{} // connections
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		met[r.RemoteAddr] = true
		number := len(met)
		mu.Unlock()
		if number <= crowd {
			waiting.Done()
		}
		waiting.Wait()
		fmt.Fprint(w, `{"pod": "one"}`)
	})
	load := testcluster.StartLoad(t, url, 1000)
	load.AwaitReplies(t, crowd)
	replies := load.Stop()
	noFailures(t, replies)
	mu.Lock()
	defer mu.Unlock()
	if len(met) != len(replies) {
		t.Errorf("%d requests came through %d connections, want one for each", len(replies), len(met))
	}
}

func TestLoadKeepsItsRate(t *testing.T) {
	url := serve(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"pod": "one"}`) })
	load := testcluster.StartLoad(t, url, perSecond)
	load.AwaitReplies(t, perSecond)
	replies := load.Stop()
	// What was late is made up for: from the first to the last, no more than an interval and a bit is missing.
	took := replies[len(replies)-1].Begin.Sub(replies[0].Begin)
	if got, want := len(replies), int(took.Seconds()*perSecond); got < want-1 || took > time.Minute {
		t.Errorf("%d requests in %v, want %d", got, took, want)
	}
}

func TestLoadTellsWhatFailed(t *testing.T) {
	var mu sync.Mutex
	number := 0
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		number++
		turn := number % 4
		mu.Unlock()
		switch turn {
		case 0:
			panic(http.ErrAbortHandler)
		case 1:
			w.WriteHeader(http.StatusServiceUnavailable)
		case 2:
			fmt.Fprint(w, "no JSON")
		default:
			fmt.Fprint(w, `{"pod": "one", "labels": {"color": "blue"}}`)
		}
	})
	load := testcluster.StartLoad(t, url, perSecond)
	load.AwaitReplies(t, 8)
	replies := load.Stop()
	var lost, refused, unclear, good int
	for _, r := range replies {
		switch {
		case !r.End.After(r.Begin):
			t.Errorf("it ends before it begins: %v", r)
		case r.Status == 0 && r.Failed():
			lost++
		case r.Status == http.StatusServiceUnavailable && r.Failed():
			refused++
		case r.Status == http.StatusOK && r.Failed():
			unclear++
		case r.Pod == "one" && r.Labels["color"] == "blue":
			good++
		}
	}
	if lost+refused+unclear+good != len(replies) || lost == 0 || refused == 0 || unclear == 0 || good == 0 {
		t.Errorf("of %d requests %d were lost, %d refused, %d unclear, %d good", len(replies), lost, refused, unclear, good)
	}
	if failed := testcluster.Failures(replies); len(failed) != len(replies)-good {
		t.Errorf("%d failures, want %d", len(failed), len(replies)-good)
	}
}

func serve(t *testing.T, handle http.HandlerFunc) (url string) {
	server := httptest.NewServer(handle)
	t.Cleanup(server.Close)
	return server.URL
}
