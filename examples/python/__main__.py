"""The patch level of the embedded fleet, declared in Python.

Change the version (pulumi config set version 8.0.3), then `pulumi preview --diff` shows what a roll to it would do.
"""

import pulumi
import pulumi_rolling_patch as rolling_patch

version = pulumi.Config().get("version") or "8.0.3"
target = {"kind": "simulated", "file": "fleet.db"}
baseline = {"version": version}

fleet = rolling_patch.RollingPatch(
    "fleet",
    target=target,
    baseline=baseline,
    policy={"max_unavailable": 2, "pinned": "shutdown"},
    checks=[{"kind": "command", "name": "answers", "command": ["true"], "at": ["verify"]}],
)
pulumi.export("hosts", fleet.hosts)
pulumi.export("outcome", fleet.run.outcome)

now = rolling_patch.get_compliance_output(
    target=target, baseline=baseline, opts=pulumi.InvokeOutputOptions(depends_on=[fleet])
)
pulumi.export("drifted", now.compliance.names.drifted)
