// Package shim opens the provider's internal package to the plugin: Go admits the import only from a module
// whose path lies below the provider's own.
package shim

import (
	"github.com/hashicorp/terraform-plugin-framework/provider"
	random "github.com/terraform-providers/terraform-provider-random/internal/provider"
)

// NewProvider returns the Terraform provider "random".
func NewProvider() provider.Provider { return random.New() }
