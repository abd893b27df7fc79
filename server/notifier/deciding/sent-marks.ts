import { z } from "zod";
import type { PlayerId } from "../../../shared/id.ts";
import type { Keys } from "../../redis/bucket.ts";
import { parsedJson } from "../../redis/parsed-json.ts";
import type { Redis } from "../../redis/redis.ts";
import { asList, asTextOrNull } from "../../redis/reply.ts";

/** What a player was told, see screens.lua. */
export type SentMarks = {
  /** Which of these notices are told the player by themselves: a device got it, or is about to, or it waits for a moment of his. */
  which(player: PlayerId, marks: readonly string[]): Promise<Set<string>>;
  /** What was begun under a mark: its tag, and which devices got it. */
  of(player: PlayerId, mark: string): Promise<{ tag: string; got: ReadonlySet<string> } | undefined>;
};

const rowSchema = z.object({
  tag: z.string(),
  got: z.array(z.string()).default([]),
  over: z.boolean().default(false),
  digest: z.boolean().default(false),
});

export const makeSentMarks = (redis: Redis, keys: Keys): SentMarks => {
  const isTold = ({ got, over, digest }: z.infer<typeof rowSchema>): boolean => !digest && (got.length > 0 || !over);
  const rowsOf = async (player: PlayerId, marks: readonly string[]) => {
    const key = keys.of(`player:${player}`, "told");
    const rows = asList(await redis.run(key, ["HMGET", key, ...marks])).map(asTextOrNull);
    return rows.map((row) => rowSchema.safeParse(parsedJson(row ?? "")).data);
  };
  return {
    which: async (player, marks) => {
      if (marks.length === 0) return new Set();
      const awaited = keys.of(`player:${player}`, "awaited");
      const [rows, waiting] = await Promise.all([
        rowsOf(player, marks),
        redis.run(awaited, ["HMGET", awaited, ...marks]).then(asList),
      ]);
      return new Set(
        marks.filter((_, index) => {
          const row = rows[index];
          return (row !== undefined && isTold(row)) || waiting[index] !== null;
        }),
      );
    },
    of: async (player, mark) => {
      const [row] = await rowsOf(player, [mark]);
      return row && { tag: row.tag, got: new Set(row.got) };
    },
  };
};
