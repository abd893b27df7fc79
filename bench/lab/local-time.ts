const HOUR_MS = 3_600_000;
const MINUTES_A_DAY = 24 * 60;

const formats = new Map<string, Intl.DateTimeFormat>();
/** By zone, then by the hour since 1970: zones change their offset on the hour. */
const offsets = new Map<string, Map<number, number>>();

const formatFor = (zone: string): Intl.DateTimeFormat => {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat("en-US", { timeZone: zone, timeZoneName: "longOffset" });
  formats.set(zone, format);
  return format;
};

/** `GMT-03:00`, or `GMT` alone. */
const readOffset = (zone: string, at: number): number => {
  const name = formatFor(zone)
    .formatToParts(at)
    .find(({ type }) => type === "timeZoneName")?.value;
  const [, sign = "+", hours = "0", minutes = "0"] = /^GMT(?:([+-])(\d+):(\d+))?/.exec(name ?? "") ?? [];
  return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
};

const offsetAt = (zone: string, at: number): number => {
  const hour = Math.floor(at / HOUR_MS);
  const ofZone = offsets.get(zone) ?? new Map<number, number>();
  if (ofZone.size === 0) offsets.set(zone, ofZone);
  const offset = ofZone.get(hour) ?? readOffset(zone, at);
  ofZone.set(hour, offset);
  return offset;
};

/** What a clock on the wall of a zone shows. */
export const localTime = (
  zone: string,
  at: number,
): { /** Since 1970 of that clock. */ day: number; minute: number /** 0 is Sunday. */; weekday: number } => {
  const minutes = Math.floor((at + offsetAt(zone, at)) / 60_000);
  const day = Math.floor(minutes / MINUTES_A_DAY);
  return { day, minute: minutes - day * MINUTES_A_DAY, weekday: (day + 4) % 7 };
};
