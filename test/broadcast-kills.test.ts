import { afterAll, beforeAll, expect, test } from "vitest";
import { makeReadAudience } from "../server/broadcast/audience.ts";
import { broadcastId } from "../server/broadcast/broadcast-id.ts";
import { makeBroadcasts } from "../server/broadcast/broadcasts.ts";
import { makeCarryOn } from "../server/notifier/carry-on.ts";
import { makeDue } from "../server/notifier/due.ts";
import { makePlayers } from "../server/player/players.ts";
import { bucketOf, type Keys } from "../server/redis/bucket.ts";
import type { Redis } from "../server/redis/redis.ts";
import type { Audience } from "../shared/api/broadcast.ts";
import { aRedis } from "./a-redis.ts";
import { aDeath, dyingRedis, FAULTS, type Fault } from "./dying-before.ts";
import { waitFor } from "./wait-for.ts";

let redis: Redis;
let keys: Keys;
const players = Array.from({ length: 12 }, (_, n) => `p${n}`);
beforeAll(async () => {
  ({ redis, keys } = await aRedis());
  const known = makePlayers(redis, keys);
  for (const player of players) {
    await known.putProfile(player, { name: player, locale: "en" });
    await known.putDevice(player, "d1", { kind: "token", target: `phone-${player}`, platform: "android" });
  }
});
afterAll(() => redis.close());

/** Looks once for what is due and carries it on, as a notifier does; `looked` is what it has seen to of each player, which is stored before its step is noted. */
const aCarrier = (own: Redis, looked: string[]) => {
  const due = makeDue(own, keys, { claimMs: 1, now: Date.now, onPut: () => undefined });
  const carryOn = makeCarryOn({
    broadcasts: makeBroadcasts(own, keys),
    readAudience: makeReadAudience(own, keys),
    begin: async (_notice, page) => {
      // The step at which pushes are queued: whoever dies before has seen to nobody.
      await own.run(keys.of("studio", "x"), ["EXISTS", keys.of("studio", "x")]);
      looked.push(...page);
      return page.map(() => ({ verdict: { outcome: "drop", reason: "no-device" } as const }));
    },
    later: due,
    now: Date.now,
  });
  return async (): Promise<void> => {
    for (const claim of await due.claim([bucketOf("studio")])) {
      if (claim.item?.type === "broadcast") await carryOn(claim.item.broadcast);
      await due.done(claim);
    }
  };
};

const AUDIENCES: Audience[] = [{ all: true }, { players }];
const STEPS = Array.from({ length: 7 }, (_, n) => n + 1);
const ROWS = AUDIENCES.flatMap((to) => FAULTS.map((fault): [Audience, Fault] => [to, fault]));

test.each(ROWS)(
  "[BC8, BC11] to %o, one fails at any step (%s): others carry it on, nobody is skipped, and each is counted once",
  async (to, fault) => {
    const broadcasts = makeBroadcasts(redis, keys);
    for (const n of STEPS) {
      const id = broadcastId(`${fault}-${"all" in to ? "all" : "named"}-${n}`);
      const texts = { en: { title: "Hi", body: "There" } };
      // Six at a time, and as nobody is told none waits.
      await broadcasts.create(id, { to, kind: "event", perMinute: 360, texts }, { lifeMs: 60_000 });
      const looked: string[] = [];
      const dying = aCarrier(dyingRedis(redis, aDeath(n, fault)), looked);
      const [first, second] = [aCarrier(redis, looked), aCarrier(redis, looked)];
      await dying().catch(() => undefined);
      const over = async () => {
        await Promise.all([first(), second()]);
        return (await broadcasts.find(id))?.state === "done";
      };
      await waitFor(over, `the end of ${id}`);
      expect(new Set(looked), id).toEqual(new Set(players));
      expect(await broadcasts.find(id)).toMatchObject({ looked: 12, decided: { "drop:no-device": 12 } });
    }
  },
);
