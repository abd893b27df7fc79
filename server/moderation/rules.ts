import { GremioError } from "../../shared/errors.ts";
import { type ChannelId, kindOfChannel, type PlayerId } from "../../shared/id.ts";
import {
  changedRules,
  type RuleSet,
  type RulesChange,
  type SomeRules,
  someRulesSchema,
  stricterRules,
} from "../../shared/moderation/rule-set.ts";
import type { RulesChanged } from "../channel/rules-changed.ts";
import { makeAsk, refusal } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import { parsedJson } from "../redis/parsed-json.ts";
import type { Redis } from "../redis/redis.ts";
import { asText } from "../redis/reply.ts";
import type { StudioRules } from "./studio-rules.ts";

/** The rules in force in a channel, as this process knows them, and the version of its own ones. */
export type RulesInForce = Readonly<{ version: string; rules: RuleSet }>;

/** All there is to say of a channel's rules. `own`: what it asks for itself; `effective`: of that and the studio's floor the stricter, part by part. */
export type RulesView = { own: SomeRules; floor: RuleSet; effective: RuleSet };

export type Rules = {
  /** What this process knows; whether it is still so is found out where it is acted upon (`RulesChanged`). Costs no reading. */
  of(channel: ChannelId): RulesInForce;
  /** They are others than this process knew. */
  learn(channel: ChannelId, changed: Pick<RulesChanged, "version" | "rules">): void;
  /** As they are in Redis now. Throws `guild-not-found`, `channel-not-found`. */
  read(channel: ChannelId): Promise<RulesView>;
  /** What is left out stays, `null` takes a part back. For the next message on, on every process. Throws `guild-not-found`, `channel-not-found`, `not-member`, `not-permitted`. */
  set(
    channel: ChannelId,
    change: RulesChange,
    by?: { caller?: PlayerId | undefined; reason?: string | undefined },
  ): Promise<RulesView>;
};

/** Rules of channels a process remembers: 4 MB at the most. Of the others, as of nearly all, it takes it that they have none until it learns better. */
const MOST_KNOWN = 10_000;
const TRIES = 10;
const NO_VERSION = "0";

type Known = { version: string; own: SomeRules; floor: RuleSet | undefined; rules: RuleSet | undefined };

const parsedRules = (json: string): SomeRules => someRulesSchema.safeParse(parsedJson(json)).data ?? {};

export const makeRules = (redis: Redis, keys: Keys, studio: Pick<StudioRules, "now">): Rules => {
  const ask = makeAsk(redis, keys);
  const known = new Map<ChannelId, Known>();
  const floorOf = (channel: ChannelId): RuleSet => studio.now().floors[kindOfChannel(channel)];

  const learn: Rules["learn"] = (channel, { version, rules }) => {
    known.delete(channel);
    if (version === NO_VERSION) return;
    known.set(channel, { version, own: parsedRules(rules), floor: undefined, rules: undefined });
    if (known.size <= MOST_KNOWN) return;
    for (const oldest of known.keys()) {
      known.delete(oldest);
      break;
    }
  };

  const stored = async (channel: ChannelId) => {
    const [version, rules, slow] = await ask("rules_read", channel, []);
    learn(channel, { version: asText(version), rules: asText(rules) });
    const slowModeMs = Number(asText(slow));
    const own = parsedRules(asText(rules));
    return { version: asText(version), own, shown: slowModeMs > 0 ? { ...own, slowModeMs } : own };
  };

  const read: Rules["read"] = async (channel) => {
    const { shown } = await stored(channel);
    const floor = floorOf(channel);
    return { own: shown, floor, effective: stricterRules(floor, shown) };
  };

  return {
    of: (channel) => {
      const floor = floorOf(channel);
      const one = known.get(channel);
      if (one === undefined) return { version: NO_VERSION, rules: floor };
      if (one.rules === undefined || one.floor !== floor) {
        one.floor = floor;
        one.rules = stricterRules(floor, one.own);
      }
      return { version: one.version, rules: one.rules };
    },

    learn,
    read,

    set: async (channel, { slowModeMs, ...change }, { caller = "", reason = "" } = {}) => {
      // Slow mode is one fact, whichever way it is set: it lies where the channel's pace is.
      const slow = slowModeMs === undefined ? "" : String(slowModeMs ?? 0);
      for (let tries = 0; tries < TRIES; tries++) {
        const { version, own } = await stored(channel);
        const rules = JSON.stringify(changedRules(own, change));
        const { code } = await ask.raw("rules_set", channel, [caller, version, rules, slow, reason]);
        if (code === "ok") return read(channel);
        if (code !== "conflict") throw refusal("rules_set", code);
      }
      throw new GremioError("unavailable");
    },
  };
};
