package dsl

import (
	"encoding/base64"
	"encoding/json"
	"fmt"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
)

// credentials are those of one image registry.
type credentials struct {
	Username string `json:"username"`
	Password string `json:"password"`
	Auth     string `json:"auth"`
}

var credentialsType = cty.Map(cty.Object(map[string]cty.Type{"username": cty.String, "password": cty.String}))

// dockerConfigFunc writes the Docker configuration with the credentials of image
// registries, by their hosts, as kubelets read it.
var dockerConfigFunc = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "registries", Type: cty.DynamicPseudoType}},
	Type:   function.StaticReturnType(cty.String),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		registries, err := convert.Convert(args[0], credentialsType)
		if err != nil || registries.IsNull() || !registries.IsWhollyKnown() {
			return cty.DynamicVal, function.NewArgErrorf(0, `must be credentials by registry, as in { "registry.example.com" = { username = "x", password = "y" } }`)
		}
		auths := map[string]credentials{}
		for host, given := range registries.AsValueMap() {
			username, password := given.GetAttr("username"), given.GetAttr("password")
			if username.IsNull() || password.IsNull() {
				return cty.DynamicVal, function.NewArgErrorf(0, "the username and the password of %q must not be null", host)
			}
			c := credentials{Username: username.AsString(), Password: password.AsString()}
			c.Auth = base64.StdEncoding.EncodeToString([]byte(c.Username + ":" + c.Password))
			auths[host] = c
		}
		text, err := json.Marshal(map[string]any{"auths": auths})
		if err != nil {
			return cty.DynamicVal, fmt.Errorf("cannot write the credentials: %w", err)
		}
		return cty.StringVal(string(text)), nil
	},
})
