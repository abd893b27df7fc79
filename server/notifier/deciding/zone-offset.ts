/// <reference lib="esnext.temporal" />
import { profileSchema } from "../../../shared/profile.ts";

/** By how much a zone's clocks are ahead of UTC from one change of them (or from where it was looked at) to the next, in ms; `until` is Infinity where none is known to come. */
export type ZoneOffset = { from: number; until: number; offsetMs: number };

/** Some 600 zones exist, but names differ by case, too. One zone is some 200 bytes. */
const MOST_ZONES = 2_000;
/** Of one zone: what is now, what comes next, and what the clock of a simulation has passed. */
const MOST_OFFSETS = 8;

const known = new Map<string, ZoneOffset[]>();
const DEFAULT_ZONE = profileSchema.shape.zone.parse(undefined);

/**
 * A zone's offset at a moment (epoch ms), and for how long it stays. Kept, since asking the runtime's calendar takes a hundred times as long as all that a quiet hour needs besides. A zone the
 * runtime does not know (another release accepted it) is read as the one profiles have by default.
 */
export const offsetAt = (zone: string, at: number): ZoneOffset => {
  const offsets = known.get(zone);
  if (offsets !== undefined) for (const one of offsets) if (one.from <= at && at < one.until) return one;
  const found = readOffset(zone, at);
  remember(zone, offsets, found);
  return found;
};

const remember = (zone: string, offsets: ZoneOffset[] | undefined, found: ZoneOffset): void => {
  if (offsets !== undefined) {
    offsets.unshift(found);
    if (offsets.length > MOST_OFFSETS) offsets.pop();
    return;
  }
  if (known.size >= MOST_ZONES) known.clear();
  known.set(zone, [found]);
};

const readOffset = (zone: string, at: number): ZoneOffset => {
  const local = inZone(zone, at);
  return {
    // A change at this very moment is not before it.
    from: inZone(zone, at + 1).getTimeZoneTransition("previous")?.epochMilliseconds ?? Number.NEGATIVE_INFINITY,
    until: local.getTimeZoneTransition("next")?.epochMilliseconds ?? Number.POSITIVE_INFINITY,
    offsetMs: local.offsetNanoseconds / 1_000_000,
  };
};

const inZone = (zone: string, at: number): Temporal.ZonedDateTime => {
  const instant = Temporal.Instant.fromEpochMilliseconds(at);
  try {
    return instant.toZonedDateTimeISO(zone);
  } catch {
    return instant.toZonedDateTimeISO(DEFAULT_ZONE);
  }
};
