import type { Entry } from "../../shared/entry.ts";
import type { Rank } from "../../shared/rank.ts";

/** A member as the desk sees him. `lastAt`: when he was last seen, wrote or joined, in ms; now, if he is connected. */
export type DeskMember = { number: number; rank: Rank; joinedAt: number; lastAt: number; messages: number };

export type DeskGroups = {
  /** Seen, or joined, within 7 days. */
  active: DeskMember[];
  /** Last seen 7 to 14 days ago. */
  leaving: DeskMember[];
  /** Neither seen nor heard for more than 14 days. */
  silent: DeskMember[];
};

const DAY_MS = 86_400_000;
const ACTIVE_MS = 7 * DAY_MS;
export const SILENT_MS = 14 * DAY_MS;
/** Whoever writes within this after a newcomer's words has been there for him. */
const ANSWER_MS = 3_600_000;

const SPOKEN: ReadonlySet<Entry["kind"]> = new Set(["text", "announcement", "sticker", "phrase", "card", "mail"]);
export const isSpoken = ({ kind, from }: Entry): boolean => from !== 0 && SPOKEN.has(kind);

/** Those who are there, the longest away first in each group. */
export const groupsOf = (members: readonly DeskMember[], now: number): DeskGroups => {
  const sorted = members.toSorted((a, b) => a.lastAt - b.lastAt || a.number - b.number);
  const between = (from: number, to: number) =>
    sorted.filter(({ lastAt }) => now - lastAt >= from && now - lastAt < to);
  return {
    active: between(Number.NEGATIVE_INFINITY, ACTIVE_MS),
    leaving: between(ACTIVE_MS, SILENT_MS),
    silent: between(SILENT_MS, Number.POSITIVE_INFINITY),
  };
};

/**
 * Members who joined within 7 days and whose first words nobody took up: no other member wrote within an hour of them, and nobody replied to anything of theirs or
 * named them since. `entries`: the newest, oldest first.
 */
export const unansweredOf = (members: readonly DeskMember[], entries: readonly Entry[], now: number): DeskMember[] => {
  const spoken = entries.filter(isSpoken);
  return members.filter(({ number, joinedAt }) => {
    if (now - joinedAt >= ACTIVE_MS) return false;
    const first = spoken.find(({ from, at }) => from === number && at >= joinedAt);
    if (first === undefined) return false;
    const own = new Set(spoken.filter(({ from }) => from === number).map(({ seq }) => seq));
    return !spoken.some(
      (entry) =>
        entry.from !== number &&
        entry.seq > first.seq &&
        (entry.at - first.at <= ANSWER_MS || isTo(entry, number, own)),
    );
  });
};

const isTo = ({ body }: Entry, number: number, own: ReadonlySet<number>): boolean => {
  if (typeof body !== "object" || body === null) return false;
  const isReply = "reply" in body && typeof body.reply === "number" && own.has(body.reply);
  return isReply || ("mentions" in body && (body.mentions?.players?.includes(number) ?? false));
};

/** The hour of the day (0 to 23, in the zone) in which most is said; the earlier of two equal ones, undefined when nothing is. */
export const bestHourOf = (entries: readonly Entry[], zone: string): number | undefined => {
  const hours = new Array<number>(24).fill(0);
  const format = hourFormat(zone);
  for (const entry of entries) {
    if (!isSpoken(entry)) continue;
    const hour = Number(format.format(entry.at));
    hours[hour] = (hours[hour] ?? 0) + 1;
  }
  const most = Math.max(...hours);
  return most === 0 ? undefined : hours.indexOf(most);
};

/** A zone that this runtime does not know counts as UTC. */
const hourFormat = (zone: string): Intl.DateTimeFormat => {
  const options = { hour: "2-digit", hourCycle: "h23" } as const;
  try {
    return new Intl.DateTimeFormat("en", { ...options, timeZone: zone });
  } catch {
    return new Intl.DateTimeFormat("en", { ...options, timeZone: "UTC" });
  }
};
