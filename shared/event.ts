import * as z from "zod";

/**
 * Something that happened, as the feed, webhooks, rankings and the directory are told. `id` is the same wherever and however often it is told, and no other event has
 * it. What else an event carries depends on its name, see docs/events.md; fields may be added. Without `by` the game's backend did it, or nobody.
 */
export const happenedEventSchema = z.looseObject({
  id: z.string(),
  event: z.string(),
  /** By the clock of Redis, in ms. */
  at: z.int(),
  channel: z.string().optional(),
  guild: z.string().optional(),
  player: z.string().optional(),
  by: z.string().optional(),
});
export type HappenedEvent = z.infer<typeof happenedEventSchema>;

/** Events only our own projections get: they say that something is to be read again, as often as it changes. */
export const INTERNAL_EVENTS: ReadonlySet<string> = new Set(["points-changed"]);

/** Not undefined fields: JSON of Lua has `''` where there is none. */
const documentSchema = z.looseObject({ type: z.literal("event"), event: z.string().min(1), at: z.int() });
const GUILD_CHANNEL = "guild:";

/** An event of a document of the outbox; undefined when it is none. Events about a guild's channel name the guild, too. */
export const eventOf = (id: string, document: unknown): HappenedEvent | undefined => {
  const parsed = documentSchema.safeParse(document);
  if (!parsed.success) return undefined;
  const { type: _, ...fields } = parsed.data;
  const given = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== "" && value !== null));
  const { channel } = given;
  const isGuilds = typeof channel === "string" && channel.startsWith(GUILD_CHANNEL) && given.guild === undefined;
  const guild = isGuilds ? { guild: channel.slice(GUILD_CHANNEL.length) } : {};
  const event = happenedEventSchema.safeParse({ ...given, ...guild, id });
  return event.success ? event.data : undefined;
};
