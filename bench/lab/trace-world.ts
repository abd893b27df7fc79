import type { TraceLine } from "../replay/trace.ts";
import { makeDraws } from "./draws.ts";
import { withIncoming } from "./incoming.ts";
import { aPerson, type Person } from "./person.ts";
import type { Said } from "./said.ts";
import type { Kind, Stretch, World } from "./world.ts";

const [MINUTE_MS, DAY_MS] = [60_000, 86_400_000];

/** Who says something was there a little before, and stays a little longer. */
const [BEFORE_MS, AFTER_MS] = [90_000, 240_000];
/** Who answers within this found it worth it. */
const ANSWERS_WITHIN_MS = 10 * MINUTE_MS;
/** A line that names more people than this is a call to many. */
const MOST_NAMED = 3;
const LEAST_SILENT = 20;
/** By the hour at which people speak most: in the afternoon of their own clock. */
const SPEAKS_AT = 17;

export type TraceWorldOptions = {
  readonly name: string;
  readonly seed: number;
  readonly days: number;
  /** Of all people; missing: each has the zone in which he speaks in the afternoon. */
  readonly zone?: string | undefined;
};

/**
 * The liveliest days of a trace as a guild: who says what to whom is from the trace; what else people do, when they read, their phones and as many silent readers are
 * modelled. Important to somebody is what names him (among at most three), and whatever he answered within ten minutes. Throws when the trace is empty.
 */
export const makeTraceWorld = (lines: readonly TraceLine[], { name, seed, days, zone }: TraceWorldOptions): World => {
  const from = liveliest(lines, days);
  const to = from + days * DAY_MS;
  const own = lines.filter(({ atMs }) => atMs >= from && atMs < to);
  const ids = [...new Set(own.flatMap(({ from: by, mentions = [] }) => [by, ...mentions]))];
  const silent = Array.from({ length: Math.max(LEAST_SILENT, ids.length) }, (_, index) => `silent-${index + 1}`);
  const places = new Map([...ids, ...silent].map((id, place) => [id, place]));
  const spoken = new Map(ids.map((id) => [id, own.filter((line) => line.from === id).map(({ atMs }) => atMs)]));
  const people = [...ids, ...silent].map((id) => {
    const draws = makeDraws(seed, name, id);
    const at = spoken.get(id) ?? [];
    const person = aPerson(
      { id: `${name}-${id}`, seed, zone: zone ?? zoneOf(at, draws.between(0, 24)) },
      { from, to },
      draws,
    );
    return { ...person, stretches: withPresence(person.stretches, at, to) };
  });
  const said = own.map((line): Said => {
    const named = (line.mentions ?? []).flatMap((id) => places.get(id) ?? []);
    return {
      ...{ at: line.atMs, author: places.get(line.from) ?? -1, kind: line.toAll ? "here" : "chatter" },
      ...(named.length > 0 && { to: new Map(named.map((place): [number, Kind] => [place, "mention"])) }),
    };
  });
  const answered = answersIn(own, places);
  const isImportant = (one: Said, person: number, kind: Kind): boolean =>
    (kind === "mention" && (one.to?.size ?? 0) <= MOST_NAMED) || answered.has(`${one.at} ${person}`);
  const players = withIncoming(people satisfies Person[], said, isImportant);
  return { name, from, to, players };
};

/** The first day of so many in which most was said. */
const liveliest = (lines: readonly TraceLine[], days: number): number => {
  const perDay = new Map<number, number>();
  for (const { atMs } of lines) perDay.set(Math.floor(atMs / DAY_MS), (perDay.get(Math.floor(atMs / DAY_MS)) ?? 0) + 1);
  const sumFrom = (first: number): number =>
    Array.from({ length: days }, (_, day) => perDay.get(first + day) ?? 0).reduce((sum, count) => sum + count, 0);
  const [first] = [...perDay.keys()]
    .map((day) => ({ day, sum: sumFrom(day) }))
    .sort((a, b) => b.sum - a.sum || a.day - b.day);
  if (first === undefined) throw new Error("the trace is empty");
  return first.day * DAY_MS;
};

/** Zones of whole hours are named the other way round: Etc/GMT+3 is west of Greenwich. */
const zoneOf = (times: readonly number[], otherwise: number): string => {
  const hours = times.map((at) => Math.floor(at / (60 * MINUTE_MS)) % 24);
  const [most = otherwise] = hours.toSorted(
    (a, b) => hours.filter((hour) => hour === b).length - hours.filter((hour) => hour === a).length || a - b,
  );
  const behind = (((Math.round(most - SPEAKS_AT) % 24) + 36) % 24) - 12;
  return `Etc/GMT${behind < 0 ? behind : `+${behind}`}`;
};

/** While he speaks he is there and looks at the chat, whatever else was drawn. */
const withPresence = (stretches: readonly Stretch[], spoken: readonly number[], to: number): Stretch[] => {
  const there: Stretch[] = [];
  for (const at of spoken) {
    const last = there.at(-1);
    const end = Math.min(to, at + AFTER_MS);
    if (last !== undefined && at - BEFORE_MS <= last.to) there[there.length - 1] = { ...last, to: end };
    else there.push({ from: at - BEFORE_MS, to: end, state: "focused" });
  }
  const isFree = (one: Stretch): boolean => there.every((talk) => one.to <= talk.from || one.from >= talk.to);
  return [...stretches.filter(isFree), ...there].sort((a, b) => a.from - b.from);
};

/** What somebody answered soon, as time and place: the last line of each he then names. */
const answersIn = (lines: readonly TraceLine[], places: ReadonlyMap<string, number>): Set<string> => {
  const answered = new Set<string>();
  const last = new Map<string, number>();
  for (const { atMs, from, mentions = [] } of lines) {
    for (const id of mentions) {
      const said = last.get(id);
      if (said !== undefined && atMs - said <= ANSWERS_WITHIN_MS) answered.add(`${said} ${places.get(from)}`);
    }
    last.set(from, atMs);
  }
  return answered;
};
