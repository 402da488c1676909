import { describe, expect, test } from "vitest";
import { withoutCredentials } from "../../provider/core/without-credentials.ts";

describe("what a tool has said, without credentials", () => {
  test.for([
    ["Get:1 https://anna:s3cret@deb.example.com/debian trixie", "Get:1 https://***@deb.example.com/debian trixie"],
    ["E: https://t0ken@deb.example.com/x 403", "E: https://***@deb.example.com/x 403"],
    ["GET /x?arch=amd64&api_key=s3cret HTTP", "GET /x?arch=amd64&api_key=*** HTTP"],
    ["Authorization: Bearer s3cret", "Authorization: ***"],
    ["a -----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY----- b", "a *** b"],
  ])("%s", ([said, left]) => {
    expect(withoutCredentials(said as string)).toBe(left);
  });

  test("leaves everything else alone", () => {
    const said = "Setting up fleet-agent (1.1.0) ...\nmail anna@example.com, see https://example.com/a?page=2";
    expect(withoutCredentials(said)).toBe(said);
  });
});
