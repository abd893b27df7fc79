import { makeDraws } from "./draws.ts";
import type { Person } from "./person.ts";
import { readByHimself } from "./reading.ts";
import type { Said } from "./said.ts";
import { toldBy } from "./told-by.ts";
import type { Kind, Player } from "./world.ts";

const DAY_MS = 86_400_000;

/**
 * How likely somebody cares to be told, by what it is to him: drawn for each matter, so that most calls by name are important and some are not, few calls to all are, and
 * even plain talk is, now and then. It is part of the world: no policy knows it, and no policy's own rule is used for it.
 */
export const CARES: Readonly<Record<Kind, number>> = {
  ...{ attack: 0.95, "war-last-hour": 0.9, mention: 0.85, reply: 0.8, "war-start": 0.75 },
  ...{ announcement: 0.45, here: 0.1, chatter: 0.0003 },
};

/** A guild's players with all that comes to each of them. `importantTo`: what is known of it from a trace; missing: it is drawn. */
export const withIncoming = (
  people: readonly Person[],
  said: readonly Said[],
  importantTo?: (said: Said, person: number, kind: Kind) => boolean,
): Player[] => {
  const inOrder = said.map((one) => ({ ...one, at: Math.round(one.at) })).toSorted((a, b) => a.at - b.at);
  return people.map(({ talks: _, ...person }, index): Player => {
    const draws = makeDraws(person.seed, person.id, "cares");
    const cares = new Map<string, boolean>();
    const incoming = inOrder.flatMap((one) => {
      const { at, author, kind: toAll, to, expiresAt: until = at + DAY_MS, matter, overFor } = one;
      const kind = to?.get(index) ?? toAll;
      if (kind === undefined || author === index) return [];
      const overAt = overFor?.get(index) ?? Number.POSITIVE_INFINITY;
      const key = `${matter ?? at} ${kind}`;
      let important = cares.get(key);
      if (important === undefined) {
        important = importantTo === undefined ? draws.chance(CARES[kind]) : importantTo(one, index, kind);
        // What was said in a storm is not one matter: only calls in a row are.
        if (matter !== undefined && kind !== "chatter") cares.set(key, important);
      }
      return [
        {
          at,
          kind,
          author: author < 0 ? "" : String(author),
          important: important && overAt > at,
          expiresAt: Math.round(until),
          overAt,
        },
      ];
    });
    const read = readByHimself(incoming, person.stretches, makeDraws(person.seed, person.id, "reading"));
    return {
      ...person,
      guildSize: people.length,
      incoming: incoming.map((one, place) => ({
        ...one,
        readAt: read[place] ?? Number.POSITIVE_INFINITY,
        toldBy: one.important ? toldBy(person, one.kind, one.at) : Number.POSITIVE_INFINITY,
      })),
    };
  });
};
