import type { Preferences } from "../../shared/preferences.ts";
import type { PushPolicy } from "../../shared/push-policy.ts";
import type { QuietHours } from "../../shared/quiet-hours.ts";

export type QuietWatchDeps = {
  preferences(player: string): Promise<Pick<Preferences, "quietHours" | "through">>;
  policy(): Promise<Pick<PushPolicy, "quietHours" | "through">>;
  /** When he changed his mind last, or his zone, in epoch ms; 0: not lately. */
  changedAt(player: string): Promise<number>;
  /** The zone of a player's profile. */
  zone(player: string): Promise<string | undefined>;
};

/** What was on its way when quiet hours began, or were set, breaks none. */
const ON_ITS_WAY_MS = 60_000;

/**
 * Whether a push of a kind that FCM took just now breaks a player's quiet hours. On purpose it shares nothing with what decides, neither what that has read nor how it reckons, so that it finds
 * what is wrong there.
 */
export const makeQuietWatch = ({ preferences, policy, changedAt, zone }: QuietWatchDeps) => {
  let last: { policy: string; at: number } | undefined;
  /** Whether the studio's policy is another than it was lately. */
  const isNew = (policy: string, now: number): boolean => {
    const wasKnown = last !== undefined;
    if (last?.policy !== policy) last = { policy, at: wasKnown ? now : Number.NEGATIVE_INFINITY };
    return now - last.at < ON_ITS_WAY_MS;
  };
  return async (player: string, kind: string, now: number): Promise<boolean> => {
    const [own, studio, changed] = await Promise.all([preferences(player), policy(), changedAt(player)]);
    if (isNew(JSON.stringify([studio.quietHours, studio.through]), now) || now - changed < ON_ITS_WAY_MS) return false;
    const hours = own.quietHours === undefined ? studio.quietHours : own.quietHours;
    const through: readonly string[] = [...own.through, ...studio.through];
    if (hours === null || through.includes(kind)) return false;
    const place = (await zone(player)) ?? "UTC";
    return shows(hours, place, now) && shows(hours, place, now - ON_ITS_WAY_MS);
  };
};

const clocks = new Map<string, Intl.DateTimeFormat>();

/** Whether a clock on the wall there shows a quiet time. */
const shows = ({ from, to }: QuietHours, zone: string, at: number): boolean => {
  const clock =
    clocks.get(zone) ??
    new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  clocks.set(zone, clock);
  const time = clock.format(at);
  return from < to ? from <= time && time < to : from <= time || time < to;
};
