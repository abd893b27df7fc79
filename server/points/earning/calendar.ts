/** Formats of zones in use; making one takes a hundred times as long as using it. */
const formats = new Map<string, Intl.DateTimeFormat>();

const formatOf = (zone: string): Intl.DateTimeFormat => {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat("en", {
    timeZone: zone,
    calendar: "gregory",
    numberingSystem: "latn",
    ...{ year: "numeric", month: "2-digit", day: "2-digit" },
  });
  formats.set(zone, made);
  return made;
};

/** The day of a moment in a zone, as `2026-11-22`: a later day is greater as text. */
export const dayOf = (atMs: number, zone: string): string => {
  const parts = new Map(
    formatOf(zone)
      .formatToParts(atMs)
      .map(({ type, value }) => [type, value]),
  );
  return `${parts.get("year")?.padStart(4, "0")}-${parts.get("month")}-${parts.get("day")}`;
};

const DAY_MS = 86_400_000;
const noonOf = (day: string): number => Date.parse(`${day}T12:00:00Z`);

export const daysAfter = (day: string, days: number): string =>
  new Date(noonOf(day) + days * DAY_MS).toISOString().slice(0, 10);

/** The Monday of a day's week. */
export const weekOf = (day: string): string => daysAfter(day, -((new Date(noonOf(day)).getUTCDay() + 6) % 7));
