import type { Draws } from "./draws.ts";
import { localTime } from "./local-time.ts";
import type { Person } from "./person.ts";
import type { Said } from "./said.ts";
import type { Kind } from "./world.ts";

const [MINUTE_MS, HOUR_MS, DAY_MS] = [60_000, 3_600_000, 86_400_000];

/** Wars begin at eight in the evening of Tuesdays, Fridays and Sundays, on the guild's clock, and last a day. */
const WAR_DAYS: ReadonlySet<number> = new Set([2, 5, 0]);
const WAR_BEGINS = 20 * 60;
const WAR_MS = DAY_MS;
const FIGHTERS = 0.6;
/** How long an attack can be answered. */
const ATTACK_MS = 45 * MINUTE_MS;

/** The notices of a guild's wars: their start and last hour to those who fight, attacks, at any time of the day and several at once, to those who are attacked. */
export const warsOf = (people: readonly Person[], zone: string, from: number, to: number, draws: Draws): Said[] => {
  const said: Said[] = [];
  for (let hour = Math.ceil(from / HOUR_MS) * HOUR_MS; hour + WAR_MS <= to; hour += HOUR_MS) {
    const { minute, weekday } = localTime(zone, hour);
    if (minute === WAR_BEGINS && WAR_DAYS.has(weekday)) said.push(...warOf(people, hour, draws));
  }
  return said;
};

const warOf = (people: readonly Person[], begins: number, draws: Draws): Said[] => {
  const ends = begins + WAR_MS;
  const fighters = people.map((_, index) => index).filter(() => draws.chance(FIGHTERS));
  if (fighters.length === 0) return [];
  const called = (kind: Kind, to = fighters) => ({ author: -1, to: new Map(to.map((index) => [index, kind])) });
  const done = new Map(fighters.map((index) => [index, foughtAt(people[index], begins, ends, draws)]));
  const matter = `war ${begins}`;
  const said: Said[] = [
    { at: begins, ...called("war-start"), expiresAt: ends, overFor: done, matter },
    { at: ends - HOUR_MS, ...called("war-last-hour"), expiresAt: ends, overFor: done, matter: `${matter}, last hour` },
  ];
  for (let left = draws.poisson(3); left > 0; left--) {
    const first = draws.between(begins, ends - HOUR_MS);
    const attacked = fighters.filter(() => draws.chance(Math.min(1, 3 / fighters.length)));
    for (let again = 1 + draws.poisson(1.2), at = first; again > 0; again--, at += draws.between(0.5, 5) * MINUTE_MS)
      if (attacked.length > 0)
        said.push({
          ...{ at, expiresAt: at + ATTACK_MS, matter: `attack ${first}` },
          ...called("attack", attacked),
        });
  }
  return said;
};

/** Four of five fight in the first session that leaves time for it; what they have done by then needs no call. */
const foughtAt = (person: Person | undefined, begins: number, ends: number, draws: Draws): number => {
  const first = person?.stretches.find(({ state, from, to }) => state === "match" && from > begins && to < ends);
  return first !== undefined && draws.chance(0.8) ? first.to : Number.POSITIVE_INFINITY;
};
