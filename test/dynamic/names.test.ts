import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";

/** Why the lifecycle refuses a host of one name, and of no other that objects inherit. */
test("Pulumi keeps properties of any name but __proto__", async () => {
  const hosts = JSON.parse('{"constructor": "1", "toString": "2", "hasOwnProperty": "3", "__proto__": "4"}');
  const kept = await pulumi.runtime.serializeProperties("fleet", { hosts });
  expect(JSON.stringify(kept)).toBe('{"hosts":{"constructor":"1","toString":"2","hasOwnProperty":"3"}}');
});
