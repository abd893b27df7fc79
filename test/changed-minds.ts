import { preferencesSchema } from "../shared/preferences.ts";
import { CHANNELS, PLAYERS } from "./cast-of-notices.ts";
import type { Ground } from "./ground-of-notices.ts";
import type { Act } from "./script-of-notices.ts";

const HOUR_MS = 3_600_000;

/** A player changes what he wants to be told of. */
export const makePrefer = ({ players, now, of }: Ground) => {
  const clockTime = (ms: number): string => new Date(ms).toISOString().slice(11, 16);

  return async ({ who, where, change, hours }: Extract<Act, { type: "prefer" }>): Promise<void> => {
    const player = PLAYERS[who] ?? PLAYERS[0];
    const is = of(player);
    const channel = CHANNELS[where] ?? CHANNELS[0];
    const before = is.preferences;
    const inChannel = (more: object) => {
      const stood = before.channels[channel] ?? { push: "all", snoozedUntil: 0 };
      return { ...before, channels: { ...before.channels, [channel]: { ...stood, ...more } } };
    };
    const next = (): object => {
      switch (change) {
        case "quiet":
          return {
            ...before,
            quietHours: { from: clockTime(now() - HOUR_MS), to: clockTime(now() + hours * HOUR_MS) },
          };
        case "quiet-later":
          return {
            ...before,
            quietHours: { from: clockTime(now() + HOUR_MS), to: clockTime(now() + (hours + 1) * HOUR_MS) },
          };
        case "quiet-off":
          return { ...before, quietHours: null };
        case "disturb-not":
          return { ...before, doNotDisturbUntil: now() + hours * HOUR_MS };
        case "disturb":
          return { ...before, doNotDisturbUntil: 0 };
        case "digest":
          return { ...before, kinds: { announcement: "digest", mention: "digest" } };
        case "off":
          return { ...before, kinds: { announcement: "off", reply: "off" } };
        case "kinds":
          return { ...before, kinds: {} };
        case "mentions":
          return inChannel({ push: "mentions" });
        case "channel-off":
          return inChannel({ push: "none" });
        case "channel":
          return inChannel({ push: "all", snoozedUntil: 0 });
        case "snooze":
          return inChannel({ snoozedUntil: now() + hours * HOUR_MS });
        case "important":
        case "all":
        case "none":
          return { ...before, push: change };
        case "through":
          return { ...before, through: ["attack"] };
      }
    };
    const preferences = preferencesSchema.parse(next());
    await players.putPreferences(player, preferences);
    is.preferences = preferences;
    if (change === "mentions" || change === "channel-off") is.ever.add(`${change} ${channel}`);
    else is.ever.add(change);
  };
};
