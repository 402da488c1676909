import { describe, expect, it } from "vitest";
import type { FleetSpecInput } from "../../provider/drivers/simulated/index.ts";
import { Rig } from "../support/rig.ts";

/** Hosts with workloads of their own, behind the level, whose service is as noisy as usual. */
function fleet(options: { hosts?: number; perHost?: number; noise?: "benign" | "typical" } = {}): FleetSpecInput {
  const { hosts = 8, perHost = 6, noise = "typical" } = options;
  const names = Array.from({ length: hosts }, (_, index) => `h${index + 1}`);
  return {
    noise,
    hosts: names.map((id) => ({ id, memory: 64, cpu: 32, level: "8.0.1", patch: 300, boot: 180 })),
    workloads: names.flatMap((host) =>
      Array.from({ length: perHost }, (_, index) => ({ id: `${host}-w${index + 1}`, host, memory: 4, cpu: 1 })),
    ),
  };
}

const probes = [{ kind: "platform" as const, name: "service", workloads: "all" as const }];

describe("a measured roll", () => {
  it("passes a good patch: reference window, canary, judged hosts, the rest", async () => {
    const rig = new Rig({ fleet: fleet(), probes });
    const outcome = await rig.up();
    console.log(
      rig.news
        .filter((n) => n.kind !== "progress" || true)
        .map((n) => `${n.host ?? ""} ${n.text}`)
        .join("\n"),
    );
    console.log(JSON.stringify(outcome.kind === "ended" ? outcome.result.ending : outcome));
    expect(outcome.kind).toBe("ended");
  });
});
