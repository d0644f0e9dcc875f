// pulumi-resource-random serves HashiCorp's random provider to the Pulumi engine through Pulumi's own bridge.
package main

import (
	"context"
	"io"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/tfgen"
	bridge "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge/tokens"
	"github.com/pulumi/pulumi/sdk/v3/go/common/diag"
	"github.com/pulumi/pulumi/sdk/v3/go/common/diag/colors"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/cmdutil"
	"github.com/terraform-providers/terraform-provider-random/shim"
)

// version equals that of the npm package @pulumi/random; the linker sets it.
var version = "0.0.0-dev"

func main() {
	ctx := context.Background()
	info := bridge.ProviderInfo{
		P:            tfbridge.ShimProvider(shim.NewProvider()),
		Name:         "random",
		Version:      version,
		MetadataInfo: bridge.NewProviderMetadata([]byte("{}")),
		Resources: map[string]*bridge.ResourceInfo{
			// Its schema has no "id" field.
			"random_bytes": {ComputeID: bridge.DelegateIDField("base64", "random", "")},
		},
	}
	// random_password becomes random:index/randomPassword:RandomPassword.
	info.MustComputeTokens(tokens.SingleModule("random_", "index", func(module, name string) (string, error) {
		return tokens.MakeStandard("random")(module, "Random"+name)
	}))

	// The engine reads the port from stdout, so diagnostics of the generator must not go there.
	quiet := diag.DefaultSink(io.Discard, io.Discard, diag.FormatOptions{Color: colors.Never})
	generated, err := tfgen.GenerateSchema(ctx, tfgen.GenerateSchemaOptions{
		ProviderInfo: info, DiagnosticsSink: quiet, XInMemoryDocs: true,
	})
	if err != nil {
		cmdutil.ExitError(err.Error())
	}
	tfbridge.Main(ctx, "random", info, generated.ProviderMetadata)
}
