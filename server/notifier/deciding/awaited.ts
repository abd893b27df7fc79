import { z } from "zod";
import type { PlayerId } from "../../../shared/id.ts";
import { makeAsk } from "../../redis/ask.ts";
import type { Keys } from "../../redis/bucket.ts";
import { parsedJson } from "../../redis/parsed-json.ts";
import type { Redis } from "../../redis/redis.ts";
import { asPairs, asText } from "../../redis/reply.ts";
import type { Later } from "../later.ts";
import { entryOf, isBroadcast, type Notice, noticeId, noticeSchema } from "../notice.ts";
import type { Given } from "./decide.ts";
import { givenSchema } from "./given.ts";

/** What a notice waits for, and until when at the latest, in epoch ms. `given`: what the player will have been given then. */
export type Wait = { why: string; until: number; given: Given };

/** `row`: as it is stored. */
export type AwaitedNotice = Wait & { id: string; notice: Notice; row: string };

/**
 * What waits for a moment of a player's: the end of his match (of which a badge tells him meanwhile), of his quiet hours, of a burst. Looked at then; when he changes his mind; and while he
 * is in a match once in every grace, since it may be over before.
 */
export type Awaited = {
  /** What it waits for takes the place of what it waited for before, except that of a match the first end stays. False: so many wait for him that no more can. */
  add(player: PlayerId, notice: Notice, wait: Wait): Promise<boolean>;
  of(player: PlayerId): Promise<AwaitedNotice[]>;
  /** These notices wait no more, but for what has come to wait for something else since it was read; the others go on. */
  settle(player: PlayerId, over: readonly Pick<AwaitedNotice, "id" | "row">[]): Promise<void>;
};

const rowSchema = z.object({
  why: z.string().default("in-match"),
  ends: z.number(),
  given: givenSchema.default({ waited: false }),
  notice: noticeSchema,
});

export const makeAwaited = (redis: Redis, keys: Keys, later: Pick<Later, "expect">, graceMs: number): Awaited => {
  const ask = makeAsk(redis, keys);
  const owner = (player: PlayerId): string => `player:${player}`;
  /** Whether anything waits. */
  const expect = (player: PlayerId, reply: unknown): boolean => {
    const inMs = Number(asText(reply));
    if (inMs >= 0) later.expect(player, inMs);
    return inMs >= 0;
  };
  return {
    add: async (player, notice, { why, until, given }) => {
      const row = JSON.stringify({
        why,
        ends: until,
        given,
        notice,
        ...(!isBroadcast(notice) && { badge: badgeOf(notice) }),
      });
      const [inMs] = await ask("player_awaits", owner(player), [player, noticeId(notice), row, String(graceMs)]);
      return expect(player, inMs);
    },
    of: async (player) => {
      const key = keys.of(owner(player), "awaited");
      return [...asPairs(await redis.run(key, ["HGETALL", key]))].flatMap(([id, row]) => {
        const { data } = rowSchema.safeParse(parsedJson(row));
        return data === undefined
          ? []
          : [{ id, why: data.why, notice: data.notice, until: data.ends, given: data.given, row }];
      });
    },
    settle: async (player, over) => {
      const rows = over.flatMap(({ id, row }) => [id, row]);
      const [inMs] = await ask("player_awaited", owner(player), [player, String(graceMs), ...rows]);
      expect(player, inMs);
    },
  };
};

const badgeOf = (notice: Notice) => {
  const { kind, body } = entryOf(notice);
  const template = kind === "news" && typeof body === "object" ? { template: body.template } : {};
  return { at: notice.at, channel: notice.channel, seq: notice.seq, kind, ...template };
};
