import { z } from "zod";
import type { ChannelId } from "../../shared/id.ts";
import { makeAsk } from "../redis/ask.ts";
import { bucketOf, type Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";
import { asList, asNumber, asTexts } from "../redis/reply.ts";
import type { Media } from "./media.ts";
import { VOICE_ROLES, type VoiceRole } from "./voice-role.ts";

/** With it one joins the media server at `url` until then, in epoch ms; whoever is there stays. */
export type VoiceToken = { url: string; token: string; identity: string; role: VoiceRole; untilMs: number };

export type Member = { channel: ChannelId; number: number };

export type Noted = { number: number; role: VoiceRole; untilMs: number };

export type Voices = {
  /** A token for a member's role. That he got one is known before he has it. */
  issue(member: Member, role: VoiceRole): Promise<VoiceToken>;
  /** The same, where it is noted by the function that also reads his role (see voice.issued in voice.lua), so that no change of it comes between. */
  issueBy(channel: ChannelId, note: (lifeMs: number) => Promise<Noted>): Promise<VoiceToken>;
  /** His role is another now; undefined: he has none. What he holds is revoked: at once where that is possible, and by the upkeep until it is done. */
  change(member: Member, role: VoiceRole | undefined): Promise<void>;
  /** Does at once what a function has noted about members of a channel; what fails is done by the upkeep. */
  enforce(channel: ChannelId): Promise<void>;
  /** Does at the media server what is due in a bucket; throws the first that failed, when all have been tried. */
  seeTo(bucket: number): Promise<void>;
};

export type VoicesOptions = {
  /** How long a token can be used to join. */
  lifeMs?: number;
  /** While an old token can be used, what it says too much is taken from its holder again after this. */
  againMs?: number;
  /** Whoever has taken on what is due is given this long. */
  leaseMs?: number;
};

/** Ten minutes: a phone joins within seconds of asking, and on a bad line again within minutes; whoever is there needs none. */
const LIFE_MS = 600_000;
const AGAIN_MS = 10_000;
const LEASE_MS = 15_000;
const MOST_AT_ONCE = 50;

const roleSchema = z.enum(VOICE_ROLES);

/** Numbers are told, never players' ids: names are shown from the channel's roster, by those who may see it. */
const identityOf = (number: number | string): string => `m${number}`;

export const makeVoices = (
  redis: Redis,
  keys: Keys,
  media: Media,
  { lifeMs = LIFE_MS, againMs = AGAIN_MS, leaseMs = LEASE_MS }: VoicesOptions = {},
): Voices => {
  const ask = makeAsk(redis, keys);

  const call = async (name: string, bucket: number, args: readonly string[]): Promise<string[]> =>
    asTexts(asList(await redis.fcall(name, [keys.bucketPrefix(bucket)], args))).slice(1);

  const enforce = async (bucket: number, who: string, stored: string): Promise<void> => {
    const [channel = "", number = ""] = who.split(" ");
    const role = roleSchema.safeParse(stored).data;
    await media.enforce({ room: media.roomOf(channel), identity: identityOf(number), role });
    await call("voice_done", bucket, [who, stored, String(againMs)]);
  };

  const seeTo = async (bucket: number, only = ""): Promise<void> => {
    const due = await call("voice_due", bucket, [String(MOST_AT_ONCE), String(leaseMs), only]);
    const done: Promise<void>[] = [];
    for (let at = 0; at < due.length; at += 2) done.push(enforce(bucket, due[at] ?? "", due[at + 1] ?? ""));
    const failed = (await Promise.allSettled(done)).find(({ status }) => status === "rejected");
    if (failed?.status === "rejected") throw failed.reason;
  };

  const issueBy: Voices["issueBy"] = async (channel, note) => {
    const { number, role, untilMs } = await note(lifeMs);
    const identity = identityOf(number);
    const token = await media.token({ room: media.roomOf(channel), identity, role, lifeMs });
    return { url: media.url, token, identity, role, untilMs };
  };

  return {
    issueBy,
    issue: ({ channel, number }, role) =>
      issueBy(channel, async () => {
        const [until] = await ask("voice_issue", channel, [channel, String(number), role, String(lifeMs)]);
        return { number, role, untilMs: asNumber(until) };
      }),
    enforce: (channel) => seeTo(bucketOf(channel)).catch(() => undefined),
    change: async ({ channel, number }, role) => {
      await ask("voice_change", channel, [channel, String(number), role ?? ""]);
      // What fails is done by the upkeep.
      await seeTo(bucketOf(channel), `${channel} ${number}`).catch(() => undefined);
    },
    seeTo: (bucket) => seeTo(bucket),
  };
};
