package kube

import (
	"context"
	"io"
	"time"

	"k8s.io/client-go/rest"
)

// openStream makes a request whose answer begins soon and may go on until the
// limit.
func openStream(ctx context.Context, request *rest.Request, limit time.Duration) (io.ReadCloser, error) {
	attempt, cancel := context.WithCancel(ctx)
	clock := time.AfterFunc(readTimeout, cancel)
	body, err := request.Stream(attempt)
	if err != nil {
		if attempt.Err() != nil && ctx.Err() == nil {
			err = tooSlow(readTimeout, err)
		}
		clock.Stop()
		cancel()
		return nil, err
	}
	clock.Reset(limit)
	return &stream{body, func() { clock.Stop(); cancel() }}, nil
}

// stream is the body of an answer, with what is to be done behind it.
type stream struct {
	io.ReadCloser
	end func()
}

// Close ends the request.
func (s *stream) Close() error {
	s.end()
	return s.ReadCloser.Close()
}
