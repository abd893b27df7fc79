import type { Random } from "../random.ts";
import type { Cast } from "./cast.ts";
import type { TraceLine } from "./trace.ts";

export type Step = { atMs: number } & (
  | { do: "say" | "announce"; player: string; text: string }
  /** The line breaks off at once, or goes dead first for some time. */
  | { do: "cut"; player: string; deadMs: number }
  | { do: "kill" }
);

export type PlanOptions = {
  /** How many times faster than in the trace; undefined: as fast as makes the replay last some two and a half minutes. */
  speed?: number | undefined;
  /** In every tenth of the replay, this part of the connected members loses its line. */
  cuts: number;
  kill: boolean;
};

export type Plan = { steps: Step[]; lengthMs: number; speed: number };

/** Pauses of the trace longer than this are shortened to it. */
export const LONGEST_PAUSE_MS = 30_000;
const LENGTH_MS = 150_000;
/** A short trace is over sooner. */
const MS_PER_MESSAGE = 500;
/** Every so many messages of the leader one is an announcement: the traces know only few messages to all. */
export const LEADER_ANNOUNCES = 20;
const DEAD_AT_MOST_MS = 3_000;

/** What happens when, from the trace and the seed alone. */
export const planOf = (lines: readonly TraceLine[], cast: Cast, options: PlanOptions, random: Random): Plan => {
  const traceMs = lines.map(() => 0);
  for (const [index, line] of lines.entries()) {
    const before = lines[index - 1];
    if (before !== undefined)
      traceMs[index] = (traceMs[index - 1] ?? 0) + Math.min(LONGEST_PAUSE_MS, line.atMs - before.atMs);
  }
  const wholeMs = traceMs.at(-1) ?? 0;
  const speed = options.speed ?? Math.max(1, wholeMs / Math.min(LENGTH_MS, lines.length * MS_PER_MESSAGE));
  const lengthMs = wholeMs / speed;

  const leader = cast.members.find(({ rank }) => rank === "leader")?.player;
  let leaderSaid = 0;
  const steps = lines.map((line, index): Step => {
    const player = cast.speakerOf.get(line.from) ?? "";
    if (player === leader) leaderSaid += 1;
    const announces = line.toAll || (player === leader && leaderSaid % LEADER_ANNOUNCES === 1);
    return { atMs: (traceMs[index] ?? 0) / speed, do: announces ? "announce" : "say", player, text: line.text };
  });

  const connected = cast.members.filter(({ role }) => role !== "away");
  for (let tenth = 0; tenth < 10; tenth++)
    for (const { player } of connected) {
      // All are drawn in any case, so that one seed cuts the same lines whatever else is chosen.
      const [hit, when, dead, howLong] = [random(), random(), random(), random()];
      if (hit < options.cuts)
        steps.push({
          atMs: ((tenth + when) / 10) * lengthMs,
          do: "cut",
          player,
          deadMs: dead < 0.5 ? 0 : howLong * DEAD_AT_MOST_MS,
        });
    }
  if (options.kill) steps.push({ atMs: (0.45 + random() * 0.1) * lengthMs, do: "kill" });
  return { steps: steps.sort((a, b) => a.atMs - b.atMs), lengthMs, speed };
};
