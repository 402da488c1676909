import { describe, expect, test } from "vitest";
import { environmentWith, readConfig } from "../../provider/core/provider-config.ts";

describe("what is configured for the plugin", () => {
  test("is found where everything looks for credentials", () => {
    const variables = { SLACK_WEBHOOK_URL: "https://hooks.example.com" };
    const config = {
      prometheusUsername: "anna",
      prometheusPassword: "p",
      alertmanagerBearerToken: "a",
      sshPassphrase: "s",
      environment: variables,
    };
    expect(readConfig(config)).toEqual({ success: true, data: config });
    expect(readConfig({ ...config, environment: JSON.stringify(variables) }).data).toEqual(config);
    expect(readConfig({}).data).toEqual({});
    expect(environmentWith(config, { PATH: "/bin" })).toEqual({
      PATH: "/bin",
      PROMETHEUS_USERNAME: "anna",
      PROMETHEUS_PASSWORD: "p",
      ALERTMANAGER_BEARER_TOKEN: "a",
      ROLLING_PATCH_SSH_PASSPHRASE: "s",
      SLACK_WEBHOOK_URL: "https://hooks.example.com",
    });
  });

  test("gives way to the environment, a service as a whole; an empty variable is none", () => {
    const config = {
      prometheusBearerToken: "configured",
      alertmanagerBearerToken: "configured",
      environment: { A: "configured", B: "configured", PROMETHEUS_USERNAME: "configured" },
    };
    const environment = {
      PROMETHEUS_USERNAME: "anna",
      PROMETHEUS_PASSWORD: "p",
      ALERTMANAGER_USERNAME: "",
      A: "there",
    };
    expect(environmentWith(config, environment)).toEqual({
      ...environment,
      ALERTMANAGER_BEARER_TOKEN: "configured",
      B: "configured",
    });
  });

  test.each([
    [{ prometheusToken: "x" }, "prometheusToken"],
    [{ sshPassphrase: "" }, "sshPassphrase"],
    [{ environment: { "A B": "x" } }, "environment"],
    [{ environment: { A: 1 } }, "environment"],
    [{ environment: "hunter2" }, "environment"],
  ])("%j is refused, by its name and without its value", (config, name) => {
    const told = JSON.stringify(readConfig(config).error?.issues);
    expect(told).toContain(name);
    expect(told).not.toContain("hunter2");
  });
});
