package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
	"rolling-patch.invalid/sdk/go/rollingpatch"
)

// Change the version (pulumi config set version 8.0.3), then `pulumi preview --diff` shows what a roll to it would do.
func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		settings := config.New(ctx, "")
		version := settings.Get("version")
		if version == "" {
			version = "8.0.3"
		}
		target := rollingpatch.SimulatedTargetArgs{Kind: pulumi.String("simulated"), File: pulumi.String("fleet.db")}
		baseline := rollingpatch.BaselineArgs{Version: pulumi.String(version)}

		fleet, err := rollingpatch.NewRollingPatch(ctx, "fleet", &rollingpatch.RollingPatchArgs{
			Target:   target,
			Baseline: baseline,
			Policy: rollingpatch.PolicyArgs{
				MaxUnavailable: pulumi.Int(2),
				Pinned:         rollingpatch.PolicyPinnedShutdown,
			},
			Checks: pulumi.Array{rollingpatch.CommandCheckArgs{
				Kind:    pulumi.String("command"),
				Name:    pulumi.String("answers"),
				Command: pulumi.StringArray{pulumi.String("true")},
				At:      rollingpatch.CheckAtArray{rollingpatch.CheckAtVerify},
			}},
		})
		if err != nil {
			return err
		}
		ctx.Export("hosts", fleet.Hosts)
		ctx.Export("outcome", fleet.Run.Outcome())

		now := rollingpatch.GetComplianceOutput(ctx, rollingpatch.GetComplianceOutputArgs{
			Target: target, Baseline: baseline,
		}, pulumi.DependsOn([]pulumi.Resource{fleet}))
		ctx.Export("drifted", now.Compliance().Names().Drifted())
		return nil
	})
}
