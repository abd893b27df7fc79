import { guildChannel, type PlayerId } from "../../../shared/id.ts";
import { type Ask, refusal } from "../../redis/ask.ts";
import { BUCKETS, type Keys } from "../../redis/bucket.ts";
import { type Redis, RedisUnavailable } from "../../redis/redis.ts";
import { asList, asNumber, asPairs, asText, asTextOrNull } from "../../redis/reply.ts";
import { broughtAnswer, type EarningRecord, packRecord, readRecord, type Waiting } from "./answer.ts";
import type { BroughtRow } from "./sample.ts";

export type Bringing = {
  /** Brings the guild what an event decided for it, if it has not been brought, and gives the answer that stands. */
  finish(id: string, player: PlayerId, record: EarningRecord): Promise<EarningRecord["answer"]>;
  /** The same for everything that was decided some time ago and whose process must have died. Throws after the others when one cannot be finished. */
  finishAll(olderThanMs?: number): Promise<number>;
};

/** By then whoever decided has brought it, or is gone. Should he still be at it, nothing happens twice. */
const ABANDONED_MS = 30_000;
/** Nothing can be brought to a guild in which he is not, or whose book is full. */
const LOST = ["member-not-found", "guild-not-found", "bad-request"];

export const makeBringing = (
  redis: Redis,
  keys: Keys,
  ask: Ask,
  isSampled: (player: PlayerId) => boolean,
): Bringing => {
  /** What the guild got by each part; undefined: the player is no member any more. */
  const bring = async (
    id: string,
    player: PlayerId,
    { print }: EarningRecord,
    { guild, day, most, parts }: Waiting,
    rules: readonly { rule: string }[],
  ): Promise<number[] | undefined> => {
    const { code, rest } = await ask.raw("earning_bring", guildChannel(guild), [
      ...[
        `event:${id}:${player}`,
        print,
        `event:${rules[parts[0]?.line ?? 0]?.rule}`,
        player,
        day,
        most === undefined ? "" : String(most),
      ],
      ...parts.flatMap(({ line, points, guildDay }) => [
        ...[rules[line]?.rule ?? "", String(points), guildDay === undefined ? "" : String(guildDay)],
      ]),
    ]);
    if (code === "ok") return rest.map(asNumber);
    if (LOST.includes(code)) return undefined;
    throw refusal("earning_bring", code);
  };

  const finish: Bringing["finish"] = async (id, player, record) => {
    const { print, answer, waiting } = record;
    if (waiting === undefined) return answer;
    const paid = await bring(id, player, record, waiting, answer.rules);
    const brought = broughtAnswer(record, paid);
    const row: BroughtRow = { i: id, p: player, g: brought.guild, l: paid === undefined };
    const isLess = brought.guild < answer.guild && isSampled(player);
    const [stands] = await ask("earning_brought", `player:${player}`, [
      ...[id, player, packRecord({ print, answer: brought }), isLess ? JSON.stringify(row) : ""],
    ]);
    return stands === null ? brought : readRecord(asText(stands)).answer;
  };

  /** `field` is the event's id and the player's, as the bucket keeps them. */
  const finishOne = async (bucket: number, field: string): Promise<void> => {
    const cut = field.indexOf("|");
    const [id, player] = [field.slice(0, cut), field.slice(cut + 1)];
    const [stored] = await ask("earning_read", `player:${player}`, [id]);
    const text = asTextOrNull(stored);
    if (text !== null) await finish(id, player, readRecord(text));
    else {
      const key = keys.inBucket(bucket, "bringing");
      await redis.run(key, ["HDEL", key, field]);
    }
  };

  const abandoned = async (bucket: number, olderThanMs: number): Promise<string[]> => {
    const key = keys.inBucket(bucket, "bringing");
    const found: string[] = [];
    let cursor = "0";
    do {
      const [next, page] = asList(await redis.run(key, ["HSCAN", key, cursor, "COUNT", "100"]));
      for (const [field, at] of asPairs(page)) if (Date.now() - Number(at) >= olderThanMs) found.push(field);
      cursor = asText(next);
    } while (cursor !== "0");
    return found;
  };

  return {
    finish,
    finishAll: async (olderThanMs = ABANDONED_MS) => {
      let count = 0;
      const failures: unknown[] = [];
      for (let bucket = 0; bucket < BUCKETS; bucket++)
        for (const field of await abandoned(bucket, olderThanMs)) {
          // One that cannot be finished does not keep the others waiting.
          await finishOne(bucket, field).then(
            () => {
              count += 1;
            },
            (error: unknown) => {
              if (error instanceof RedisUnavailable) throw error;
              failures.push(error);
            },
          );
        }
      if (failures.length > 0) throw failures[0];
      return count;
    },
  };
};
