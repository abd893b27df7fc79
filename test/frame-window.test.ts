import { setImmediate } from "node:timers/promises";
import fc from "fast-check";
import { expect, test } from "vitest";
import { FrameWindow, LONGEST_WAIT_MS } from "../server/channel/frame-window.ts";
import { Gathering } from "../server/channel/gathering.ts";

const aWindow = () => {
  const clock = { now: 0 };
  const window = new FrameWindow(() => clock.now);
  /** Entries arrive, wait as long as the window says, and leave; gives how long they waited. `joinMs`: others come that long after them. */
  const frame = (readers: number, joinMs = Number.POSITIVE_INFINITY): number => {
    const waited = window.next(readers);
    clock.now += waited;
    window.left(readers, joinMs <= waited ? 1 : 0);
    return waited;
  };
  return { clock, frame };
};

test("[TL20] whoever speaks now and then in a large guild is never made to wait", () => {
  const { clock, frame } = aWindow();
  for (let n = 0; n < 100; n++) {
    expect(frame(500, 1)).toBe(0);
    clock.now += 1_000;
  }
});

test("[TL20] a team never waits, whatever it says", () => {
  const { frame } = aWindow();
  for (let n = 0; n < 10_000; n++) expect(frame(5, 0)).toBe(0);
});

test("[TL20] under load the wait grows as long as others join, up to 50 ms, and ends with the load", () => {
  const { clock, frame } = aWindow();
  const waits = Array.from({ length: 12 }, () => frame(2_000, 1));
  expect(waits).toEqual([0, 2, 4, 8, 16, 32, ...Array.from({ length: 6 }, () => LONGEST_WAIT_MS)]);
  clock.now += 10_000;
  expect(frame(2_000, 1)).toBe(0);
});

test("[TL20] one who waits for the answer before he speaks again is hardly ever held up", () => {
  const { clock, frame } = aWindow();
  const waits = Array.from({ length: 640 }, () => {
    clock.now += 20;
    return frame(2_000);
  });
  expect(waits.slice(0, 4)).toEqual([0, 2, 0, 2]);
  expect(waits.filter((wait) => wait > 0).length).toBeLessThan(20);
  expect(Math.max(...waits)).toBe(2);
});

test("[TL20] nobody waits longer than writing to all readers takes, nor than 50 ms, whatever comes", () => {
  const steps = fc.array(fc.record({ readers: fc.nat(5_000), joinMs: fc.nat(60), pauseMs: fc.nat(3_000) }), {
    maxLength: 200,
  });
  fc.assert(
    fc.property(steps, (all) => {
      const { clock, frame } = aWindow();
      for (const { readers, joinMs, pauseMs } of all) {
        expect(frame(readers, joinMs)).toBeLessThanOrEqual(Math.min(LONGEST_WAIT_MS, readers * 0.025));
        clock.now += pauseMs;
      }
    }),
  );
});

test("[TE13] in a team entries wait for nobody, however much is written; in a large channel some do", async () => {
  const leaves = async (readers: number): Promise<number> => {
    let [frames, now] = [0, 0];
    const gathering = new Gathering({
      leave: () => {
        frames += 1;
        return 1_000;
      },
      readers: () => readers,
      now: () => now,
    });
    for (let seq = 1; seq <= 100; seq++) {
      now += 1;
      gathering.add([{ epoch: 1, seq, at: now, from: 1, kind: "text", body: "vamos" }]);
      await setImmediate();
    }
    gathering.close();
    return frames;
  };
  expect(await leaves(0)).toBe(100);
  expect(await leaves(4_000)).toBeLessThan(100);
});
