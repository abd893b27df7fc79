import { join } from "node:path";
import { expect, test } from "vitest";
import { setUpFanout } from "../bench/fanout/fanout.ts";
import { setUpFlood } from "../bench/flood/flood.ts";
import { type Bench, median, type Round, runBench } from "../bench/frame.ts";
import { run } from "./run.ts";

const never = new AbortController().signal;

/** A bench whose figures are known before. */
const aBench = (ours: number[], baseline: number[]) => {
  const calls: string[] = [];
  const next = (side: string, figures: number[]) => async (): Promise<Round> => {
    calls.push(side);
    return { speed: figures.shift() ?? 0, bytes: 7 };
  };
  const bench: Bench = {
    ...{ name: "made-up", about: "nothing", figure: "speed" },
    setUp: async () => ({
      note: "no sizes",
      ours: next("ours", ours),
      baseline: next("baseline", baseline),
      close: async () => {
        calls.push("close");
      },
    }),
  };
  return { bench, calls };
};

test("[BE1] rounds of both sides take turns, the first of each only warms up, and medians are compared", async () => {
  const { bench, calls } = aBench([999, 10, 30, 20, 40, 50], [1, 60, 60, 61, 10, 70]);
  const result = await runBench(bench, { quick: false, signal: never });
  expect(calls).toEqual([...Array.from({ length: 6 }, () => ["ours", "baseline"]).flat(), "close"]);
  expect(result).toMatchObject({
    ...{ name: "made-up", ours: { speed: 30, bytes: 7 }, baseline: { speed: 60 }, ratio: 0.5, rounds: 5, quick: false },
    spread: { ours: [10, 50], baseline: [10, 70] },
  });
  expect(result.machine).toMatch(/\d+ cores .*Node \d+/);

  const quick = aBench([1, 2, 3, 4], [1, 1, 1, 1]);
  expect(await runBench(quick.bench, { quick: true, signal: never })).toMatchObject({ rounds: 3, ratio: 3 });
  expect([median([3, 1, 2]), median([4, 1, 2, 3]), median([5])]).toEqual([2, 2.5, 5]);
});

test("[BE2] whatever a bench has started is ended, also when a round fails or the bench is stopped", async () => {
  const { bench, calls } = aBench([], []);
  const broken: Bench = {
    ...bench,
    setUp: async (options) => {
      const contest = await bench.setUp(options);
      return { ...contest, baseline: () => Promise.reject(new Error("the baseline broke")) };
    },
  };
  await expect(runBench(broken, { quick: true, signal: never })).rejects.toThrow("the baseline broke");
  expect(calls).toEqual(["ours", "close"]);

  const stopped = aBench([], []);
  await expect(runBench(stopped.bench, { quick: true, signal: AbortSignal.abort() })).rejects.toThrow();
  expect(stopped.calls).toEqual(["close"]);
});

test("[BE3] an unknown bench ends with 2 and lists the known ones", async () => {
  const script = join(import.meta.dirname, "../bench/main.ts");
  const { code, err } = await run(process.execPath, [script, "speed"], { env: process.env });
  expect({ code, err }).toMatchObject({ code: 2, err: expect.stringMatching(/npm run bench[\s\S]*fanout/) });
});

test("[BE4] fanout: every message reaches every socket in one frame, on both sides, with equal bytes", {
  timeout: 120_000,
}, async () => {
  const contest = await setUpFanout({ members: 5, sessions: 4, messages: 25 });
  try {
    // A round in which a frame is missing or one too many came fails by itself.
    const [ours, baseline] = [await contest.ours(), await contest.baseline()];
    expect(ours.payloadBytes).toBeGreaterThan(60);
    expect(Math.abs((ours.payloadBytes ?? 0) - (baseline.payloadBytes ?? 0))).toBeLessThan(4);
    expect([ours.deliveriesPerSecond, baseline.deliveriesPerSecond]).toEqual([expect.any(Number), expect.any(Number)]);
  } finally {
    await contest.close();
  }
});

test("[BE21] flood: a scam is refused and nothing of what honest members say, with the default pace", {
  timeout: 120_000,
}, async () => {
  const contest = await setUpFlood({ members: 14, sessions: 2, lastsMs: 1_500, each: 2, scam: 75 });
  try {
    // A round in which too little of the scam, or anything honest, is refused fails by itself.
    expect(await contest.ours()).toMatchObject({ honestSaid: 12, honestRefused: 0, scamRefusedShare: 72 / 75 });
    expect(await contest.baseline()).toMatchObject({ honestSaid: 12, honestRefused: 0, scamRefusedShare: 0 });
  } finally {
    await contest.close();
  }
});
