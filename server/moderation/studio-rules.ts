import type { ChannelKind } from "../../shared/id.ts";
import {
  changedRules,
  FLOORS,
  type GameSwitch,
  gameSwitchSchema,
  type RuleSet,
  type RulesChange,
  type SomeRules,
  someRulesSchema,
} from "../../shared/moderation/rule-set.ts";
import { makeAsk } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import { parsedJson } from "../redis/parsed-json.ts";
import type { Redis } from "../redis/redis.ts";
import { asList, asPairs, asText } from "../redis/reply.ts";

/** What the studio has settled for the whole game. Two with the same version are the same. */
export type StudioRulesNow = Readonly<{
  version: string;
  floors: Readonly<Record<ChannelKind, RuleSet>>;
  gameSwitch: GameSwitch;
}>;

export type StudioRules = {
  /** As this process knows them: a change anywhere is usually known at once, and after 4 s also when the word of it was lost. */
  now(): StudioRulesNow;
  /** As they are in Redis now. */
  read(): Promise<StudioRulesNow>;
  /** The floor of a kind of channel: what is left out stays, `null` gives a part back to Gremio's own floor. */
  setFloor(kind: ChannelKind, change: RulesChange, reason?: string): Promise<StudioRulesNow>;
  setSwitch(gameSwitch: GameSwitch, reason?: string): Promise<StudioRulesNow>;
  close(): void;
};

const OWNER = "studio";
const CHECK_MS = 4_000;
const TRIES = 10;

type Known = StudioRulesNow & { own: Readonly<Record<ChannelKind, SomeRules>> };

const NONE: Known = {
  version: "",
  floors: FLOORS,
  gameSwitch: { mode: "off" },
  own: { guild: {}, team: {}, circle: {} },
};

/** What cannot be read is passed over: then Gremio's own floor holds. */
const parsed = (version: string, rows: ReadonlyMap<string, string>): Known => {
  const ownOf = (kind: ChannelKind): SomeRules =>
    someRulesSchema.safeParse(parsedJson(rows.get(`floor:${kind}`) ?? "{}")).data ?? {};
  const own = { guild: ownOf("guild"), team: ownOf("team"), circle: ownOf("circle") };
  return {
    version,
    own,
    floors: {
      guild: { ...FLOORS.guild, ...own.guild },
      team: { ...FLOORS.team, ...own.team },
      circle: { ...FLOORS.circle, ...own.circle },
    },
    gameSwitch: gameSwitchSchema.safeParse(parsedJson(rows.get("switch") ?? "{}")).data ?? NONE.gameSwitch,
  };
};

/** Read before this returns; asked for again by the version, so that what has not changed does not travel. */
export const makeStudioRules = async (
  redis: Redis,
  keys: Keys,
  { onError, checkMs = CHECK_MS }: { onError(error: unknown): void; checkMs?: number },
): Promise<StudioRules> => {
  const ask = makeAsk(redis, keys);
  let last = NONE;
  let asked = 0;

  const read = async (): Promise<Known> => {
    asked += 1;
    const mine = asked;
    const [version, rows] = await ask("studio_rules", OWNER, [last.version]);
    if (rows === undefined) return last;
    const found = parsed(asText(version), asPairs(asList(rows)));
    // An answer that was overtaken by a later question may be older than what is known.
    if (mine === asked) last = found;
    return found;
  };
  const check = (): void => {
    read().catch(onError);
  };
  const unsubscribe = await redis.subscribe(keys.of(OWNER, "feed"), (text) => {
    if (text === "r") check();
  });
  const offRestored = redis.onRestored(check);
  await read();
  const timer = setInterval(check, checkMs);

  /** Changes one field, again if somebody else has changed any meanwhile. */
  const change = async (field: string, make: (known: Known) => unknown, reason = ""): Promise<StudioRulesNow> => {
    for (let tries = 0; tries < TRIES; tries++) {
      const known = await read();
      const made = JSON.stringify(make(known));
      const { code } = await ask.raw("studio_rules_set", OWNER, [known.version, field, made, reason]);
      if (code === "ok") return read();
    }
    throw new Error(`rules of the studio: ${field} was changed by others all the time`);
  };

  return {
    now: () => last,
    read,
    setFloor: (kind, parts, reason) => change(`floor:${kind}`, ({ own }) => changedRules(own[kind], parts), reason),
    setSwitch: (gameSwitch, reason) => change("switch", () => gameSwitch, reason),
    close: () => {
      clearInterval(timer);
      offRestored();
      unsubscribe().catch(() => undefined);
    },
  };
};

/** The switch as it stands at a time: one that has ended is off. */
export const switchAt = (gameSwitch: GameSwitch, nowMs: number): GameSwitch =>
  gameSwitch.until !== undefined && gameSwitch.until <= nowMs ? { mode: "off" } : gameSwitch;
