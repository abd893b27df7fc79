import { randomUUID } from "node:crypto";
import { expect } from "vitest";
import { makeChanges } from "../server/channel/changes.ts";
import { makeLog } from "../server/channel/log.ts";
import type { Paces } from "../server/channel/pace.ts";
import { makeReads } from "../server/channel/reads.ts";
import { makeGuilds } from "../server/guild/guilds.ts";
import { makePlayers } from "../server/player/players.ts";
import { makeKeys } from "../server/redis/bucket.ts";
import type { Redis } from "../server/redis/redis.ts";
import type { Entry, TextBody } from "../shared/entry.ts";
import { aGuild } from "./a-guild.ts";

export const channel = "guild:g1";
export const historyLength = 1_000;

let nonces = 0;
export const nonce = (): string => {
  nonces += 1;
  return `nonce-number-${nonces}`;
};

export const byCode = (code: string) => expect.objectContaining({ name: "GremioError", code });

/** Guild `g1` in a namespace of its own: ana leads (1), beto (2), caro (3) and dino (4) are members, unless others are named. */
export const aGuildChannel = async (
  redis: Redis,
  { people = ["ana", "beto", "caro", "dino"], ...options }: { people?: string[]; editMs?: number; pace?: Paces } = {},
) => {
  const keys = makeKeys(`t-${randomUUID().slice(0, 12)}`);
  await aGuild(redis, keys, "g1", people);
  const log = makeLog(redis, keys, { historyLength });
  const guilds = makeGuilds(redis, keys, makePlayers(redis, keys), { historyLength });
  const say = (author: string, body: TextBody, more: Parameters<typeof log.append>[0]["mentions"] = undefined) =>
    log.append({ channel, author, nonce: nonce(), kind: "text", body, mentions: more });
  const page = () => log.before(channel, "caro", undefined, 200);
  const at = async (seq: number): Promise<Entry | undefined> =>
    (await page()).entries.find((entry) => entry.seq === seq);
  return {
    keys,
    log,
    guilds,
    say,
    page,
    at,
    ...{ changes: makeChanges(redis, keys, { historyLength, ...options }), reads: makeReads(redis, keys) },
  };
};
