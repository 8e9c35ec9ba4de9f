package kube

import (
	"strings"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/transport"
)

// renewable reports whether credentials that a server has refused may be others
// at the next attempt.
func renewable(config *rest.Config) bool {
	return config.ExecProvider != nil || config.AuthProvider != nil || config.BearerTokenFile != ""
}

// renewTokenFile makes a token that is kept in a file be read again once a
// server has refused it. By itself client-go goes on with the old one for up to
// a minute; a plug-in program it does call again.
func renewTokenFile(config *rest.Config) {
	if config.BearerTokenFile == "" {
		return
	}
	config.Wrap(transport.ResettableTokenSourceWrapTransport(transport.NewCachedFileTokenSource(config.BearerTokenFile)))
	config.BearerToken, config.BearerTokenFile = "", ""
}

// isLogin tells that the program or the file that credentials come from has none,
// so that no request was made.
func isLogin(err error) bool {
	text := withoutURL(err).Error()
	return strings.HasPrefix(text, "getting credentials: ") || strings.Contains(text, "token file")
}
