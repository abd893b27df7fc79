import type { Draws } from "./draws.ts";
import { localTime } from "./local-time.ts";
import type { Person } from "./person.ts";
import type { Said } from "./said.ts";
import type { Kind, Stretch } from "./world.ts";

const [SECOND_MS, MINUTE_MS, DAY_MS] = [1_000, 60_000, 86_400_000];

/** A message draws so many others after it, as exponential kernels of a Hawkes process do. */
const BRANCHING = 0.65;
const KERNEL_MS = 45 * SECOND_MS;
/** Who looks at the chat begins something this often. */
const BEGINS_EVERY_MS = 10 * MINUTE_MS;
const EVENING = { from: 18 * 60, to: 23 * 60 };

/** All that a guild says in some days: talk among those who are there, calls for who is not, storms of calls to everybody, announcements of officers. */
export const talkOf = (people: readonly Person[], from: number, to: number, draws: Draws): Said[] => {
  const weights = people.map(({ talks }) => talks);
  const said: Said[] = [];
  const focused = people.map(({ stretches }) => stretches.filter(({ state }) => state === "focused"));
  const present = (at: number, but: number): number[] =>
    people.map((_, index) => index).filter((index) => index !== but && isWithin(focused[index] ?? [], at));
  const someone = (but: number): number => {
    const found = draws.weighted(weights);
    return found === but ? (found + 1) % people.length : found;
  };
  const named = (index: number, kind: Kind): Pick<Said, "to"> => ({ to: new Map([[index, kind]]) });

  const follow = ({ at, author }: Said): void => {
    for (let left = draws.poisson(BRANCHING); left > 0; left--) {
      const when = at + draws.exponential(KERNEL_MS);
      const others = when < to ? present(when, author) : [];
      if (others.length === 0) continue;
      const next = draws.pick(others);
      const about = draws.chance(0.2) ? named(author, draws.chance(0.6) ? "reply" : "mention") : {};
      const answer: Said = { at: when, author: next, kind: "chatter", ...about };
      said.push(answer);
      follow(answer);
    }
  };

  for (const [author, own] of focused.entries())
    for (const stretch of own) {
      const every = BEGINS_EVERY_MS / (weights[author] ?? 1);
      for (let at = stretch.from + draws.exponential(every); at < stretch.to; at += draws.exponential(every)) {
        const call = draws.chance(0.1) ? named(someone(author), "mention") : {};
        const first: Said = { at, author, kind: draws.chance(0.006) ? "here" : "chatter", ...call };
        said.push(first);
        follow(first);
      }
    }

  /** Moments in which something of the whole guild begins, in the evening of whoever begins it. */
  const moments = (perDay: number): { at: number; by: number }[] =>
    Array.from({ length: draws.poisson((perDay * (to - from)) / DAY_MS) }, () => {
      const by = someone(-1);
      let at = draws.between(from, to);
      const { minute } = localTime(people[by]?.zone ?? "UTC", at);
      if (minute < EVENING.from || minute >= EVENING.to)
        at += (draws.between(EVENING.from, EVENING.to) - minute) * MINUTE_MS;
      return { at, by };
    }).filter(({ at }) => at >= from && at < to);

  for (const { at, by } of moments(0.35)) said.push(...storm(at, by, present(at, -1), people.length, draws));
  for (const { at, by } of moments(0.2)) {
    const whom = someone(by);
    for (let call = 0, when = at; call < draws.between(3, 8); call++, when += draws.exponential(30 * SECOND_MS))
      said.push({ at: when, author: by, kind: "chatter", ...named(whom, "mention"), matter: `calls ${at}` });
  }
  for (const { at } of moments(0.5)) said.push({ at, author: 0, kind: "announcement" });
  return said;
};

/** 20 times as much is said for 5 to 20 minutes, some of it to everybody, some to somebody by name. */
const storm = (at: number, by: number, here: readonly number[], size: number, draws: Draws): Said[] => {
  const speakers = here.length > 1 ? here : [by];
  const length = draws.between(5, 20) * MINUTE_MS;
  return Array.from({ length: Math.round(draws.between(15, 90)) }, (): Said => {
    const author = draws.pick(speakers);
    const whom = Math.floor(draws.between(0, size));
    const call = draws.chance(0.15) && whom !== author ? { to: new Map<number, Kind>([[whom, "mention"]]) } : {};
    const kind = draws.chance(0.15) ? "here" : "chatter";
    return { at: at + draws.between(0, length), author, kind, ...call, matter: `storm ${at}` };
  });
};

const isWithin = (stretches: readonly Stretch[], at: number): boolean => {
  let [low, high] = [0, stretches.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((stretches[middle]?.to ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  return (stretches[low]?.from ?? Number.POSITIVE_INFINITY) <= at;
};
