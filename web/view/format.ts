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

export const number = (value: number, locale: Locale): string => numberFormat(locale).format(value);
export const time = (atMs: number, locale: Locale): string => timeFormat(locale).format(atMs);
export const seconds = (ms: number, locale: Locale): string => secondsFormat(locale).format(ms / 1_000);
