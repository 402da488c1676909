/** A process of its own on a fleet file: `client.ts FILE migrate WORKLOAD TO` or `client.ts FILE count TIMES`. */
import { isRollError } from "../../../provider/core/errors.ts";
import { emptyRecord } from "../../../provider/core/record.ts";
import { openSimulated } from "../../../provider/drivers/simulated/index.ts";

const [file = "", what, first = "", second = ""] = process.argv.slice(2);
const driver = openSimulated({ kind: "simulated", file }, ".");

if (what === "migrate") {
  await driver.migrate(first, second, {
    token: 1,
    signal: new AbortController().signal,
    deadline: Number.MAX_SAFE_INTEGER,
    keepLog: () => {},
    progress: () => process.stdout.write("under way\n"),
  });
} else {
  for (let left = Number(first); left > 0; ) {
    const seen = await driver.record.read();
    const record = { ...(seen?.record ?? emptyRecord), token: (seen?.record.token ?? 0) + 1 };
    try {
      await driver.record.write(record, seen?.version ?? 0);
      left -= 1;
    } catch (error) {
      if (!isRollError(error) || error.kind !== "conflict") throw error;
    }
  }
}
driver.close();
