import { createHash } from "node:crypto";
import { z } from "zod";
import { FIT_REASONS, type quickJoinAnswerSchema } from "../../shared/api/directory.ts";
import type { CardBody } from "../../shared/card.ts";
import { welcomeCard } from "../../shared/cards/welcome.ts";
import { type ErrorCode, GremioError } from "../../shared/errors.ts";
import { type ChannelId, type GuildId, guildChannel, type PlayerId } from "../../shared/id.ts";
import { LIMITS } from "../../shared/limits.ts";
import type { Locale } from "../../shared/locale.ts";
import type { VersionedProfile } from "../../shared/profile.ts";
import type { Keys } from "../redis/bucket.ts";
import { parsedJson } from "../redis/parsed-json.ts";
import type { Redis } from "../redis/redis.ts";
import { asTextOrNull } from "../redis/reply.ts";
import type { Directory } from "./directory.ts";
import { FIT_TEXTS } from "./fit-texts.ts";
import type { Matches } from "./matches.ts";
import { seekerOf } from "./seeker.ts";

export type QuickJoinRequest = {
  player: PlayerId;
  nonce: string;
  language?: Locale | undefined;
  region?: string | undefined;
};

/**
 * Makes a player a member of the best open guild that fits him, and presents him there. Of a guild that is full or closed by then the index learns it, and the next
 * one is tried; never does he become a member of two. The same nonce within 24 h is the same command. Throws `player-not-found`, `already-in-guild`, `no-guild-fits`,
 * `outcome-unknown`.
 */
export type QuickJoin = (request: QuickJoinRequest) => Promise<z.infer<typeof quickJoinAnswerSchema>>;

export type QuickJoinDeps = {
  redis: Redis;
  keys: Keys;
  directory: Pick<Directory, "refresh">;
  matches: Matches;
  players: { profile(player: PlayerId): Promise<VersionedProfile | undefined> };
  guilds: { membershipOf(player: PlayerId): Promise<{ guild: GuildId; number: number } | undefined> };
  /** As if he had asked to join it himself. */
  join(guild: GuildId, player: PlayerId): Promise<{ number: number }>;
  cards: { post(card: { channel: ChannelId; nonce: string; body: CardBody; asked: unknown }): Promise<unknown> };
};

/** Guilds tried for one request, and how often the index is asked for others. */
const MOST_TRIES = 12;
const ROUNDS = 3;
/** What a guild cannot be blamed for. */
const HIS_OWN: readonly ErrorCode[] = [
  ...(["already-in-guild", "player-not-found", "player-linked", "outcome-unknown", "unavailable"] as const),
];

/** What was begun, or done, under a nonce. */
const attemptSchema = z.object({
  nonce: z.string(),
  guild: z.string(),
  name: z.string(),
  reason: z.enum(FIT_REASONS),
  /** His number there, once he is a member. */
  number: z.int().optional(),
});
type Attempt = z.infer<typeof attemptSchema>;

export const makeQuickJoin = (deps: QuickJoinDeps, nowMs: () => number = Date.now): QuickJoin => {
  const { redis, keys, directory, matches, players, guilds, join, cards } = deps;

  const noted = (player: PlayerId): string => keys.of(`player:${player}`, "quick");
  const note = async (player: PlayerId, attempt: Attempt): Promise<void> => {
    const key = noted(player);
    await redis.run(key, ["SET", key, JSON.stringify(attempt), "PX", String(LIMITS.nonceKeptMs)]);
  };
  const lastOf = async (player: PlayerId, nonce: string): Promise<Attempt | undefined> => {
    const key = noted(player);
    const { data } = attemptSchema.safeParse(parsedJson(asTextOrNull(await redis.run(key, ["GET", key])) ?? ""));
    return data?.nonce === nonce ? data : undefined;
  };

  const arrive = async (player: PlayerId, { name }: { name: string }, attempt: Attempt, number: number) => {
    const nonce = createHash("sha256").update(`${player} ${attempt.nonce} ${attempt.guild}`).digest("base64url");
    const body = welcomeCard({ name, number }, nowMs());
    await cards
      .post({ channel: guildChannel(attempt.guild), nonce, body, asked: ["welcome", number] })
      .catch(unlessDown);
    await note(player, { ...attempt, number });
    return answerOf({ ...attempt, number });
  };

  return async ({ player, nonce, ...wanted }) => {
    const [profile, before, membership] = await Promise.all([
      players.profile(player),
      lastOf(player, nonce),
      guilds.membershipOf(player),
    ]);
    if (profile === undefined) throw new GremioError("player-not-found");
    if (before?.number !== undefined) return answerOf({ ...before, number: before.number });
    if (membership !== undefined) {
      // He was made a member, and nobody could tell him.
      if (before?.guild === membership.guild) return arrive(player, profile, before, membership.number);
      throw new GremioError("already-in-guild");
    }
    const seeker = seekerOf(player, profile, wanted, nowMs());
    const tried = new Set<GuildId>();
    for (let round = 0; round < ROUNDS; round++) {
      const fits = await matches(seeker, ["open"], tried);
      if (fits.length === 0) break;
      for (const { found, reasons } of fits.slice(0, MOST_TRIES / ROUNDS)) {
        const { id: guild, name } = found.row;
        tried.add(guild);
        const attempt = { nonce, guild, name, reason: reasons[0] ?? "has-room" };
        await note(player, attempt);
        const joined = await join(guild, player).catch(blamed);
        if (joined !== undefined) return arrive(player, profile, attempt, joined.number);
        await directory.refresh(guildChannel(guild));
      }
    }
    throw new GremioError("no-guild-fits");
  };
};

/** What the guild refuses him with leads on to the next one. */
const blamed = (error: unknown): undefined => {
  if (!(error instanceof GremioError) || HIS_OWN.includes(error.code)) throw error;
};

/** He is a member, and stays one where nobody may be presented; what was not done for want of Redis is done by the same request again. */
const unlessDown = (error: unknown): void => {
  if (!(error instanceof GremioError) || error.code === "outcome-unknown" || error.code === "unavailable") throw error;
};

const answerOf = ({ guild, name, reason, number }: Attempt & { number: number }) => ({
  ...{ guild, name, number },
  reason: { code: reason, text: FIT_TEXTS[reason] },
});
