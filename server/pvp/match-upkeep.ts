import { randomUUID } from "node:crypto";
import PQueue from "p-queue";
import type { Logger } from "pino";
import type { WarId } from "../../shared/api/war.ts";
import type { WarModeId } from "../../shared/api/war-mode.ts";
import type { ErrorCode } from "../../shared/errors.ts";
import { type GuildId, guildChannel } from "../../shared/id.ts";
import { LOCALES } from "../../shared/locale.ts";
import type { TemplateId } from "../../shared/template.ts";
import { makeAsk } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import { every } from "../redis/every.ts";
import type { Redis } from "../redis/redis.ts";
import { asTextOrNull } from "../redis/reply.ts";
import { matching } from "./matching.ts";
import type { Modes } from "./modes.ts";
import type { EndedTicket, Match, WarQueue } from "./queue.ts";
import type { Ticket } from "./ticket.ts";
import { warIdOf } from "./war-row.ts";

/** Makes a war between two guilds that both want it; the same war again gives the same answer. `guild`: whose fault it is that there is none, undefined: nobody's. */
export type PairGuilds = (asked: {
  war: WarId;
  mode: WarModeId;
  guilds: [GuildId, GuildId];
}) => Promise<"preparing" | { refused: ErrorCode; guild: GuildId | undefined }>;

export type MatcherDeps = { queue: WarQueue; modes: Pick<Modes, "read">; pair: PairGuilds };

/** Matches guilds that look for an opponent. Any number of processes may, and die anywhere: each ticket ends up waiting, in one war, or ended and told once. */
export type Matcher = {
  /** Does all there is to do now; with nobody in the queue it is one cheap question. */
  look(): Promise<void>;
};

/** How long one that died keeps others from matching. */
const LEASE_MS = 5_000;
const AT_ONCE = 16;

/** Whoever matches the same two names the same war. */
const warOf = ([one, other]: readonly [Ticket, Ticket]): WarId =>
  warIdOf("queue", ...[one.ticket, other.ticket].toSorted());

/** Codes that are no guild's fault, whoever is named: it is these two that do not meet, or not now. */
const NOBODYS: ReadonlySet<ErrorCode> = new Set(["rematch-limit", "guild-busy", "war-not-open"]);
/** Nobody fights in such a mode. */
const MODES: ReadonlySet<ErrorCode> = new Set(["war-mode-not-found", "war-mode-disabled"]);

const faultOf = (
  { refused, guild }: { refused: ErrorCode; guild: GuildId | undefined },
  [one, other]: readonly [GuildId, GuildId],
): GuildId | "both" | undefined => {
  if (MODES.has(refused)) return "both";
  if (NOBODYS.has(refused)) return undefined;
  if (guild === undefined)
    return refused === "guild-not-found" ? one : refused === "opponent-not-found" ? other : undefined;
  return guild;
};

export const makeMatcher = (
  redis: Redis,
  keys: Keys,
  { queue, modes, pair }: MatcherDeps,
  { historyLength, log, leaseMs = LEASE_MS }: { historyLength: number; log: Pick<Logger, "warn">; leaseMs?: number },
): Matcher => {
  const ask = makeAsk(redis, keys);
  const holder = randomUUID();

  const settle = async ({ war, tickets: [one, other] }: Match): Promise<void> => {
    const made = await pair({ war, mode: one.mode, guilds: [one.guild, other.guild] });
    if (made === "preparing") return queue.done(war);
    await queue.giveBack(war, faultOf(made, [one.guild, other.guild]), made.refused);
  };

  const tell = async ({ ticket, guild, mode, reason }: EndedTicket): Promise<void> => {
    const channel = guildChannel(guild);
    const info = keys.of(channel, "info");
    const language = asTextOrNull(await redis.run(info, ["HGET", info, "language"]));
    const locale = LOCALES.find((one) => one === language) ?? "es-419";
    // It may be gone meanwhile.
    const name = await modes.read(mode).then(
      ({ name: names }) => names[locale],
      () => mode,
    );
    const template: TemplateId = reason === "no-opponent" ? "war-no-opponent" : "war-search-ended";
    const body = JSON.stringify({ template, params: { mode: name } });
    const { code } = await ask.raw("war_seek_tell", channel, [channel, ticket, body, String(historyLength)]);
    if (code !== "ok" && code !== "guild-not-found") throw new Error(`war_seek_tell answered ${code}`);
    await queue.told(ticket);
  };

  return {
    look: async () => {
      const page = await queue.page(holder, leaseMs);
      if (page === undefined) return;
      const { now, waiting, matches, ended, never } = page;
      const work = new PQueue({ concurrency: AT_ONCE });
      // One that fails is not the others'; it comes again with the next look.
      const add = (does: () => Promise<void>) =>
        work.add(() =>
          does().catch((error: unknown) => log.warn({ event: "war-matching-failed", error: String(error) })),
        );
      for (const one of ended) void add(() => tell(one));
      for (const match of matches) void add(() => settle(match));
      for (const pair of matching(waiting, now, never))
        void add(async () => {
          const match = { war: warOf(pair), tickets: [...pair] satisfies [Ticket, Ticket] } satisfies Match;
          if (await queue.match(match)) await settle(match);
        });
      await work.onIdle();
    },
  };
};

/** From one look to the next. */
const PACE_MS = 1_000;

/** Has this process be one of those that match guilds which look for an opponent, until it is closed. */
export const startMatching = (
  redis: Redis,
  keys: Keys,
  deps: MatcherDeps,
  logger: Logger,
  { historyLength, paceMs = PACE_MS }: { historyLength: number; paceMs?: number },
): { close(): void } => {
  const matcher = makeMatcher(redis, keys, deps, { historyLength, log: logger });
  return every(paceMs, matcher.look, (error) => logger.warn({ event: "war-matching-failed", error: String(error) }));
};
