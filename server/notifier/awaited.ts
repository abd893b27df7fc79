import { z } from "zod";
import type { PlayerId } from "../../shared/id.ts";
import { makeAsk } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import { parsedJson } from "../redis/parsed-json.ts";
import type { Redis } from "../redis/redis.ts";
import { asPairs, asText } from "../redis/reply.ts";
import type { Later } from "./later.ts";
import { entryOf, type Notice, noticeId, noticeSchema } from "./notice.ts";

/** A notice that waits for the end of a player's match, at the latest until the end that was first expected, in epoch ms. */
export type AwaitedNotice = { id: string; notice: Notice; until: number };

/** What waits for players to come out of their matches, of which a badge tells them meanwhile. Looked at when the match ends, and once in every grace. */
export type Awaited = {
  /** Once is enough. False: so many wait for him that no more can. */
  add(player: PlayerId, notice: Notice, until: number): Promise<boolean>;
  of(player: PlayerId): Promise<AwaitedNotice[]>;
  /** These notices wait no more; the others go on. */
  settle(player: PlayerId, ids: readonly string[]): Promise<void>;
};

const rowSchema = z.object({ ends: z.number(), notice: noticeSchema });

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
    add: async (player, notice, until) => {
      const id = noticeId(notice);
      const row = JSON.stringify({ ends: until, notice, badge: badgeOf(notice) });
      const args = [player, id, row, String(until), String(graceMs)];
      const [inMs] = await ask("player_awaits", owner(player), args);
      return expect(player, inMs);
    },
    of: async (player) => {
      const key = keys.of(owner(player), "awaited");
      return [...asPairs(await redis.run(key, ["HGETALL", key]))].flatMap(([id, row]) => {
        const parsed = rowSchema.safeParse(parsedJson(row));
        return parsed.success ? [{ id, notice: parsed.data.notice, until: parsed.data.ends }] : [];
      });
    },
    settle: async (player, ids) => {
      const [inMs] = await ask("player_awaited", owner(player), [player, String(graceMs), ...ids]);
      expect(player, inMs);
    },
  };
};

const badgeOf = (notice: Notice) => {
  const { kind, body } = entryOf(notice);
  const template = kind === "news" && typeof body === "object" ? { template: body.template } : {};
  return { at: notice.at, channel: notice.channel, seq: notice.seq, kind, ...template };
};
