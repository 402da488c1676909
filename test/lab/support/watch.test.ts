import { describe, expect, test } from "vitest";
import { Guest, parseAnswer } from "./guest.ts";
import { breaches } from "./probes.ts";
import { Watch } from "./watch.ts";

describe("what a client saw of a guest", () => {
  test("questions that nobody answered are lost, and the time between answered ones is a gap", () => {
    const watch = new Watch("g1", 0);
    for (const [at, isAnswered] of [
      [20, true],
      [40, false],
      [60, false],
      [400, true],
    ] as const) {
      const question = watch.ask(at);
      if (isAnswered) watch.answer(question, "boot-1");
    }
    expect(watch.record(500)).toMatchObject({ sent: 4, lost: 2, maxUdpGapMs: 380, boots: ["boot-1"] });
  });

  test("silence to the end is a gap, an answer that comes out of order is none", () => {
    const watch = new Watch("g1", 0);
    const [first, second] = [watch.ask(10), watch.ask(20)];
    watch.answer(second, "boot-1");
    watch.answer(first, "boot-1");
    watch.answer(first, "boot-1");
    expect(watch.record(30)).toMatchObject({ sent: 2, lost: 0, maxUdpGapMs: 20 });
    watch.ask(2_000);
    expect(watch.record(2_010)).toMatchObject({ lost: 1, maxUdpGapMs: 1_980 });
  });

  test("the session is asked one question at a time, and the first reason it broke for counts", () => {
    const watch = new Watch("g1", 0);
    watch.askTcp(10);
    expect(watch.isTcpFree).toBe(false);
    watch.answerTcp(15);
    watch.askTcp(20);
    watch.breakTcp("ECONNRESET");
    watch.breakTcp("closed");
    expect(watch.isTcpFree).toBe(false);
    expect(watch.record(50)).toMatchObject({ tcpAnswers: 1, maxTcpGapMs: 30, tcpBroken: "ECONNRESET" });
  });

  test("a restart, a broken session and a long silence are breaches", () => {
    const good = { guest: "g1", sent: 9, lost: 0, maxUdpGapMs: 90, boots: ["a"], tcpAnswers: 9, maxTcpGapMs: 90 };
    expect(breaches({ g1: good })).toEqual([]);
    expect(breaches({ g1: { ...good, boots: ["a", "b"], tcpBroken: "closed", maxUdpGapMs: 3_000 } })).toHaveLength(3);
    expect(breaches({ g1: { ...good, boots: [] } })).toHaveLength(1);
  });
});

test("an answer is the guest's name, boot id, counter, uptime, and what it says", () => {
  expect(parseAnswer("g1 b-1 7 12.500 two words\n")).toEqual({
    name: "g1",
    bootId: "b-1",
    counter: 7,
    uptime: 12.5,
    said: "two words",
  });
  expect(new Guest("g12").address).toBe("10.77.0.112");
});
