import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Timeline, type TimelinePage } from "../client/timeline.ts";
import { baseAfter, type Cursor, isGood, type Lineage, nextSeq } from "../shared/cursor.ts";
import type { Entry } from "../shared/entry.ts";

/** A channel's log as the server keeps it, with everything that can happen to it. */
class ModelLog {
  #past: Lineage["past"] = [];
  #epoch = 1;
  #head = 0;
  #made = 0;
  entries: Entry[] = [];

  get lineage(): Lineage {
    return { past: [...this.#past], epoch: this.#epoch, head: this.#head };
  }

  append(): Entry {
    this.#head += 1;
    this.#made += 1;
    const entry: Entry = {
      epoch: this.#epoch,
      seq: this.#head,
      at: this.#made,
      from: 1,
      kind: "text",
      body: `m${this.#made}`,
    };
    this.entries.push(entry);
    return entry;
  }

  /** Redis restarts, and its last `lost` entries (of the open epoch) are gone. */
  restart(lost: number): Lineage {
    const floor = this.#past.length === 0 ? 0 : baseAfter(this.#past.at(-1)?.last ?? 0);
    this.#head = Math.max(floor, this.#head - lost);
    this.entries = this.entries.filter((entry) => entry.epoch < this.#epoch || entry.seq <= this.#head);
    this.#past.push({ epoch: this.#epoch, last: this.#head });
    this.#epoch += 1;
    this.#head = baseAfter(this.#head);
    return this.lineage;
  }

  trim(keep: number): void {
    this.entries = this.entries.slice(-keep);
  }

  /** As the server answers `resume`, by the rules of design and protocol. */
  resume(cursor: Cursor, limit: number): TimelinePage {
    const { lineage } = this;
    const newest = (reason: "no-cursor" | "other-epoch" | "too-old"): TimelinePage => ({
      lineage,
      complete: false,
      reason,
      more: false,
      entries: this.entries.slice(-limit),
    });
    if (cursor.epoch === 0) return newest("no-cursor");
    if (!isGood(lineage, cursor)) return newest("other-epoch");
    const expected = nextSeq(lineage, cursor);
    const oldest = this.entries[0]?.seq ?? Number.POSITIVE_INFINITY;
    if (expected !== undefined && oldest > expected && expected <= lineage.head) return newest("too-old");
    const after = this.entries.filter((entry) => entry.seq > cursor.seq);
    return { lineage, complete: true, more: after.length > limit, entries: after.slice(0, limit) };
  }
}

/** What a player sees who does as the steps say. */
class Screen {
  shown: Entry[] = [];
  resets = 0;
  /** Where the timeline last began. */
  begin = 0;
  readonly #timeline: Timeline;

  constructor(timeline: Timeline) {
    this.#timeline = timeline;
  }

  apply(step: ReturnType<Timeline["takePage"]>): boolean {
    for (const lost of step.lost) this.shown = this.shown.filter((entry) => entry !== lost);
    if (step.reset !== undefined) {
      this.shown = [];
      this.resets += 1;
      this.begin = step.added[0]?.seq ?? 0;
    }
    this.shown.push(...step.added);
    expect(this.shown).toEqual([...this.#timeline.entries]);
    return step.ask;
  }

  /** Asks until nothing more is missing, as a connection does. */
  catchUp(log: ModelLog, limit: number): void {
    for (let turn = 0; turn < 1_000; turn++)
      if (!this.apply(this.#timeline.takePage(log.resume(this.#timeline.cursor, limit)))) return;
    throw new Error("never caught up");
  }
}

type Act =
  | { act: "append"; count: number }
  | { act: "deliver"; picks: number[] }
  | { act: "restart"; lost: number; told: boolean }
  | { act: "reconnect" }
  | { act: "resume" };

const acts: fc.Arbitrary<Act[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ act: fc.constant("append" as const), count: fc.integer({ min: 1, max: 6 }) }) },
    {
      weight: 6,
      arbitrary: fc.record({
        act: fc.constant("deliver" as const),
        picks: fc.array(fc.nat({ max: 12 }), { minLength: 1, maxLength: 8 }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        act: fc.constant("restart" as const),
        lost: fc.nat({ max: 5 }),
        told: fc.boolean(),
      }),
    },
    { weight: 1, arbitrary: fc.record({ act: fc.constant("reconnect" as const) }) },
    { weight: 1, arbitrary: fc.record({ act: fc.constant("resume" as const) }) },
  ),
  { maxLength: 40 },
);

const key = (entry: Entry): string => `${entry.epoch}:${entry.seq}:${entry.body}`;

describe("the timeline", () => {
  test("[CL1] is the log, without hole, repetition or disorder, whatever arrives in whatever order and epoch", () => {
    fc.assert(
      fc.property(acts, fc.integer({ min: 1, max: 7 }), fc.integer({ min: 2, max: 40 }), (script, limit, keepAhead) => {
        const log = new ModelLog();
        const timeline = new Timeline({ keepAhead });
        const screen = new Screen(timeline);
        const everWritten: Entry[] = [];
        timeline.lineOpened();
        for (const step of script) {
          if (step.act === "append") for (let n = 0; n < step.count; n++) everWritten.push(log.append());
          // Anything written lately may come: late, twice, in any order, also what a lost tail took back.
          if (step.act === "deliver")
            screen.apply(timeline.takeLive(step.picks.flatMap((pick) => everWritten.at(-1 - pick) ?? [])));
          if (step.act === "restart") {
            const lineage = log.restart(step.lost);
            if (step.told) screen.apply(timeline.takeLineage(lineage));
          }
          if (step.act === "reconnect") timeline.lineOpened();
          if (step.act === "resume") screen.catchUp(log, limit);
          const shown = screen.shown.map(key);
          expect(new Set(shown).size).toBe(shown.length);
          expect(screen.shown.map((entry) => entry.seq)).toEqual(
            screen.shown.map((entry) => entry.seq).toSorted((one, other) => one - other),
          );
        }
        screen.catchUp(log, limit);
        expect(screen.shown.map(key)).toEqual(log.entries.filter((entry) => entry.seq >= screen.begin).map(key));
      }),
      { numRuns: 2_000 },
    );
  });

  test("[CL2] that joined an empty channel once misses nothing of it, though lines, frames and epochs are lost", () => {
    fc.assert(
      fc.property(acts, (script) => {
        const log = new ModelLog();
        const timeline = new Timeline();
        const screen = new Screen(timeline);
        screen.catchUp(log, 50);
        const everWritten: Entry[] = [];
        for (const step of script) {
          if (step.act === "append") for (let n = 0; n < step.count; n++) everWritten.push(log.append());
          if (step.act === "deliver")
            screen.apply(timeline.takeLive(step.picks.flatMap((pick) => everWritten.at(-1 - pick) ?? [])));
          if (step.act === "restart") log.restart(step.lost);
          if (step.act === "reconnect") timeline.lineOpened();
          if (step.act === "resume") screen.catchUp(log, 3);
        }
        screen.catchUp(log, 3);
        expect(screen.shown.map(key)).toEqual(log.entries.map(key));
        expect(screen.resets).toBe(1);
      }),
      { numRuns: 2_000 },
    );
  });

  const joined = (log: ModelLog): { timeline: Timeline; screen: Screen } => {
    const timeline = new Timeline();
    const screen = new Screen(timeline);
    timeline.lineOpened();
    screen.catchUp(log, 200);
    return { timeline, screen };
  };

  test("[CL3] says which entries a lost tail took, and only those", () => {
    const log = new ModelLog();
    for (let n = 0; n < 10; n++) log.append();
    const { timeline } = joined(log);
    const step = timeline.takeLineage(log.restart(3));
    expect(step.lost.map((entry) => entry.seq)).toEqual([8, 9, 10]);
    expect(step.ask).toBe(true);
    expect(timeline.entries.map((entry) => entry.seq)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    const next = log.append();
    expect(timeline.takeLive([next]).added).toEqual([next]);
  });

  test("[CL3] a harmless restart takes nothing and asks for no reload", () => {
    const log = new ModelLog();
    for (let n = 0; n < 10; n++) log.append();
    const { timeline, screen } = joined(log);
    log.restart(0);
    timeline.lineOpened();
    log.append();
    screen.catchUp(log, 200);
    expect(screen.resets).toBe(1);
    expect(screen.shown).toHaveLength(11);
  });

  test("[CL4] begins anew, and says why, when what it misses is no longer kept", () => {
    const log = new ModelLog();
    for (let n = 0; n < 10; n++) log.append();
    const { timeline } = joined(log);
    for (let n = 0; n < 30; n++) log.append();
    log.trim(5);
    const step = timeline.takePage(log.resume(timeline.cursor, 200));
    expect(step.reset).toBe("too-old");
    expect(step.added.map((entry) => entry.seq)).toEqual([36, 37, 38, 39, 40]);
  });

  test("[CL1] an answer overtaken by a change of epoch is not believed", () => {
    const log = new ModelLog();
    for (let n = 0; n < 10; n++) log.append();
    const { timeline } = joined(log);
    for (let n = 0; n < 5; n++) log.append();
    const overtaken = log.resume(timeline.cursor, 200);
    timeline.takeLineage(log.restart(4));
    const step = timeline.takePage(overtaken);
    expect(step).toEqual({ lost: [], added: [], ask: true });
    expect(timeline.takePage(log.resume(timeline.cursor, 200)).added.map((entry) => entry.seq)).toEqual([11]);
  });

  test("[CL5] holds a bounded number of entries, and those fetched from the history on purpose", () => {
    const log = new ModelLog();
    for (let n = 0; n < 50; n++) log.append();
    const timeline = new Timeline({ keep: 10 });
    timeline.takePage(log.resume({ epoch: 0, seq: 0 }, 10));
    expect(timeline.entries).toHaveLength(10);
    expect(timeline.takeLive([log.append()]).added).toHaveLength(1);
    expect(timeline.entries.map((entry) => entry.seq)).toEqual([42, 43, 44, 45, 46, 47, 48, 49, 50, 51]);
    expect(timeline.prepend(log.entries.slice(20, 30), 31)).toBe(false);
    expect(timeline.prepend(log.entries.slice(30, 41), 42)).toBe(true);
    timeline.takeLive([log.append()]);
    expect(timeline.entries[0]?.seq).toBe(31);
    expect(timeline.entries.at(-1)?.seq).toBe(52);
  });
});
