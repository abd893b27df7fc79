import { z } from "zod";

/** What is said about a setting, in the table of docs/settings.md and when its value is refused. */
export type About = { what: string; expected: string; default?: string; secret?: true };

/** What is said about each setting, by its schema. */
export const about = z.registry<About>();
export function setting<T extends z.ZodType>(schema: T, said: About): T {
  about.add(schema, said);
  return schema;
}

export const inRange = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number)
    .refine((value) => value >= min && value <= max);

export const wholeNumber = (what: string, fallback: number, min: number, max: number) =>
  setting(inRange(min, max), { what, expected: `a whole number, ${min} to ${max}`, default: String(fallback) });

export const duration = (what: string, fallbackMs: number, minMs: number, maxMs: number) =>
  setting(inRange(minMs, maxMs), {
    what,
    expected: `milliseconds, ${minMs} to ${maxMs}`,
    default: String(fallbackMs),
  });

export const port = (what: string, fallback: string) =>
  setting(inRange(0, 65_535), { what, expected: "a port, 0 to 65535 (0: any free one)", default: fallback });

export const flag = (what: string) =>
  setting(
    z.enum(["0", "1", "false", "true"]).transform((value) => value === "1" || value === "true"),
    { what, expected: "1 or 0", default: "0" },
  );

export const webUrl = z
  .string()
  .refine((value) => URL.canParse(value) && ["https:", "http:"].includes(new URL(value).protocol));

/** Items between commas; empty ones are left out. */
export const list = <T extends string>(item: z.ZodType<T, string>) =>
  z
    .string()
    .transform((value) =>
      value
        .split(",")
        .map((part) => part.trim())
        .filter((part) => part !== ""),
    )
    .pipe(z.array(item));
