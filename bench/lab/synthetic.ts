import { makeDraws } from "./draws.ts";
import { withIncoming } from "./incoming.ts";
import { aPerson } from "./person.ts";
import { talkOf } from "./talk.ts";
import { warsOf } from "./wars.ts";
import type { World } from "./world.ts";

const DAY_MS = 86_400_000;

/** Clocks are moved back in Madrid on 25 October and in New York on 1 November 2026. */
export const BEGINS = Date.UTC(2026, 9, 22);
const ZONES = [
  ...["America/Mexico_City", "America/Sao_Paulo", "America/Bogota", "America/Santiago"],
  ...["America/New_York", "Europe/Madrid"],
];
const SMALLEST = 4;

export type SyntheticOptions = {
  readonly seed: number;
  readonly guilds: number;
  readonly days: number;
  /** Members of the largest guild: sizes are lognormal and have a long tail. */
  readonly largest: number;
};

/** Guilds that never were, from a seed alone. Three of four members live in the zone of their guild. */
export const makeSynthetic = ({ seed, guilds, days, largest }: SyntheticOptions): World => {
  const [from, to] = [BEGINS, BEGINS + days * DAY_MS];
  const players = Array.from({ length: guilds }, (_, guild) => {
    const draws = makeDraws(seed, "guild", guild);
    const home = draws.pick(ZONES);
    const size = Math.round(Math.min(largest, Math.max(SMALLEST, draws.lognormal(12, 1.1))));
    const people = Array.from({ length: size }, (_, member) => {
      const id = `${guild}-${member}`;
      const zone = draws.chance(0.75) ? home : draws.pick(ZONES);
      return aPerson({ id, seed, zone }, { from, to }, makeDraws(seed, "person", id));
    });
    const said = [
      ...talkOf(people, from, to, makeDraws(seed, "talk", guild)),
      ...warsOf(people, home, from, to, makeDraws(seed, "wars", guild)),
    ];
    return withIncoming(people, said);
  });
  return { name: `synthetic, seed ${seed}`, from, to, players: players.flat() };
};
