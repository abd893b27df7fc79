import { z } from "zod";
import { type WarId, warIdSchema } from "../../shared/api/war.ts";
import type { WarModeId } from "../../shared/api/war-mode.ts";
import type { GuildId, PlayerId } from "../../shared/id.ts";
import { makeAsk } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import { parsedJson } from "../redis/parsed-json.ts";
import type { Redis } from "../redis/redis.ts";
import { asNumber, asText, asTexts } from "../redis/reply.ts";
import { type Seeker, type Ticket, ticketSchema } from "./ticket.ts";

/** Owner of all tickets; they are in one bucket, so that two leave at once. */
export const WAR_QUEUE = "warqueue";

const matchSchema = z.object({ war: warIdSchema, tickets: z.tuple([ticketSchema, ticketSchema]) });
/** Two tickets that have left for a war. */
export type Match = z.infer<typeof matchSchema>;

const endedSchema = z.object({ ticket: z.string(), guild: z.string(), mode: z.string(), reason: z.string() });
/** A ticket that is over without a war, of which its guild is to be told. `reason`: `no-opponent`, or why there was to be no war. */
export type EndedTicket = z.infer<typeof endedSchema>;

/** `never`: pairs of guilds (`pairKey`) that are not to be matched now. */
export type QueuePage = { now: number; waiting: Ticket[]; matches: Match[]; ended: EndedTicket[]; never: Set<string> };

export type Seeking = { mode: WarModeId; since: number; until: number };

export type AskedPlace = {
  guild: GuildId;
  mode: WarModeId;
  nonce: string;
  /** The ticket's id, if it is a new one. */
  ticket: string;
  waitMs: number;
  seeker: Seeker;
  /** Code of what stands in the way of a new ticket. */
  refused?: string | undefined;
};

/** Guilds that look for an opponent. A guild has one ticket at most, and each is in one place: it waits, it is matched, it is to be told that it ended, or it is over. */
export type WarQueue = {
  /**
   * The same nonce gives the first result; so does another one while the guild waits in that mode. Throws `key-reused`, `war-seeking` (it looks in another mode), and
   * what `refused` names.
   */
  put(asked: AskedPlace, caller: PlayerId | undefined): Promise<Seeking>;
  /** Nothing changes when it does not look. Throws `opponent-found`. */
  withdraw(guild: GuildId, caller: PlayerId | undefined): Promise<void>;
  of(guild: GuildId): Promise<(Seeking & { found: boolean }) | undefined>;
  /** Ends tickets whose time is over, and gives all there is to do; undefined: another process does it, for `leaseMs` at most since its last page. */
  page(holder: string, leaseMs: number): Promise<QueuePage | undefined>;
  /** Both leave for the war, or neither: false, when one does not wait any more. */
  match(match: Match): Promise<boolean>;
  /** There is to be no war: the guild at fault ends, the other waits on as before; when it is nobody's fault, both do, and are not matched again. `both`: both end. */
  giveBack(war: WarId, fault: GuildId | "both" | undefined, reason: string): Promise<void>;
  /** The war is made. */
  done(war: WarId): Promise<void>;
  /** The guild knows that its ticket ended. */
  told(ticket: string): Promise<void>;
};

export const makeWarQueue = (redis: Redis, keys: Keys): WarQueue => {
  const ask = makeAsk(redis, keys);
  const call = (name: string, ...args: readonly string[]) => ask(`war_queue_${name}`, WAR_QUEUE, args);
  const parsed = <T>(schema: z.ZodType<T>, rows: unknown): T[] =>
    asTexts(rows).map((json) => schema.parse(parsedJson(json)));

  return {
    put: async ({ guild, mode, nonce, ticket, waitMs, seeker, refused = "" }, caller = "") => {
      const compared = JSON.stringify(seeker);
      const reply = await call("put", guild, nonce, mode, ticket, String(waitMs), compared, refused, caller);
      const [of, since, until] = reply;
      return { mode: asText(of), since: asNumber(since), until: asNumber(until) };
    },
    withdraw: async (guild, caller = "") => {
      await call("withdraw", guild, caller);
    },
    of: async (guild) => {
      const [json, found] = await call("of", guild);
      if (json === undefined) return undefined;
      const { mode, since, until } = ticketSchema.parse(parsedJson(asText(json)));
      return { mode, since, until, found: found === "1" };
    },
    page: async (holder, leaseMs) => {
      const { code, rest } = await ask.raw("war_queue_page", WAR_QUEUE, [holder, String(leaseMs)]);
      if (code === "held") return undefined;
      const [now, waiting, matches, ended, tried] = rest;
      return {
        now: asNumber(now),
        waiting: parsed(ticketSchema, waiting),
        matches: parsed(matchSchema, matches),
        ended: parsed(endedSchema, ended),
        never: new Set(asTexts(tried)),
      };
    },
    match: async ({ war, tickets: [one, other] }) => {
      const args = [war, one.guild, one.ticket, other.guild, other.ticket];
      const { code } = await ask.raw("war_queue_match", WAR_QUEUE, args);
      if (code !== "ok" && code !== "stale") throw new Error(`war_queue_match answered ${code}`);
      return code === "ok";
    },
    giveBack: async (war, fault, reason) => {
      await call("return", war, fault === "both" ? "*" : (fault ?? ""), reason);
    },
    done: async (war) => {
      await call("done", war);
    },
    told: async (ticket) => {
      await call("told", ticket);
    },
  };
};
