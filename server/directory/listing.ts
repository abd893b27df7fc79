import { z } from "zod";
import { type DirectoryKind, type Listing, listingSchema } from "../../shared/api/directory.ts";
import { joinModeSchema } from "../../shared/join-mode.ts";
import { localeSchema } from "../../shared/locale.ts";
import { parsedJson } from "../redis/parsed-json.ts";
import { asList, asNumber, asText, asTextOrNull } from "../redis/reply.ts";

/** What is shown besides activity, which only the index knows. */
export type Row = Omit<Listing, "activity">;
export const rowSchema = listingSchema.omit({ activity: true });

/** How lively it is; see directory.lua. */
const pulseSchema = z.object({
  /** When it was read, in epoch ms. */
  at: z.number(),
  m: z.number(),
  w: z.number(),
  s: z.number(),
  h: z.array(z.number()),
});
export type Pulse = z.infer<typeof pulseSchema>;

/** What one reading found. */
export type Facts = {
  row: Row;
  at: number;
  count: number;
  numbers: number;
  head: string;
  seen: number;
  /** It is about to end, and nobody is sent there any more. */
  ending: boolean;
};

/** Fields of a channel's info. */
export const INFO_FIELDS = [
  ...["name", "tag", "motto", "emblem", "language", "region", "topics", "level", "minLevel", "joinMode"],
  ...["capacity", "createdAt", "disbandsAt"],
] as const;

const whole = (missing: number) => z.coerce.number().int().catch(missing);
const text = z.string().catch("");
const infoSchema = z.object({
  name: text,
  tag: text,
  motto: text,
  emblem: text,
  language: localeSchema.optional().catch(undefined),
  region: text,
  topics: text.transform((line) => line.split(",").filter((topic) => topic !== "")),
  level: whole(1),
  minLevel: whole(0),
  joinMode: joinModeSchema.optional().catch("invitation"),
  capacity: whole(0),
  createdAt: whole(0),
  disbandsAt: whole(0),
});

/** Reads the reply of directory_facts. What a guild has not settled is the default: es-419, and joining on request. */
export const parseFacts = (kind: DirectoryKind, id: string, reply: readonly unknown[]): Facts => {
  const [at, members, count, numbers, head, seen, values] = reply;
  const cells = asList(values).map(asTextOrNull);
  const told = INFO_FIELDS.flatMap((field, index) => (cells[index] === null ? [] : [[field, cells[index]]]));
  const {
    language,
    region,
    disbandsAt,
    joinMode = kind === "guild" ? "request" : "open",
    ...info
  } = infoSchema.parse(Object.fromEntries(told));
  const spoken = language ?? (kind === "guild" ? "es-419" : undefined);
  return {
    row: {
      ...{ kind, id, ...info, joinMode, members: asNumber(members) },
      ...(spoken === undefined ? {} : { language: spoken }),
      ...(region === "" ? {} : { region }),
    },
    ...{
      at: asNumber(at),
      count: asNumber(count),
      numbers: asNumber(numbers),
      head: asText(head),
      seen: asNumber(seen),
    },
    ending: disbandsAt > 0,
  };
};

export type Found = { row: Row; pulse: Pulse };

/** Rows and pulses as the index's functions answer them; one that cannot be read is left out. */
export const parseFound = (rows: unknown, pulses: unknown): (Found | undefined)[] => {
  const beats = asList(pulses).map(asTextOrNull);
  return asList(rows).map((cell, index) => {
    const row = rowSchema.safeParse(parsedJson(asTextOrNull(cell) ?? ""));
    const pulse = pulseSchema.safeParse(parsedJson(beats[index] ?? ""));
    return row.success && pulse.success ? { row: row.data, pulse: pulse.data } : undefined;
  });
};

const WEEK_MS = 7 * 86_400_000;

export const toListing = ({ row, pulse }: Found, nowMs: number): Listing => {
  const left = Math.exp(-Math.max(0, nowMs - pulse.at) / WEEK_MS);
  return {
    ...row,
    activity: { messages: Math.round(pulse.m * left), seen: pulse.s, newcomers: Math.round(pulse.w * left) },
  };
};
