import { z } from "zod";
import { GremioError } from "../../shared/errors.ts";
import { LIMITS } from "../../shared/limits.ts";
import { noticeKindSchema } from "../../shared/notice-kind.ts";
import { type ChannelPreferences, channelPreferencesSchema, type PreferencesChange } from "../../shared/preferences.ts";

const rowsSchema = z.record(z.string(), z.unknown()).catch({});
const throughSchema = z.array(z.string()).catch([]);

/**
 * Preferences as they are stored, after a change at a moment. What of them this release cannot read stays as it is, for the one that wrote it. Channels that are as any other again,
 * among them those whose snooze is over, are not kept. Throws `preferences-full`.
 */
export const changedPreferences = (
  stored: Readonly<Record<string, unknown>>,
  { doNotDisturbForMs, quietHours, through, kinds, channels, ...plain }: PreferencesChange,
  now: number,
): Record<string, unknown> => {
  const next: Record<string, unknown> = { ...stored, ...given(plain) };
  if (doNotDisturbForMs !== undefined) next.doNotDisturbUntil = after(doNotDisturbForMs, now);
  if (quietHours === "studio") delete next.quietHours;
  else if (quietHours !== undefined) next.quietHours = quietHours;
  if (through !== undefined) {
    const others = throughSchema.parse(stored.through).filter((kind) => !Object.hasOwn(through, kind));
    next.through = [...others, ...noticeKindSchema.options.filter((kind) => through[kind] === true)];
  }
  if (kinds !== undefined) next.kinds = withoutNull({ ...rowsSchema.parse(stored.kinds), ...given(kinds) });
  const rows = rowsSchema.parse(stored.channels);
  const all = Object.entries({ ...rows, ...changedChannels(rows, channels ?? {}, now) });
  const apart = all.filter(([, row]) => saysSomething(row, now));
  if (channels !== undefined && apart.length > LIMITS.channelPreferences) throw new GremioError("preferences-full");
  next.channels = Object.fromEntries(apart);
  return next;
};

const after = (forMs: number, now: number): number => (forMs === 0 ? 0 : now + forMs);

const given = (parts: object): object =>
  Object.fromEntries(Object.entries(parts).filter(([, part]) => part !== undefined));

const withoutNull = (parts: object): object =>
  Object.fromEntries(Object.entries(parts).filter(([, part]) => part !== null));

const LIKE_ANY_OTHER: ChannelPreferences = channelPreferencesSchema.parse({});

const changedChannels = (
  rows: Readonly<Record<string, unknown>>,
  channels: NonNullable<PreferencesChange["channels"]>,
  now: number,
): Record<string, ChannelPreferences> =>
  Object.fromEntries(
    Object.entries(channels).map(([channel, change]) => {
      if (change === null) return [channel, LIKE_ANY_OTHER];
      const row = channelPreferencesSchema.safeParse(rows[channel]).data ?? LIKE_ANY_OTHER;
      const { push = row.push, snoozedForMs } = change;
      return [
        channel,
        { push, snoozedUntil: snoozedForMs === undefined ? row.snoozedUntil : after(snoozedForMs, now) },
      ];
    }),
  );

const saysSomething = (row: unknown, now: number): boolean => {
  const { data } = channelPreferencesSchema.safeParse(row);
  return data === undefined || data.push !== "all" || data.snoozedUntil > now;
};
