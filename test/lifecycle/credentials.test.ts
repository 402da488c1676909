import { describe, expect, test } from "vitest";
import type { Props } from "../../provider/lifecycle/props.ts";
import { validate } from "../../provider/lifecycle/validate.ts";

const secret = "hunter2-planted";
const target = { kind: "simulated", file: "fleet.db" };
const http = { kind: "http", name: "shop", url: "https://shop.example.com/" };

function failures(declared: Props) {
  return validate({ target, baseline: { version: "8.0.3" }, owner: "a/b/c", ...declared }).failures;
}

const command = (...words: string[]): Props => ({
  checks: [{ kind: "command", name: "x", at: ["verify"], command: words }],
});
const url = (text: string): Props => ({ checks: [{ ...http, url: text }] });

describe("credentials among the inputs", () => {
  test.each<[Props, string]>([
    [{ password: secret }, "`password`"],
    [{ target: { ...target, apiToken: secret } }, "`target.apiToken`"],
    [{ target: { ...target, private_key: secret } }, "`target.private_key`"],
    [{ target: `vsphere://root:${secret}@vc/` }, "`target`"],
    [url(`https://anna:${secret}@shop.example.com/`), "`checks[0].url`"],
    [url(`https://shop.example.com/health?token=${secret}`), "`checks[0].url`"],
    [url(`https://shop.example.com/health?full&api_key=${secret}#top`), "`checks[0].url`"],
    [url(`https://shop.blob.example.com/health?sv=2&sig=${secret}`), "`checks[0].url`"],
    [command("curl", "-H", `Authorization: Bearer ${secret}`), "`checks[0].command[2]`"],
    [command("curl", "-H", `X-Api-Key: ${secret}`), "`checks[0].command[2]`"],
    [command("curl", `-HX-Auth-Token:${secret}`), "`checks[0].command[1]`"],
    [command("curl", `--header=Cookie: session=${secret}`), "`checks[0].command[1]`"],
    [command("curl", "-u", `bob:${secret}`), "`checks[0].command[2]`"],
    [command("curl", `-ubob:${secret}`), "`checks[0].command[1]`"],
    [command("curl", `--user=bob:${secret}`), "`checks[0].command[1]`"],
    [command("/usr/bin/curl", "--proxy-user", `bob:${secret}`), "`checks[0].command[2]`"],
    [command("curl", `https://shop.example.com/?access_token=${secret}`), "`checks[0].command[1]`"],
    [command("mysql", `--password=${secret}`), "`checks[0].command[1]`"],
    [command("mysql", "--password", secret), "`checks[0].command[2]`"],
    [command("mysql", `-p${secret}`), "`checks[0].command[1]`"],
    [command("sudo", "-n", "mysqladmin", `-p${secret}`, "ping"), "`checks[0].command[3]`"],
    [command("sshpass", "-p", secret, "ssh", "h1"), "`checks[0].command[2]`"],
    [command("redis-cli", "-a", secret, "ping"), "`checks[0].command[2]`"],
    [command("./smoke", `--auth-token=${secret}`), "`checks[0].command[1]`"],
    [command("./smoke", "-auth-token", secret), "`checks[0].command[2]`"],
    [command("openssl", "rsa", "-passin", `pass:${secret}`), "`checks[0].command[3]`"],
    [command("env", `API_TOKEN=${secret}`, "./smoke"), "`checks[0].command[1]`"],
    [command("sh", "-c", `PASSWORD=${secret} ./smoke`), "`checks[0].command[2]`"],
    [command("bash", "-euc", `export TOKEN="${secret}"; ./smoke`), "`checks[0].command[2]`"],
    [command("/bin/sh", "-c", `curl -fsS -u 'bob:${secret}' https://shop/ | grep -q fine`), "`checks[0].command[2]`"],
    [command("sh", "-c", `mysql -p${secret} -e 'select 1'`), "`checks[0].command[2]`"],
  ])("%j are refused, and not repeated", (declared, path) => {
    const found = failures(declared);
    expect(found).toHaveLength(1);
    expect(found[0]?.property).toBe("");
    expect(found[0]?.reason).toContain(path);
    expect(found[0]?.reason).toContain("credentials are never inputs");
    expect(JSON.stringify(found)).not.toContain(secret);
  });

  test.each<[Props]>([
    [{ hosts: { "vault-token": "8.0.3" } }],
    [url("https://shop.example.com/health?key=shop&page_token=3&verbose=1")],
    [url("https://shop.example.com/token/health?csrf_token=x")],
    [url("https://shop.example.com/reset-password")],
    [command("ssh", "ssh://root@h1:22/", "true")],
    [command("curl", "--netrc", "-fsS", "-H", "Accept: application/json", "-H", "X-Request-Id: 42", "https://shop/")],
    [command("curl", "-H", "Idempotency-Key: 42", "-H", "X-Api-Key:", "-H", "@headers.txt", "https://shop/")],
    [command("docker", "run", "-u", "1000:1000", "--user", "app:app", "smoke")],
    [command("podman", "run", "--user=www-data:www-data", "--secret", "id=key,src=key.txt", "smoke")],
    [command("sudo", "-u", "postgres", "psql", "-h", "{host}", "-p", "5432", "--no-password")],
    [command("mysql", "--defaults-extra-file=/etc/fleet/my.cnf", "-P", "3306", "-p", "-e", "select 1")],
    [command("./smoke", "--password-file=/run/smoke", "--token-file", "/run/token", "--token", "@/run/token")],
    [command("./smoke", "--max-tokens=5", "--ask-password", "--no-token", "--password-stdin", "--tokens", "7")],
    [command("openssl", "rsa", "-passin", "file:/etc/fleet/pass", "-passout", "stdin")],
    [command("env", "TOKEN_FILE=/run/token", "PASSWORD=", "./smoke")],
    [command("sh", "-c", 'TOKEN="$(cat /run/token)" PASSWORD=$SMOKE ./smoke --token "$TOKEN"')],
    [command("sh", "-c", 'ping -c 1 {host} && test -z "$(pgrep -u smoke)"; mkdir -p /tmp/smoke')],
  ])("%j are none", (declared) => {
    expect(failures(declared)).toEqual([]);
  });

  test("a key in the URL of an http check passes as a secret; nothing else does", () => {
    const keyed = { ...http, url: `https://shop.example.com/health?token=${secret}` };
    const checks = [http, { ...keyed, name: "keyed" }];
    expect(failures({ checks, secretUrls: [1] })).toEqual([]);
    expect(failures({ checks, secretUrls: "all" })).toEqual([]);
    expect(failures({ checks, secretUrls: [0] })[0]?.reason).toContain("config.requireSecret(…)");
    expect(failures({ ...command("curl", keyed.url), secretUrls: "all" })[0]?.reason).toContain("curl --netrc");
    expect(failures({ ...url(`https://anna:${secret}@shop/`), secretUrls: "all" })).toHaveLength(1);
  });
});
