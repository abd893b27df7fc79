import { makeRandom } from "../bench/random.ts";
import { gapOf, matching, type Pair } from "../server/pvp/matching.ts";
import { newRating, type Rating, rated } from "../server/pvp/rating.ts";
import type { Ticket } from "../server/pvp/ticket.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

export type SeekingSeasons = {
  seed: number;
  guilds?: number;
  days?: number;
  /** How long a guild looks for an opponent. */
  waitMinutes?: number;
  /** From one run of the matcher to the next; the service's is a second. */
  paceMs?: number;
  /** How those who wait are paired: as the service does, or whoever comes with whoever is there. */
  pairing?: "matching" | "random";
};

export type SeasonsFigures = {
  seekers: number;
  /** Of those who looked for an opponent, how many found one in their time, 0 to 1. */
  matched: number;
  /** Mean of |p − 0.5| · 2 over all wars: by how strong the guilds truly are, and by their ratings. */
  trueGap: number;
  ratedGap: number;
  meanWaitMinutes: number;
  /** The same after the first half of the time, when ratings tell something. */
  laterTrueGap: number;
};

/** Zones of Mexico, Colombia, Chile and Brazil, and how the guilds spread over them. */
const PLACES = [
  { region: "mx", utcMinutes: -360, share: 0.35 },
  { region: "co", utcMinutes: -300, share: 0.2 },
  { region: "cl", utcMinutes: -240, share: 0.15 },
  { region: "br", utcMinutes: -180, share: 0.3 },
] as const;
/** Beta of OpenSkill: by so much of mu one of two guilds wins three times of four or so. */
const LUCK = 25 / 6;
const SPREAD = 5;
const SEEKS_A_DAY = 0.8;
const EVENING = { from: 18 * 60, minutes: 4 * 60 } as const;

/** Guilds of different true strength that look for wars in their evenings, day after day, on a clock of its own. Everything follows from the seed. */
export const seekingSeasons = ({
  seed,
  guilds: count = 200,
  days = 84,
  waitMinutes = 30,
  paceMs = 15_000,
  pairing = "matching",
}: SeekingSeasons): SeasonsFigures => {
  const random = makeRandom(seed);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const placeOf = (at: number) =>
    PLACES.find((_, index) => PLACES.slice(0, index + 1).reduce((sum, { share }) => sum + share, 0) > at) ?? PLACES[0];
  const guilds = Array.from({ length: count }, (_, index) => {
    const trueMu = 25 + SPREAD * normal();
    return {
      id: `g${String(index).padStart(4, "0")}`,
      trueMu,
      rating: newRating() as Rating,
      // Power tells something of how strong they are, and not all.
      strength: Math.max(100, 1_000 * (trueMu + 3 * normal())),
      ready: Math.max(5, Math.min(30, Math.round(20 + 6 * normal()))),
      place: placeOf(random()),
    };
  });
  const byId = new Map(guilds.map((guild) => [guild.id, guild]));

  let [seekers, matched, trueGap, ratedGap, waited, later, laterTrueGap] = [0, 0, 0, 0, 0, 0, 0];
  const fight = (one: Ticket, other: Ticket, now: number, isLater: boolean): void => {
    const [first, second] = [byId.get(one.guild), byId.get(other.guild)];
    if (first === undefined || second === undefined || first === second) throw new Error("a guild against itself");
    const gap = Math.abs(trueChance(first.trueMu, second.trueMu) - 0.5) * 2;
    matched += 2;
    trueGap += gap;
    ratedGap += gapOf(one, other);
    waited += now - one.since + now - other.since;
    if (isLater) {
      later += 1;
      laterTrueGap += gap;
    }
    const isWon = random() < trueChance(first.trueMu, second.trueMu);
    [first.rating, second.rating] = rated(first.rating, second.rating, isWon ? 0 : 1);
  };

  for (let day = 0; day < days; day++) {
    const coming: Ticket[] = guilds
      .flatMap(({ id, rating, strength, ready, place }) => {
        if (random() >= SEEKS_A_DAY) return [];
        const local = EVENING.from + EVENING.minutes * random();
        const since = day * DAY_MS + (local - place.utcMinutes) * MINUTE_MS;
        return [
          {
            ...{ ticket: `${id}-${day}`, guild: id, mode: "classic", ...rating, strength, ready, avoid: [] },
            ...{ region: place.region, evening: place.utcMinutes, since, until: since + waitMinutes * MINUTE_MS },
          },
        ];
      })
      .toSorted((one, other) => one.since - other.since);
    seekers += coming.length;
    let waiting: Ticket[] = [];
    let now = coming[0]?.since ?? 0;
    while (coming.length > 0 || waiting.length > 0) {
      if (waiting.length === 0) now = Math.max(now, coming[0]?.since ?? now);
      while (coming[0] !== undefined && coming[0].since <= now) waiting.push(...coming.splice(0, 1));
      waiting = waiting.filter(({ until }) => until > now);
      const pairs = pairing === "matching" ? matching(waiting, now) : atRandom(waiting, random);
      for (const [one, other] of pairs) fight(one, other, now, day >= days / 2);
      const gone = new Set(pairs.flat().map(({ guild }) => guild));
      waiting = waiting.filter(({ guild }) => !gone.has(guild));
      now += paceMs;
    }
  }
  const wars = matched / 2;
  return {
    seekers,
    matched: matched / seekers,
    trueGap: trueGap / wars,
    ratedGap: ratedGap / wars,
    meanWaitMinutes: waited / matched / MINUTE_MS,
    laterTrueGap: laterTrueGap / later,
  };
};

const trueChance = (mu: number, other: number): number =>
  1 / (1 + Math.exp((-1.702 * (mu - other)) / (Math.SQRT2 * LUCK)));

const atRandom = (waiting: readonly Ticket[], random: () => number): Pair[] => {
  const shuffled = [...waiting];
  for (let index = shuffled.length - 1; index > 0; index--) {
    const other = Math.floor(random() * (index + 1));
    const [one, two] = [shuffled[index], shuffled[other]];
    if (one !== undefined && two !== undefined) [shuffled[index], shuffled[other]] = [two, one];
  }
  const pairs: Pair[] = [];
  for (let index = 0; index + 1 < shuffled.length; index += 2) {
    const [one, two] = shuffled.slice(index, index + 2);
    if (one !== undefined && two !== undefined) pairs.push([one, two]);
  }
  return pairs;
};
