import type { ChannelId, PlayerId } from "../../../shared/id.ts";
import { type Call, makeAsk } from "../../redis/ask.ts";
import type { Keys } from "../../redis/bucket.ts";
import type { Redis } from "../../redis/redis.ts";
import { asNumber, asPairs, asText } from "../../redis/reply.ts";

/** What is about to be told as one push. */
export type Intent = {
  player: PlayerId;
  /** Which of his bursts it is part of; '' for a digest. */
  burst: string;
  tag: string;
  channel: ChannelId;
  /** The highest of what it tells, which he has read with it; 0: nothing that can be read. */
  seq: number;
  /** When the newest it tells happened, in epoch ms; missing: it is a digest. */
  newestAt?: number;
  /** Ids of the notices, the newest last; of a digest its own, and then those of notices it tells of. */
  marks: readonly string[];
};

/**
 * What is told is written down before FCM is asked. Whoever dies in between has it sent again under the same tag, so that the second takes the first one's place on the screen; and
 * who reads in between has it taken off.
 */
export type Intents = {
  /** False: he was told something or changed his mind since `stamp`, so it is to be decided anew; without one it is begun in any case. `before` is for `undo`; `anew`: what devices got of it was about to leave their screens, so they get it again. */
  begin(intent: Intent, stamp?: string): Promise<{ begun: boolean; before: string; anew: boolean }>;
  /** What was begun before is sent again: who began it, and only sleeps, undoes nothing of it. */
  again(intent: Intent): Promise<void>;
  /** It is not sent after all. */
  undo(intent: Intent, before: string): Promise<void>;
  /** These devices got it; none: FCM took it for none. */
  told(intent: Intent, devices: readonly string[]): Promise<void>;
  /** The same, to be called with something else. */
  telling(intent: Intent, devices: readonly string[]): Call;
  /** What was sent of a notice, or may have been, leaves the screens, unless something newer has taken its place there. */
  takeOff(player: PlayerId, mark: string): Promise<void>;
  /** An entry of a channel was deleted, or a request or an invitation there is over: what is shown of it leaves his screens. `key`: its seq, or what and who. */
  over(player: PlayerId, channel: ChannelId, key: string): Promise<void>;
  /** Under which tags something is to leave a player's screens. */
  clearing(player: PlayerId): Promise<string[]>;
  /** Whether iOS devices may be told of it now, which takes this turn; if not, it is looked at again when they may. */
  takeTurn(player: PlayerId, everyMs: number): Promise<boolean>;
  /** What notes that they have left them. */
  clearingOf(tags: readonly string[]): Call;
};

export const makeIntents = (redis: Redis, keys: Keys): Intents => {
  const ask = makeAsk(redis, keys);
  const owner = (player: PlayerId): string => `player:${player}`;
  const telling: Intents["telling"] = ({ player, tag, channel, seq, marks }, devices) => ({
    name: "player_push_told",
    args: [player, tag, channel, String(seq), String(marks.length), ...marks, ...devices],
  });
  return {
    telling,
    told: (intent, devices) => ask.together(owner(intent.player), [telling(intent, devices)]),
    begin: async ({ player, burst, tag, channel, seq, newestAt = 0, marks }, stamp = "") => {
      const args = [stamp, burst, tag, channel, String(seq), String(newestAt), ...marks];
      const [begun, before, anew] = await ask("player_push_begin", owner(player), args);
      return { begun: asNumber(begun) === 1, before: asText(before), anew: asNumber(anew) === 1 };
    },
    again: async ({ player, marks }) => {
      await ask("player_push_again", owner(player), marks);
    },
    undo: async ({ player, burst, tag }, before) => {
      await ask("player_push_undo", owner(player), [burst, before, tag, player]);
    },
    takeOff: async (player, mark) => {
      await ask("player_push_off", owner(player), [player, mark]);
    },
    over: async (player, channel, key) => {
      await ask("player_push_over", owner(player), [player, channel, key]);
    },
    clearing: async (player) => {
      const [all] = await ask("player_push_clearing", owner(player), []);
      return [...asPairs(all).keys()];
    },
    takeTurn: async (player, everyMs) => {
      const [inMs] = await ask("player_push_turn", owner(player), [player, String(everyMs)]);
      return asNumber(inMs) === 0;
    },
    clearingOf: (tags) => ({ name: "player_push_cleared", args: tags }),
  };
};
