import type { Locale } from "../../shared/locale.ts";

const memo = <T>(make: (locale: Locale) => T): ((locale: Locale) => T) => {
  const made = new Map<Locale, T>();
  return (locale) => {
    const value = made.get(locale) ?? make(locale);
    made.set(locale, value);
    return value;
  };
};

const numberFormat = memo((locale) => new Intl.NumberFormat(locale));
const timeFormat = memo(
  (locale) => new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }),
);
const secondsFormat = memo(
  (locale) => new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 }),
);

const dateFormat = memo((locale) => new Intl.DateTimeFormat(locale, { day: "numeric", month: "short" }));
const agoFormat = memo((locale) => new Intl.RelativeTimeFormat(locale, { style: "narrow" }));

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

export const number = (value: number, locale: Locale): string => numberFormat(locale).format(value);
export const time = (atMs: number, locale: Locale): string => timeFormat(locale).format(atMs);
export const seconds = (ms: number, locale: Locale): string => secondsFormat(locale).format(ms / 1_000);
export const date = (atMs: number, locale: Locale): string => dateFormat(locale).format(atMs);

/** How long something is, as a clock that runs backwards shows it: `2:05`, `3 h 20 min`, `2 d 4 h`. */
export const countdown = (ms: number): string => {
  const left = Math.max(0, ms);
  if (left < HOUR_MS) {
    const all = Math.ceil(left / 1_000);
    return `${Math.floor(all / 60)}:${String(all % 60).padStart(2, "0")}`;
  }
  if (left < 2 * DAY_MS) return `${Math.floor(left / HOUR_MS)} h ${Math.floor((left % HOUR_MS) / MINUTE_MS)} min`;
  return `${Math.floor(left / DAY_MS)} d ${Math.floor((left % DAY_MS) / HOUR_MS)} h`;
};

/** A length in whole minutes: `30 min`, `24 h`. */
export const length = (minutes: number, locale: Locale): string =>
  minutes < 120 || minutes % 60 > 0 ? `${number(minutes, locale)} min` : `${number(minutes / 60, locale)} h`;

export const ago = (ms: number, locale: Locale): string => {
  if (ms < HOUR_MS) return agoFormat(locale).format(-Math.max(1, Math.round(ms / MINUTE_MS)), "minute");
  if (ms < DAY_MS) return agoFormat(locale).format(-Math.round(ms / HOUR_MS), "hour");
  return agoFormat(locale).format(-Math.round(ms / DAY_MS), "day");
};
