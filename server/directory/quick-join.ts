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
import type { Fit } from "./fit.ts";
import { FIT_TEXTS } from "./fit-texts.ts";
import type { Matches } from "./matches.ts";
import { seekerOf } from "./seeker.ts";
import type { Standing } from "./suggest.ts";

export type QuickJoinRequest = {
  player: PlayerId;
  nonce: string;
  language?: Locale | undefined;
  region?: string | undefined;
};

/**
 * Makes a player a member of the best open guild that fits him, and presents him there. Of a guild that is full or closed by then the index learns it, and the next
 * one is tried; never does he become a member of two. Where no open one takes him, the best of those that take requests is asked for him, which he has not asked yet.
 * The same nonce within 24 h is the same command. Throws `player-not-found`, `already-in-guild`, `requests-full`, `no-guild-fits`, `outcome-unknown`.
 */
export type QuickJoin = (request: QuickJoinRequest) => Promise<z.infer<typeof quickJoinAnswerSchema>>;

export type QuickJoinDeps = {
  redis: Redis;
  keys: Keys;
  directory: Pick<Directory, "refresh">;
  matches: Matches;
  players: { known(player: PlayerId): Promise<VersionedProfile> };
  guilds: { membershipOf(player: PlayerId): Promise<{ guild: GuildId; number: number } | undefined> };
  /** As if he had asked to join it himself. */
  join(guild: GuildId, player: PlayerId): Promise<{ number: number }>;
  /** The same, but he is told `pending` where officers decide. */
  request(guild: GuildId, player: PlayerId): Promise<{ state: "member" | "pending"; number?: number | undefined }>;
  standing: Pick<Standing, "asked">;
  cards: { post(card: { channel: ChannelId; nonce: string; body: CardBody; asked: unknown }): Promise<unknown> };
};

/** Open guilds tried for one request, how often the index is asked for others, and guilds that are asked to let him in. */
const MOST_TRIES = 12;
const ROUNDS = 3;
const MOST_ASKED = 4;
/** What a guild cannot be blamed for. */
const HIS_OWN: readonly ErrorCode[] = [
  ...([
    "already-in-guild",
    "player-not-found",
    "player-linked",
    "requests-full",
    "outcome-unknown",
    "unavailable",
  ] as const),
];

/** What was begun, or done, under a nonce. */
const attemptSchema = z.object({
  nonce: z.string(),
  guild: z.string(),
  name: z.string(),
  reason: z.enum(FIT_REASONS),
  /** His number there, once he is a member. */
  number: z.int().optional(),
  /** The guild was asked to let him in. */
  asked: z.literal(true).optional(),
});
type Attempt = z.infer<typeof attemptSchema>;

export const makeQuickJoin = (deps: QuickJoinDeps, nowMs: () => number = Date.now): QuickJoin => {
  const { redis, keys, directory, matches, players, guilds, join, request, standing, cards } = deps;

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
  const wait = async (player: PlayerId, attempt: Attempt) => {
    await note(player, { ...attempt, asked: true });
    return answerOf(attempt);
  };

  return async ({ player, nonce, ...wanted }) => {
    const [profile, before, membership, { pending, declined }] = await Promise.all([
      players.known(player),
      lastOf(player, nonce),
      guilds.membershipOf(player),
      standing.asked(player),
    ]);
    if (before?.number !== undefined || before?.asked) return answerOf(before);
    if (membership !== undefined) {
      // He was made a member, and nobody could tell him.
      if (before?.guild === membership.guild) return arrive(player, profile, before, membership.number);
      throw new GremioError("already-in-guild");
    }
    // A guild was asked, and nobody could tell him.
    if (before !== undefined && pending.has(before.guild)) return wait(player, before);
    const seeker = seekerOf(player, profile, wanted, nowMs());
    const tried = new Set<GuildId>();
    const begin = async ({ found, reasons }: Fit): Promise<Attempt> => {
      const { id: guild, name } = found.row;
      tried.add(guild);
      const attempt = { nonce, guild, name, reason: reasons[0] ?? "has-room" };
      await note(player, attempt);
      return attempt;
    };
    for (let round = 0; round < ROUNDS; round++) {
      const fits = await matches(seeker, ["open"], tried);
      if (fits.length === 0) break;
      for (const fit of fits.slice(0, MOST_TRIES / ROUNDS)) {
        const attempt = await begin(fit);
        const joined = await join(attempt.guild, player).catch(blamed);
        if (joined !== undefined) return arrive(player, profile, attempt, joined.number);
        await directory.refresh(guildChannel(attempt.guild));
      }
    }
    const others = await matches(seeker, ["request"], new Set([...tried, ...pending, ...declined]));
    for (const fit of others.slice(0, MOST_ASKED)) {
      const attempt = await begin(fit);
      const answer = await request(attempt.guild, player).catch(blamed);
      if (answer?.number !== undefined) return arrive(player, profile, attempt, answer.number);
      if (answer !== undefined) return wait(player, attempt);
      await directory.refresh(guildChannel(attempt.guild));
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

const answerOf = ({ guild, name, reason, number }: Attempt): z.infer<typeof quickJoinAnswerSchema> => ({
  ...(number === undefined ? { state: "pending" as const } : { state: "member" as const, number }),
  ...{ guild, name },
  reason: { code: reason, text: FIT_TEXTS[reason] },
});
