package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"stowage/cmd/stowage/view"
	"stowage/dsl"
	"stowage/internal/release"
)

type outputOptions struct {
	streams  *streams
	identity identity
	output   output
	raw      bool
	name     string // empty: all
}

func newOutput(s *streams) *cobra.Command {
	o := outputOptions{streams: s}
	cmd := &cobra.Command{
		Use:   "output [NAME]",
		Short: "Print the outputs of a release as they were applied last",
		Long: `Print the outputs of a release, or one of them, as they were when it was applied
with success last. Neither variables nor the values of secrets are needed.

Of a sensitive output no value is kept: it is listed, and cannot be printed.
` + aboutIdentity,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usage("", "output takes one name, not %d", len(args))
			}
			o.name = slices.Concat(args, []string{""})[0]
			return o.run(cmd.Context())
		},
	}
	o.identity.registerName(cmd)
	o.output.register(cmd, "json")
	cmd.Flags().BoolVar(&o.raw, "raw", false, "write the text, number or truth value of one output as it is, without a line end")
	cmd.ValidArgsFunction = o.identity.complete(s, func(ctx context.Context, session *session, args []string) []cobra.Completion {
		record, _, err := session.store.Load(ctx)
		if err != nil || record == nil || len(args) > 0 {
			return nil
		}
		return outputNames(record.Outputs)
	})
	return cmd
}

func (o *outputOptions) run(ctx context.Context) error {
	switch {
	case o.raw && o.name == "":
		return usage("", "--raw takes the name of an output")
	case o.raw && o.output.is("json"):
		return usage("", "--raw and -o json are two formats: leave one of them out")
	}
	session, err := o.identity.open(ctx, o.streams)
	if err != nil {
		return err
	}
	record, _, err := session.store.Load(ctx)
	if err != nil {
		return session.unread(err)
	}
	if record == nil {
		return session.absent()
	}
	session.target = session.targetOf(record)
	outputs, err := readOutputs(record.Outputs)
	if err != nil {
		return err
	}
	if o.name == "" {
		return o.showAll(session, outputs)
	}
	return o.showOne(session, outputs)
}

func (o *outputOptions) showAll(session *session, outputs []view.Output) error {
	switch {
	case o.output.is("json"):
		return view.OutputsJSON(o.streams.out.Out, session.target, session.release.Name, outputs)
	case len(outputs) == 0:
		return view.Note(o.streams.err, session.release.Name+" has no outputs.")
	}
	// Beside the outputs, which may be on their way to a file of variables.
	if err := view.Header(o.streams.err, "Release "+session.release.Name, session.target); err != nil {
		return err
	}
	return view.OutputList(o.streams.out, outputs)
}

func (o *outputOptions) showOne(session *session, outputs []view.Output) error {
	i := slices.IndexFunc(outputs, func(output view.Output) bool { return output.Name == o.name })
	if i < 0 {
		names := make([]string, len(outputs))
		for k, output := range outputs {
			names[k] = output.Name
		}
		return fmt.Errorf("%s has no output %q.%s", session.release.Name, o.name, dsl.Suggestion(o.name, names))
	}
	output := outputs[i]
	switch {
	case output.Sensitive:
		return &hintError{
			fmt.Errorf("output %q is sensitive, so its value is recorded nowhere", o.name),
			"read it from the Secret, or wherever else it came from",
		}
	case o.output.is("json"):
		return view.OutputsJSON(o.streams.out.Out, session.target, session.release.Name, []view.Output{output})
	case o.raw:
		return o.showRaw(output)
	}
	return view.Value(o.streams.out, output.Value)
}

func (o *outputOptions) showRaw(output view.Output) error {
	text, err := view.RawValue(output.Value)
	if err != nil {
		return &hintError{fmt.Errorf("output %q is %s, which has no raw form", o.name, output.Value.Type().FriendlyName()), "use -o json"}
	}
	return view.Raw(o.streams.out, []byte(text))
}

func outputNames(outputs []release.Output) []string {
	names := make([]string, len(outputs))
	for i, output := range outputs {
		names[i] = output.Name
	}
	return names
}

// recordable returns outputs as they are recorded: of a sensitive one no value.
func recordable(outputs []view.Output) ([]release.Output, error) {
	recorded := make([]release.Output, len(outputs))
	for i, output := range outputs {
		recorded[i] = release.Output{Name: output.Name, Sensitive: output.Sensitive}
		if output.Sensitive {
			continue
		}
		kind, err := ctyjson.MarshalType(output.Value.Type())
		value, err2 := ctyjson.Marshal(output.Value, output.Value.Type())
		// As they come back, so that they can be compared.
		recorded[i].Type, _ = json.Marshal(json.RawMessage(kind))
		recorded[i].Value, _ = json.Marshal(json.RawMessage(value))
		if err := errors.Join(err, err2); err != nil {
			return nil, fmt.Errorf("output %q cannot be recorded: %w", output.Name, err)
		}
	}
	return recorded, nil
}

// readOutputs is the opposite of recordable.
func readOutputs(recorded []release.Output) ([]view.Output, error) {
	outputs := make([]view.Output, len(recorded))
	for i, output := range recorded {
		outputs[i] = view.Output{Name: output.Name, Sensitive: output.Sensitive, Value: cty.NilVal}
		if output.Sensitive {
			continue
		}
		kind, err := ctyjson.UnmarshalType(output.Type)
		if err == nil {
			outputs[i].Value, err = ctyjson.Unmarshal(output.Value, kind)
		}
		if err != nil {
			return nil, fmt.Errorf("output %q is recorded wrongly: %w", output.Name, err)
		}
	}
	return outputs, nil
}
