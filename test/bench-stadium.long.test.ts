import { join } from "node:path";
import { expect, test } from "vitest";
import { runBench } from "../bench/frame.ts";
import { setUpStadium } from "../bench/stadium/stadium.ts";
import { faultsIn } from "../bench/stadium/verdict.ts";
import { run } from "./run.ts";

test("[BE30] stadium: what all say at once reaches every socket of every process once and in order, as the log has it", {
  timeout: 120_000,
}, async () => {
  const contest = await setUpStadium({ sockets: 300, processes: 2, people: 30 });
  try {
    expect(contest.once?.ramp).toMatchObject({ sockets: 300, processes: 2, putOff: 0 });
    for (const count of [1, 2]) {
      // A round in which anything is missing, repeated or out of order fails by itself.
      const round = await contest.ours();
      expect({ count, deliveries: round.deliveries }).toEqual({ count, deliveries: 300 * 30 });
      expect((round.messagesPerFrame ?? 0) * (round.framesASocket ?? 0)).toBeCloseTo(30);
      expect(round.firstProcessMs).toBeLessThanOrEqual(round.lastMs ?? 0);
    }
  } finally {
    await contest.close();
  }
});

test("[BE30] stands that heard less, more, or otherwise than the log has it are told", () => {
  const heard = (texts: string): { seq: number; from: number; text: string }[] =>
    [...texts].map((text, index) => ({ seq: 7 + index, from: 1, text }));
  const log = heard("abc").map(({ text, ...head }) => ({
    ...head,
    epoch: 1,
    at: 0,
    kind: "text" as const,
    body: text,
  }));
  const faults = (...stands: string[]): string[] =>
    faultsIn(
      stands.map((texts) => ({ entries: heard(texts) })),
      log,
      3,
    );
  expect(faults("abc", "abc")).toEqual([]);
  expect(faults("abc", "ab")).toEqual(["stand 1 heard 2 messages instead of 3"]);
  expect(faults("abcd")).toEqual([
    "stand 0 heard 4 messages instead of 3",
    "stand 0 heard 10 otherwise than the log has it",
  ]);
  expect(faults("acb")).toEqual(["stand 0 heard 8 otherwise than the log has it"]);
  expect(faultsIn([], log.slice(1), 3)).toEqual(["the log has 2 of 3 messages"]);
  expect(faultsIn([], [...log.slice(0, 1), ...log.slice(2)], 2)).toEqual(["the log has a hole before 9"]);
});

test("[BE31] sizes can be asked for by name where a bench has them, within their bounds; anything else ends with 2", {
  timeout: 120_000,
}, async () => {
  const script = join(import.meta.dirname, "../bench/main.ts");
  const asked = [
    ["stadium", "--members", "5"],
    ["stadium", "--members", "many"],
    ["fanout", "--members", "500"],
  ];
  const ended = await Promise.all(asked.map((args) => run(process.execPath, [script, ...args], { env: process.env })));
  for (const { code, err } of ended)
    expect({ code, err }).toEqual({ code: 2, err: expect.stringMatching(/--members N .* 200 to 200000/) });
});

test("[BE31] a measurement without a baseline has rounds of ours alone and no ratio; what was measured before them is told apart", async () => {
  const told: string[] = [];
  const sizes: unknown[] = [];
  const figures = [9, 3, 1, 2];
  const bench = {
    ...{ name: "made-up", about: "nothing", figure: "speed" },
    setUp: async (options: { sizes?: unknown }) => {
      sizes.push(options.sizes);
      return {
        note: "",
        once: { ramp: { seconds: 4 } },
        ours: async () => ({ speed: figures.shift() ?? 0 }),
        close: async () => undefined,
      };
    },
  };
  const options = { quick: true, sizes: { members: 7 }, signal: new AbortController().signal };
  const result = await runBench(bench, options, (side, round) => told.push(`${side} ${JSON.stringify(round)}`));
  expect(sizes).toEqual([{ members: 7 }]);
  expect(result).toMatchObject({ once: { ramp: { seconds: 4 } }, ours: { speed: 2 }, baseline: {}, ratio: Number.NaN });
  expect(told).toEqual(['ramp {"seconds":4}', 'ours {"speed":3}', 'ours {"speed":1}', 'ours {"speed":2}']);
});
