import { z } from "zod";
import type { auditSchema } from "../../shared/api/moderation.ts";
import type { ChannelId, PlayerId } from "../../shared/id.ts";
import { makeAsk } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import { parsedJson } from "../redis/parsed-json.ts";
import type { Redis } from "../redis/redis.ts";
import { asTexts } from "../redis/reply.ts";

export type AuditPage = z.infer<typeof auditSchema>;
type Page = { after?: string | undefined; limit: number };

/** What officers and the game's backend did, the newest first. It is written by the functions that do it (audit.lua), so nothing is done without it. */
export type Audit = {
  /** Takes the permission `review`. Throws `guild-not-found`, `channel-not-found`, `not-member`, `not-permitted`. */
  ofChannel(channel: ChannelId, page: Page, caller?: PlayerId): Promise<AuditPage>;
  /** What was done to a player in the whole game. For the backend. */
  ofPlayer(player: PlayerId, page: Page): Promise<AuditPage>;
  /** What was changed for the whole game: floors and switch. For the backend. */
  ofStudio(page: Page): Promise<AuditPage>;
};

const rowSchema = z
  .object({
    act: z.string(),
    at: z.number(),
    by: z.string().default(""),
    whom: z.string().optional(),
    why: z.string().optional(),
  })
  .catchall(z.union([z.string(), z.number(), z.boolean()]).catch(""));

export const makeAudit = (redis: Redis, keys: Keys): Audit => {
  const ask = makeAsk(redis, keys);
  const read = async (
    owner: string,
    caller: string,
    { after, limit }: Page,
    isChannel: boolean,
  ): Promise<AuditPage> => {
    const args = [caller, "review", after ?? "", String(limit), isChannel ? "1" : "0"];
    const cells = asTexts((await ask("audit_page", owner, args))[0]);
    const acts = cells.flatMap((id, index) => {
      if (index % 2 === 1) return [];
      const { data } = rowSchema.safeParse(parsedJson(cells[index + 1] ?? ""));
      if (data === undefined) return [];
      const { act, at, by, whom, why, ...more } = data;
      return [{ id, act, at, ...known({ by, whom, why }), more }];
    });
    const last = cells.at(-2);
    return { acts, ...(cells.length / 2 < limit || last === undefined ? {} : { next: last }) };
  };
  return {
    ofChannel: (channel, page, caller = "") => read(channel, caller, page, true),
    ofPlayer: (player, page) => read(`player:${player}`, "", page, false),
    ofStudio: (page) => read("studio", "", page, false),
  };
};

/** Those that are told; nobody is named by an empty name. */
const known = (row: { by?: string | undefined; whom?: string | undefined; why?: string | undefined }) => ({
  ...(row.by ? { by: row.by } : {}),
  ...(row.whom ? { whom: row.whom } : {}),
  ...(row.why ? { why: row.why } : {}),
});
