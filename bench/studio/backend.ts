import { SignJWT } from "jose";
import { z } from "zod";
import { DEV_TOKEN_AUDIENCE, DEV_TOKEN_ISSUER, DEV_TOKEN_SECRET } from "../../server/config/development-secrets.ts";
import { guildSchema, putMemberAnswerSchema } from "../../shared/api/guild.ts";
import { historySchema } from "../../shared/api/message.ts";
import type { Lineage } from "../../shared/cursor.ts";
import { ENTRY_KINDS, type Entry, toEntry } from "../../shared/entry.ts";
import { guildChannel } from "../../shared/id.ts";
import { LIMITS } from "../../shared/limits.ts";
import type { Rank } from "../../shared/rank.ts";

/** The part of a decision that is counted here; its whole form is the notifier's. */
const decisionsSchema = z.object({
  decisions: z.array(
    z.object({
      about: z.object({ type: z.enum(["notice", "digest"]) }),
      outcome: z.string(),
      reason: z.string(),
      sent: z.record(z.string(), z.string()).optional(),
    }),
  ),
});
export type CountedDecision = z.infer<typeof decisionsSchema>["decisions"][number];

/** Most of a player's decisions the API tells. */
export const DECISIONS_TOLD = 200;

/** What the game's own server does: it makes players and guilds over the API and signs players' tokens. */
export type Backend = {
  player(player: string, name: string): Promise<void>;
  guild(guild: string, leader: string): Promise<void>;
  /** Gives the member's number in the guild's channel. */
  member(guild: string, player: string, rank?: Rank): Promise<number>;
  numbers(guild: string): Promise<Map<string, number>>;
  device(player: string, device: string, target: string): Promise<void>;
  decisions(player: string): Promise<CountedDecision[]>;
  /** The whole log of the guild's channel, oldest first. */
  history(guild: string): Promise<{ entries: Entry[]; lineage: Lineage }>;
  token(player: string, lifeS?: number): Promise<string>;
};

export const makeBackend = (port: () => number, apiKey: string): Backend => {
  const ask = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(`http://127.0.0.1:${port()}/v1/${path}`, {
      method,
      headers: { "x-api-key": apiKey, ...(body === undefined ? {} : { "content-type": "application/json" }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} /v1/${path} was answered ${response.status}: ${text}`);
    return text === "" ? undefined : JSON.parse(text);
  };

  return {
    player: async (player, name) => {
      await ask("PATCH", `players/${player}`, { name });
    },
    guild: async (guild, leader) => {
      await ask("POST", "guilds", { id: guild, name: "Replay", tag: "RPL", leader });
    },
    member: async (guild, player, rank = "member") =>
      putMemberAnswerSchema.parse(await ask("PUT", `guilds/${guild}/members/${player}`, { rank })).number,
    numbers: async (guild) => {
      const { members } = guildSchema.parse(await ask("GET", `guilds/${guild}`));
      return new Map(members.map(({ player, number }) => [player, number]));
    },
    device: async (player, device, target) => {
      await ask("PUT", `players/${player}/devices/${device}`, { kind: "token", target, platform: "android" });
    },
    decisions: async (player) =>
      decisionsSchema.parse(await ask("GET", `players/${player}/decisions?limit=${DECISIONS_TOLD}`)).decisions,

    history: async (guild) => {
      const entries: Entry[] = [];
      for (;;) {
        const [oldest] = entries;
        const before = oldest === undefined ? "" : `&before=${oldest.seq}`;
        const path = `channels/${guildChannel(guild)}/messages?limit=${LIMITS.pageEntries}${before}`;
        const page = historySchema.parse(await ask("GET", path));
        entries.unshift(...page.entries.map(({ kind, body, ...head }) => toEntry(head, ENTRY_KINDS[kind], body)));
        if (!page.more) return { entries, lineage: page.lineage };
      }
    },

    token: (player, lifeS = 3600) => {
      const nowS = Math.floor(Date.now() / 1000);
      return new SignJWT({ name: player })
        .setProtectedHeader({ alg: "HS256" })
        .setSubject(player)
        .setIssuer(DEV_TOKEN_ISSUER)
        .setAudience(DEV_TOKEN_AUDIENCE)
        .setIssuedAt(nowS)
        .setExpirationTime(nowS + lifeS)
        .sign(new TextEncoder().encode(DEV_TOKEN_SECRET));
    },
  };
};
