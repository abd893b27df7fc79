import type { PlayerId } from "../../shared/id.ts";
import type { Locale } from "../../shared/locale.ts";
import type { Profile } from "../../shared/profile.ts";
import { regionOfZone } from "./region-of-zone.ts";

/** Somebody who looks for a guild. */
export type Seeker = {
  player: PlayerId;
  language: Locale;
  region: string | undefined;
  level: number;
  /** Hours of the day, UTC, at which he plays as far as one can know: about now, and in the evening where he is. */
  hours: ReadonlySet<number>;
};

const HOUR_MS = 3_600_000;
/** Local hours at which most people play. */
const EVENING = [18, 19, 20, 21, 22];
const AROUND_NOW = [-1, 0, 1];

/** How many hours a zone is ahead of UTC. */
const aheadOf = (zone: string, nowMs: number): number => {
  try {
    const local = new Intl.DateTimeFormat("en", { timeZone: zone, hour: "numeric", hourCycle: "h23" }).format(nowMs);
    return (Number.parseInt(local, 10) - new Date(nowMs).getUTCHours() + 24) % 24;
  } catch {
    return 0;
  }
};

export const seekerOf = (
  player: PlayerId,
  { locale, zone, level }: Pick<Profile, "locale" | "zone" | "level">,
  wanted: { language?: Locale | undefined; region?: string | undefined },
  nowMs: number,
): Seeker => {
  const nowHour = Math.floor(nowMs / HOUR_MS) % 24;
  const ahead = aheadOf(zone, nowMs);
  return {
    player,
    language: wanted.language ?? locale,
    region: wanted.region ?? regionOfZone(zone),
    level,
    hours: new Set([
      ...AROUND_NOW.map((by) => (nowHour + by + 24) % 24),
      ...EVENING.map((hour) => (hour - ahead + 24) % 24),
    ]),
  };
};
