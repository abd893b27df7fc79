import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeCards } from "../server/card/cards.ts";
import { makeLog } from "../server/channel/log.ts";
import { makeKeys } from "../server/redis/bucket.ts";
import type { Redis } from "../server/redis/redis.ts";
import { cardActionSchema } from "../shared/card.ts";
import { GremioError } from "../shared/errors.ts";
import { aGuild } from "./a-guild.ts";
import { aRedis } from "./a-redis.ts";

const channel = "guild:g1";
const PEOPLE = ["ana", "beto", "caro", "dino", "elsa"];
const ACTIONS = ["a", "b", "c"];
const fallback = { "es-419": "x", "pt-BR": "x", en: "x" };
let redis: Redis;
beforeAll(async () => {
  ({ redis } = await aRedis());
});
afterAll(() => redis.close());

const actionOf = (id: string) =>
  fc.record({
    id: fc.constant(id),
    cap: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
    group: fc.constantFrom(undefined, "one", "two"),
    undo: fc.boolean(),
    by: fc.constantFrom("all" as const, "others" as const, "author" as const),
    closes: fc.boolean(),
  });
const tap = fc.record({
  player: fc.constantFrom(...PEOPLE),
  action: fc.constantFrom(...ACTIONS),
  on: fc.boolean(),
  /** Whether the next one is sent without waiting for this one. */
  together: fc.boolean(),
});

let rounds = 0;
test("[CA1] [CA2] [CA3] whatever is done with a card in whatever order and at the same time, its state is what its members have done", async () => {
  const property = fc.asyncProperty(
    fc.tuple(...ACTIONS.map(actionOf)),
    fc.array(tap, { maxLength: 40 }),
    async (asked, taps) => {
      rounds += 1;
      const keys = makeKeys(`t-cards-property-${process.pid}-${rounds}`);
      await aGuild(redis, keys, "g1", PEOPLE);
      const log = makeLog(redis, keys, { historyLength: 1_000 });
      const cards = makeCards({ redis, keys, log }, { historyLength: 1_000 });
      const actions = asked.map((one) =>
        cardActionSchema.parse({ ...one, closes: one.closes && one.cap !== undefined }),
      );
      const body = { card: "any", data: {}, fallback, actions };
      const { seq } = await cards.post({ channel, author: "ana", nonce: "nonce-of-the-card", body });

      const versions: number[] = [];
      let underWay: Promise<unknown>[] = [];
      for (const { together, ...one } of taps) {
        const acting = cards.act({ channel, seq, ...one }).then(
          ({ state, own }) => {
            versions.push(state.version);
            // The answer is of one moment: he has it or has not, as he asked.
            expect(own.includes(one.action)).toBe(one.on);
          },
          (error: unknown) => {
            if (!(error instanceof GremioError)) throw error;
            expect(["card-full", "card-closed", "not-permitted", "already-acted"]).toContain(error.code);
          },
        );
        underWay.push(acting);
        if (!together) await Promise.all(underWay.splice(0));
      }
      await Promise.all(underWay);
      underWay = [];

      const { state, done } = await cards.read(channel, seq);
      for (const { id, cap, group, by } of actions) {
        const who = done.filter((one) => one.actions.includes(id));
        expect(state.counts[id] ?? 0).toBe(who.length);
        expect((state.who[id] ?? []).toSorted((x, y) => x - y)).toEqual(who.map(({ number }) => number));
        expect(who.length).toBeLessThanOrEqual(cap ?? PEOPLE.length);
        if (by !== "all") expect(who.every(({ player }) => (player === "ana") === (by === "author"))).toBe(true);
        for (const { actions: his } of done) expect(new Set(his).size).toBe(his.length);
        if (group !== undefined)
          for (const { actions: his } of done)
            expect(actions.filter((other) => other.group === group && his.includes(other.id)).length).toBeLessThan(2);
      }
      const shuts = actions.some(({ id, cap, closes }) => closes && (state.counts[id] ?? 0) === cap);
      expect(state.closed).toBe(shuts);
      expect(state.version).toBe(Math.max(1, ...versions));
    },
  );
  await fc.assert(property, { numRuns: 60 });
});
