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
    /** Expected end, in epoch ms, of the match he is in; 0: he is in none. */
    matchUntil: t.number().default(0),
  },
  "MemberState",
);
export type MemberState = SchemaType<typeof MemberState>;

/** One who fights in a war, of those who have brought most to his side. */
export const WarFighterState = schema(
  {
    player: t.string().default(""),
    /** As it was at the lock. */
    name: t.string().default(""),
    score: t.number().default(0),
    /** Attempts he has used. */
    used: t.uint32().default(0),
  },
  "WarFighterState",
);
export type WarFighterState = SchemaType<typeof WarFighterState>;

export const WarSideState = schema(
  {
    guild: t.string().default(""),
    name: t.string().default(""),
    tag: t.string().default(""),
    score: t.number().default(0),
    battles: t.uint32().default(0),
    /** How many fight; 0 before the lock. */
    fighters: t.uint32().default(0),
    /** At most five, the one who has brought most first. */
    top: t.array(WarFighterState),
  },
  "WarSideState",
);
export type WarSideState = SchemaType<typeof WarSideState>;

export const WarEventState = schema(
  {
    /** Rises from event to event. They stand in any order, so that a new one changes one place. */
    number: t.uint32().default(0),
    /** Epoch ms. */
    at: t.number().default(0),
    what: t.string().default(""),
    /** 0, 1, or -1: of neither side. */
    side: t.int8().default(-1),
    /** Empty when it is nobody's. */
    player: t.string().default(""),
    name: t.string().default(""),
    score: t.number().default(0),
  },
  "WarEventState",
);
export type WarEventState = SchemaType<typeof WarEventState>;

export const WarState = schema(
  {
    id: t.string().default(""),
    phase: t.string().default(""),
    mode: t.string().default(""),
    /** The mode's name in each language, as JSON of an object by language. */
    modeName: t.string().default(""),
    /** Attempts of each fighter. */
    attempts: t.uint32().default(0),
    /** When it was made, is locked, starts, ends: epoch ms, 0 while that is not known. */
    at: t.number().default(0),
    lockAt: t.number().default(0),
    startsAt: t.number().default(0),
    endsAt: t.number().default(0),
    /** 0, 1, or -1: neither side leads. */
    lead: t.int8().default(-1),
    /** `0`, `1` or `draw`; empty while there is no result. */
    outcome: t.string().default(""),
    /** Two: the challenger, the challenged. */
    sides: t.array(WarSideState),
    /** The last ones, at most ten, in any order. */
    events: t.array(WarEventState),
  },
  "WarState",
);
export type WarState = SchemaType<typeof WarState>;

/** A challenge that waits for an answer. */
export const WarChallengeState = schema(
  {
    /** The other guild. */
    guild: t.string().default(""),
    name: t.string().default(""),
    tag: t.string().default(""),
    mode: t.string().default(""),
    /** When it expires, in epoch ms. */
    until: t.number().default(0),
    /** The other guild challenges this one. */
    incoming: t.boolean().default(false),
  },
  "WarChallengeState",
);
export type WarChallengeState = SchemaType<typeof WarChallengeState>;

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
    /** The war it is in, or was in until a day ago. */
    war: t.ref(WarState).optional(),
    /** By war id. */
    challenges: t.map(WarChallengeState),
  },
  "GuildState",
);
export type GuildState = SchemaType<typeof GuildState>;

export const TeamMemberState = schema(
  {
    /** The member's number in the team's channel: what `from` and `who` of an entry mean. */
    number: t.uint32().default(0),
    name: t.string().default(""),
    avatar: t.string().default(""),
    level: t.uint32().default(0),
    rank: t.string().default("member"),
    /** What he is in the team, as the game names it. */
    role: t.string().default(""),
    /** He was asked by the last readiness check. */
    asked: t.boolean().default(false),
    /** What he answered: `yes`, `no`, or nothing yet. */
    ready: t.string().default(""),
    /** He has a connection to the team's room. */
    online: t.boolean().default(false),
    locale: t.string().default("es-419"),
    /** Of the profile; a higher one is newer. */
    version: t.uint32().default(0),
    /** In a party: `host`, `speaker` or `listener`; empty in other teams. */
    speaks: t.string().default(""),
    /** When he raised his hand to speak, in epoch ms; 0: he has not. */
    hand: t.number().default(0),
  },
  "TeamMemberState",
);
export type TeamMemberState = SchemaType<typeof TeamMemberState>;

export const TeamState = schema(
  {
    id: t.string().default(""),
    name: t.string().default(""),
    /** Number of the member who leads it; 0: nobody. */
    leader: t.uint32().default(0),
    memberCount: t.uint32().default(0),
    onlineCount: t.uint32().default(0),
    capacity: t.uint32().default(0),
    /** By player id. */
    members: t.map(TeamMemberState),
    topic: t.string().default(""),
    /** `es-419`, `pt-BR` or `en`; empty when not told. */
    language: t.string().default(""),
    /** Whose members may drop in: `guild:<id>` or `circle:<id>`; empty: nobody's. */
    open: t.string().default(""),
    selfRoles: t.boolean().default(false),
    /** What it is for: a match, a war; empty: neither. */
    match: t.string().default(""),
    war: t.string().default(""),
    /** When the match is expected to be over, in epoch ms; 0: not known. */
    endsAt: t.number().default(0),
    /** The last readiness check; empty: there was none. */
    check: t.string().default(""),
    /** When it is over at the latest, in epoch ms. */
    checkUntil: t.number().default(0),
    /** Number of who began it; 0: the game's backend. */
    checkBy: t.uint32().default(0),
    /** `ready` or `not-ready`; empty while it runs. */
    checkResult: t.string().default(""),
    /** It is a party: whoever is of `open` drops in, and its host says who speaks. */
    party: t.boolean().default(false),
    /** Of a party: whoever comes speaks. */
    everyoneSpeaks: t.boolean().default(false),
  },
  "TeamState",
);
export type TeamState = SchemaType<typeof TeamState>;
