import { type SchemaType, schema, t } from "@colyseus/schema";

/**
 * State that Colyseus keeps in step on every client. Fields are appended, never moved, renamed or removed: an older client reads a newer state by position
 * (the recorded layout in `test/fixtures/state-layout.json` guards it).
 */
export const MemberState = schema(
  {
    /** The member's number in the guild's channel: what `from` and `who` of an entry mean. */
    number: t.uint32().default(0),
    name: t.string().default(""),
    avatar: t.string().default(""),
    level: t.uint32().default(0),
    power: t.uint32().default(0),
    rank: t.string().default("member"),
    /** Points this member has brought to the guild. */
    points: t.number().default(0),
    online: t.boolean().default(false),
    /** The studio's own fields, as JSON of an object of strings; empty when there are none. */
    fields: t.string().default(""),
    locale: t.string().default("es-419"),
    /** IANA time zone. */
    zone: t.string().default(""),
    /** Of the profile; a higher one is newer. */
    version: t.uint32().default(0),
    /** Whether he is in for wars. */
    warReady: t.boolean().default(true),
  },
  "MemberState",
);
export type MemberState = SchemaType<typeof MemberState>;

export const GuildState = schema(
  {
    id: t.string().default(""),
    name: t.string().default(""),
    tag: t.string().default(""),
    points: t.number().default(0),
    memberCount: t.uint32().default(0),
    onlineCount: t.uint32().default(0),
    /** By player id. */
    roster: t.map(MemberState),
    motto: t.string().default(""),
    /** `es-419`, `pt-BR` or `en`; empty when not told. */
    language: t.string().default(""),
    region: t.string().default(""),
    emblem: t.string().default(""),
    level: t.uint32().default(1),
    /** Points that ever came in: what the level is counted by. */
    earned: t.number().default(0),
    seasonPoints: t.number().default(0),
    capacity: t.uint32().default(0),
    /** When the guild is disbanded, in epoch ms; 0: it goes on. */
    disbandsAt: t.number().default(0),
    /** When the newest mail was written, in epoch ms; 0: there is none. */
    mailAt: t.number().default(0),
    /** Requests to be let in that wait for an answer. */
    requests: t.uint32().default(0),
  },
  "GuildState",
);
export type GuildState = SchemaType<typeof GuildState>;
