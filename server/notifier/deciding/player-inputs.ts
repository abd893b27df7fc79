import { z } from "zod";
import type { PlayerId } from "../../../shared/id.ts";
import type { Locale } from "../../../shared/locale.ts";
import type { Preferences } from "../../../shared/preferences.ts";
import { isZone, readProfileSchema } from "../../../shared/profile.ts";
import { devicesIn, type RegisteredDevice } from "../../player/devices.ts";
import { storedPreferences } from "../../player/stored-preferences.ts";
import { makeAsk } from "../../redis/ask.ts";
import type { Keys } from "../../redis/bucket.ts";
import { parsedJson } from "../../redis/parsed-json.ts";
import { parsedOnce } from "../../redis/parsed-once.ts";
import type { Redis } from "../../redis/redis.ts";
import { asNumber, asPairs, asText } from "../../redis/reply.ts";

/**
 * What he was told of a channel by itself, of one importance, as screens.lua says it is kept; `tag`: under which it is on the screen, `seq`: with what he has read all of it, `from` and `stamp`: of
 * its first intent and its last, `shown`: of the last that devices got, which stands for all from the first on. These are missing from older releases.
 */
const burstSchema = z.object({
  at: z.number(),
  pushes: z.number(),
  notices: z.number(),
  tag: z.string(),
  seq: z.number(),
  from: z.number().default(0),
  stamp: z.number().default(0),
  shown: z.object({ at: z.number(), stamp: z.number(), got: z.array(z.string()) }).optional(),
});
export type StoredBurst = z.infer<typeof burstSchema>;

const toldSchema = z.object({
  tag: z.string(),
  stamp: z.number().default(0),
  got: z.array(z.string()).default([]),
  digest: z.boolean().default(false),
});

/** All of a player that is needed to decide about him, of one moment. */
export type PlayerInputs = {
  /** His sessions as they are stored, see ../presence/. */
  presence: ReadonlyMap<string, string>;
  preferences: Preferences;
  devices: RegisteredDevice[];
  locale: Locale;
  /** IANA. */
  zone: string;
  banned: boolean;
  minor: boolean;
  /** He has blocked who caused it. */
  blocked: boolean;
  /**
   * What was told, or was about to be, under the mark asked about, by the intent of that stamp: by which devices it was got. `within`: by which it was got as one of those that a later push of
   * its burst tells of. `digest`: a digest tells of it.
   */
  told:
    | { tag: string; stamp: number; got: ReadonlySet<string>; within: ReadonlySet<string>; digest: boolean }
    | undefined;
  /** When that happened, in epoch ms, which is shown where it was told; 0: that is itself, or nothing is. */
  newestAt: number;
  /** The account he goes on as, see ../../link/. */
  linkedTo?: PlayerId;
  burst: { stored: StoredBurst; json: string } | undefined;
  pushedHour: number;
  pushedDay: number;
  /** Another with whatever he is told, when he changes his mind, and when he comes or goes, is banned, or blocks somebody. */
  stamp: string;
};

/** `mark`: of the notice or digest; `burst`: which of his bursts; `author`: who caused it. Each may be ''. */
export type InputsAsked = { mark: string; burst: string; author: PlayerId };

/**
 * `lately`: what was read for the same a short while ago will do, once, for who then begins a push, which is begun only if its stamp still holds; `now`, as a rule: nothing but what is so at this moment.
 */
export type HowRead = "now" | "lately";
export type ReadInputs = (player: PlayerId, asked: InputsAsked, how?: HowRead) => Promise<PlayerInputs>;

/** As long as jobs wait in a rush. */
const LATELY_MS = 20_000;
/** Each takes about 1 KB. */
const MOST_KNOWN = 10_000;

const UNKNOWN = { locale: "es-419", zone: "America/Mexico_City" } as const;
const profileSchema = readProfileSchema
  .pick({ locale: true, zone: true })
  .transform(({ locale, zone }) => ({ locale, zone: isZone(zone) ? zone : UNKNOWN.zone }))
  .catch(UNKNOWN);
const KNOWN_PROFILES = 4_096;
const readerIn = parsedOnce((profile) => profileSchema.parse(parsedJson(profile)), KNOWN_PROFILES);
const banSchema = z.object({ until: z.number() });

const rowIn = <T>(schema: z.ZodType<T>, json: string): T | undefined =>
  json === "" ? undefined : schema.safeParse(parsedJson(json)).data;

const withinOf = ({ tag, stamp }: z.infer<typeof toldSchema>, burst: StoredBurst | undefined): ReadonlySet<string> => {
  const shown = burst?.tag === tag && stamp >= burst.from ? burst.shown : undefined;
  return new Set(shown !== undefined && shown.stamp > stamp ? shown.got : []);
};

/** One function of Redis for each player; those asked for in one turn of the event loop travel together. */
export const makeReadInputs = (redis: Redis, keys: Keys, now: () => number): ReadInputs => {
  const ask = makeAsk(redis, keys);
  /** What was read last, the oldest first. */
  const known = new Map<string, { inputs: PlayerInputs; until: number }>();
  const forgetOld = (): void => {
    for (const [name, { until }] of known) {
      if (until > now()) return;
      known.delete(name);
    }
  };

  const read: ReadInputs = async (player, { mark, burst, author }) => {
    const [presence, preferences, devices, profile, ban, minor, blocked, told, lately, hour, day, stamp, newest, to] =
      await ask("player_push_inputs", `player:${player}`, [mark, burst, author]);
    const banned = rowIn(banSchema, asText(ban));
    const intent = rowIn(toldSchema, asText(told));
    const stored = rowIn(burstSchema, asText(lately));
    return {
      presence: asPairs(presence),
      preferences: storedPreferences(asText(preferences)),
      devices: devicesIn(asPairs(devices)),
      ...readerIn(asText(profile)),
      banned: banned !== undefined && (banned.until === 0 || banned.until > now()),
      minor: asText(minor).startsWith("1"),
      blocked: asNumber(blocked) === 1,
      told: intent && { ...intent, got: new Set(intent.got), within: withinOf(intent, stored) },
      burst: stored && { stored, json: asText(lately) },
      pushedHour: asNumber(hour),
      pushedDay: asNumber(day),
      stamp: asText(stamp),
      newestAt: Number(asText(newest)),
      ...(asText(to) !== "" && { linkedTo: asText(to) }),
    };
  };

  return async (player, asked, how = "now") => {
    const name = [player, asked.mark, asked.burst, asked.author].join("\n");
    forgetOld();
    const found = how === "lately" ? known.get(name) : undefined;
    known.delete(name);
    if (found !== undefined) return found.inputs;
    const inputs = await read(player, asked);
    // What is sent again is not begun anew, so nobody would look at its stamp.
    if (how === "now" && inputs.told === undefined && known.size < MOST_KNOWN)
      known.set(name, { inputs, until: now() + LATELY_MS });
    return inputs;
  };
};
