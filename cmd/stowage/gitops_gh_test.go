package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/pflag"
)

// What GitHub knows, as files of one directory that the tests and gh share.
type ghState struct {
	Comments []ghComment         `json:"comments"`
	Issues   []ghIssue           `json:"issues"`
	Runs     []ghRun             `json:"runs"`
	Pulls    map[string][]ghPull `json:"pulls"` // by commits that have come from them
}

type ghComment struct {
	ID    int    `json:"id"`
	Issue string `json:"issue"`
	Body  string `json:"body"`
	User  ghUser `json:"user"`
}

type ghUser struct {
	Login string `json:"login"`
}

type ghIssue struct {
	Number int    `json:"number"`
	Title  string `json:"title"`
	Body   string `json:"body"`
	State  string `json:"state"`
}

type ghRun struct {
	ID       int    `json:"databaseId"`
	Workflow string `json:"workflow"`
	Event    string `json:"event"`
	Commit   string `json:"commit"`
	Status   string `json:"status"`
}

type ghPull struct {
	Head struct {
		SHA string `json:"sha"`
	} `json:"head"`
}

func readGH(dir string) (*ghState, error) {
	state := &ghState{Pulls: map[string][]ghPull{}}
	text, err := os.ReadFile(filepath.Join(dir, "state.json"))
	if errors.Is(err, os.ErrNotExist) {
		return state, nil
	}
	if err != nil {
		return nil, err
	}
	return state, json.Unmarshal(text, state)
}

func (s *ghState) write(dir string) error {
	text, err := json.Marshal(s)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "state.json"), text, 0o600)
}

// gh stands for GitHub's own command: it does what the workflows of the examples have
// it do, on the state in $GH_STATE, and refuses all else.
func gh() {
	if err := runGH(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "gh:", err)
		os.Exit(1)
	}
}

// ghCall is one call of it.
type ghCall struct {
	*ghState
	dir   string
	args  []string // words that are no flags
	flags *pflag.FlagSet
}

func runGH(args []string) error {
	if os.Getenv("GH_TOKEN") == "" {
		return errors.New("to use GitHub CLI in a GitHub Actions workflow, set the GH_TOKEN environment variable")
	}
	c := &ghCall{dir: os.Getenv("GH_STATE"), flags: pflag.NewFlagSet("gh", pflag.ContinueOnError)}
	for _, flag := range []string{
		"jq", "method", "field", "workflow", "event", "commit", "status", "limit", "json", "name", "dir", "state", "title", "body-file", "comment",
	} {
		c.flags.String(flag, "", "")
	}
	c.flags.Bool("paginate", false, "")
	c.flags.Bool("silent", false, "")
	if err := c.flags.Parse(args); err != nil {
		return err
	}
	c.args = c.flags.Args()
	var err error
	if c.ghState, err = readGH(c.dir); err != nil {
		return err
	}
	if err := c.do(); err != nil {
		return err
	}
	return c.write(c.dir)
}

func (c *ghCall) flag(name string) string { return c.flags.Lookup(name).Value.String() }

func (c *ghCall) do() error {
	if len(c.args) < 2 {
		return errors.New("no command")
	}
	if c.args[0] == "api" {
		return c.api(strings.Split(c.args[1], "/"))
	}
	if os.Getenv("GH_REPO") != "example/shop" {
		return errors.New("which repository?")
	}
	switch command := c.args[0] + " " + c.args[1]; command {
	case "run list":
		return c.print(c.matchingRuns())
	case "run download":
		return os.CopyFS(c.flag("dir"), os.DirFS(filepath.Join(c.dir, "runs", c.args[2], c.flag("name"))))
	case "issue list":
		return c.print(matching(c.Issues, func(i ghIssue) bool { return i.State == c.flag("state") }))
	case "issue create":
		c.Issues = append(c.Issues, ghIssue{Number: len(c.Issues) + 1, Title: c.flag("title"), State: "open"})
		return c.editIssue(len(c.Issues))
	case "issue edit", "issue close":
		number, err := strconv.Atoi(c.args[2])
		if err != nil {
			return err
		}
		if c.args[1] == "close" {
			c.Issues[number-1].State = "closed"
			return nil
		}
		return c.editIssue(number)
	default:
		return fmt.Errorf("unknown command %s", command)
	}
}

func (c *ghCall) matchingRuns() []ghRun {
	return matching(c.Runs, func(r ghRun) bool {
		return r.Workflow == c.flag("workflow") && r.Event == c.flag("event") && r.Commit == c.flag("commit") && r.Status == c.flag("status")
	})
}

// matching returns those of which something is true; none is an empty list to JSON, too.
func matching[T any](all []T, is func(T) bool) []T {
	found := []T{}
	for _, one := range all {
		if is(one) {
			found = append(found, one)
		}
	}
	return found
}

func (c *ghCall) editIssue(number int) error {
	body, err := os.ReadFile(c.flag("body-file"))
	c.Issues[number-1].Body = string(body)
	return err
}

// api answers requests for repos/OWNER/NAME/...
func (c *ghCall) api(path []string) error {
	switch method, what := c.flag("method"), strings.Join(path[3:], "/"); {
	case path[3] == "commits" && method == "":
		return c.print(append([]ghPull{}, c.Pulls[path[4]]...))
	case strings.HasSuffix(what, "/comments") && method == "":
		return c.print(matching(c.Comments, func(m ghComment) bool { return m.Issue == path[4] }))
	case strings.HasSuffix(what, "/comments") && method == "POST":
		c.Comments = append(c.Comments, ghComment{ID: 100 + len(c.Comments), Issue: path[4], User: ghUser{"github-actions[bot]"}})
		return c.editComment(&c.Comments[len(c.Comments)-1])
	case strings.HasPrefix(what, "issues/comments/") && method == "PATCH":
		for i := range c.Comments {
			if strconv.Itoa(c.Comments[i].ID) == path[5] {
				return c.editComment(&c.Comments[i])
			}
		}
	}
	return fmt.Errorf("%s: not found", strings.Join(path, "/"))
}

func (c *ghCall) editComment(comment *ghComment) error {
	file, ok := strings.CutPrefix(c.flag("field"), "body=@")
	if !ok {
		return errors.New("a comment has a body")
	}
	body, err := os.ReadFile(file)
	if len(body) > 65536 {
		return errors.New("body is too long (maximum is 65536 characters)")
	}
	comment.Body = string(body)
	return err
}

// print writes what the query of --jq makes of a value.
func (c *ghCall) print(value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	query := exec.Command("jq", "--raw-output", c.flag("jq"))
	query.Stdin, query.Stdout, query.Stderr = strings.NewReader(string(text)), os.Stdout, os.Stderr
	return query.Run()
}
