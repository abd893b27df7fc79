import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { makeRandom } from "../bench/random.ts";
import { castOf, membersFor } from "../bench/replay/cast.ts";
import { readOptions, WrongOptions } from "../bench/replay/options.ts";
import { LEADER_ANNOUNCES, LONGEST_PAUSE_MS, planOf } from "../bench/replay/plan.ts";
import { readTrace, type TraceLine } from "../bench/replay/trace.ts";
import { LIMITS } from "../shared/limits.ts";
import { aFolder } from "./a-folder.ts";

const lines = fc
  .array(fc.record({ after: fc.nat(3 * LONGEST_PAUSE_MS), by: fc.nat(150), toAll: fc.boolean() }), {
    minLength: 1,
    maxLength: 200,
  })
  .map((said) => {
    let atMs = 0;
    return said.map(({ after, by, toAll }): TraceLine => {
      atMs += after;
      return { atMs, from: `p${by}`, text: `at ${atMs}`, toAll };
    });
  });
const manyMembers = fc.integer({ min: 2, max: LIMITS.guildMembers });

test("[RP1] a trace is read plain or gzipped, oldest first; lines of another form are left out and reported", async () => {
  const folder = await aFolder();
  const text = [
    '{"at":"2024-01-01T00:00:01.000Z","from":"p2","text":"second","mentions":["*"]}',
    "no JSON",
    '{"at":"yesterday","from":"p1","text":"x"}',
    "",
    '{"at":"2024-01-01T00:00:00.000Z","from":"p1","text":"first"}',
    '{"at":"2024-01-01T00:00:02.000Z","from":"p1","text":7}',
  ].join("\n");
  await writeFile(join(folder, "trace.ndjson"), text);
  await writeFile(join(folder, "trace.ndjson.gz"), gzipSync(text));
  const plain = await readTrace(join(folder, "trace.ndjson"));
  expect(plain.lines.map((line) => [line.from, line.text, line.toAll])).toEqual([
    ["p1", "first", false],
    ["p2", "second", true],
  ]);
  expect(plain.bad.map(({ line }) => line)).toEqual([2, 3, 6]);
  expect(await readTrace(join(folder, "trace.ndjson.gz"))).toEqual(plain);
  await expect(readTrace(join(folder, "missing.ndjson"))).rejects.toThrow(/missing\.ndjson/);
  await writeFile(join(folder, "broken.gz"), text);
  await expect(readTrace(join(folder, "broken.gz"))).rejects.toThrow();
});

test("[RP2] everybody of the trace speaks through one member; leader is who says most; who writes to all may announce", () => {
  fc.assert(
    fc.property(lines, manyMembers, (trace, members) => {
      const cast = castOf(trace, members);
      expect(cast.members.length).toBe(members);
      expect(new Set(cast.members.map(({ player }) => player)).size).toBe(members);
      const ranks = new Map(cast.members.map(({ player, rank }) => [player, rank]));
      for (const { from, toAll } of trace) {
        const rank = ranks.get(cast.speakerOf.get(from) ?? "");
        expect(rank).toBeDefined();
        if (toAll) expect(rank).not.toBe("member");
      }
      expect(cast.members.filter(({ rank }) => rank === "leader")).toEqual([cast.members[0]]);
      expect(cast.members.some(({ role }) => role !== "speaker")).toBe(true);
    }),
  );
  expect([10, 31, 90, 500].map(membersFor)).toEqual([30, 51, 100, 100]);
});

test("[RP3] everything is said in its order and nothing else; long pauses are shortened; the rest keeps its rhythm", () => {
  fc.assert(
    fc.property(lines, manyMembers, fc.integer({ min: 1, max: 500 }), (trace, members, speed) => {
      const cast = castOf(trace, members);
      const { steps } = planOf(trace, cast, { speed, cuts: 0, kill: false }, makeRandom(1));
      expect(steps.map((step) => ("text" in step ? step.text : step.do))).toEqual(trace.map(({ text }) => text));
      for (const [index, step] of steps.entries()) {
        const [before, line, lineBefore] = [steps[index - 1], trace[index], trace[index - 1]];
        if (before === undefined || line === undefined || lineBefore === undefined) continue;
        const pause = Math.min(LONGEST_PAUSE_MS, line.atMs - lineBefore.atMs) / speed;
        expect(step.atMs - before.atMs).toBeCloseTo(pause, 3);
        if (line.toAll) expect(step.do).toBe("announce");
      }
    }),
  );
  const monologue = Array.from({ length: 100 }, (_, index): TraceLine => {
    return { atMs: index, from: "p1", text: "hola", toAll: false };
  });
  const { steps } = planOf(monologue, castOf(monologue, 4), { cuts: 0, kill: false }, makeRandom(1));
  expect(steps.filter((step) => step.do === "announce").length).toBe(100 / LEADER_ANNOUNCES);
});

test("[RP4] cuts and the kill follow from the seed alone: each connected member is cut in every tenth as often as asked", () => {
  const trace = Array.from({ length: 50 }, (_, index): TraceLine => {
    return { atMs: index * 1000, from: `p${index % 40}`, text: "oi", toAll: false };
  });
  const cast = castOf(trace, 80);
  const connected = cast.members.filter(({ role }) => role !== "away").map(({ player }) => player);
  const plan = (seed: number, cuts: number) => planOf(trace, cast, { speed: 10, cuts, kill: true }, makeRandom(seed));
  expect(plan(7, 0.3)).toEqual(plan(7, 0.3));
  expect(plan(7, 0.3)).not.toEqual(plan(8, 0.3));

  const { steps, lengthMs } = plan(7, 1);
  const cut = steps.flatMap((step) => (step.do === "cut" ? [step] : []));
  for (let tenth = 0; tenth < 10; tenth++) {
    const hit = cut.filter(({ atMs }) => Math.floor((atMs / lengthMs) * 10) === tenth).map(({ player }) => player);
    expect(hit.toSorted()).toEqual(connected.toSorted());
  }
  expect(cut.some(({ deadMs }) => deadMs === 0) && cut.some(({ deadMs }) => deadMs > 0)).toBe(true);
  const kills = steps.filter((step) => step.do === "kill");
  expect(kills.length).toBe(1);
  expect((kills[0]?.atMs ?? 0) / lengthMs).toBeCloseTo(0.5, 0);
  const some = plan(7, 0.3).steps.filter((step) => step.do === "cut").length;
  expect(some / connected.length).toBeGreaterThan(2);
  expect(some / connected.length).toBeLessThan(4);
});

test("[RP5] a wrong option is refused with its name", () => {
  expect(readOptions(["file", "--cuts", "0.3", "--kill", "--members", "50"])).toEqual({
    ...{ file: "file", cuts: 0.3, kill: true, members: 50, seed: 1 },
  });
  expect(readOptions(["--help"])).toBeUndefined();
  for (const [args, said] of [
    [[], /FILE/],
    [["a", "b"], /FILE/],
    [["a", "--cuts", "2"], /--cuts/],
    [["a", "--members", "101"], /--members/],
    [["a", "--speed", "fast"], /--speed/],
    [["a", "--slow"], /--slow/],
  ] as const)
    expect(() => readOptions(args)).toThrow(said);
  expect(() => readOptions([])).toThrow(WrongOptions);
});
