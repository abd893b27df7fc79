import { z } from "zod";
import { noticeKindSchema } from "../../shared/notice-kind.ts";
import { type Preferences, preferencesSchema } from "../../shared/preferences.ts";
import { parsedJson } from "../redis/parsed-json.ts";

const rowsSchema = z.record(z.string(), z.unknown()).catch({});

/** The whole, as nearly always, else those of its rows that can be read. */
const readableRows = <Rows>(schema: z.ZodType<Rows>) =>
  z
    .unknown()
    .optional()
    .transform((value): Rows => {
      const { data } = schema.safeParse(value);
      if (data !== undefined) return data;
      const rows = Object.entries(rowsSchema.parse(value));
      const readable = rows.filter(([name, row]) => schema.safeParse({ [name]: row }).success);
      return schema.safeParse(Object.fromEntries(readable)).data ?? schema.parse({});
    });

const kindsIn = z
  .array(z.unknown())
  .optional()
  .catch([])
  .transform((kinds = []) => kinds.flatMap((kind) => noticeKindSchema.safeParse(kind).data ?? []));

const { shape } = preferencesSchema;

const storedPreferencesSchema = z
  .object({
    push: shape.push.catch("all"),
    previews: shape.previews.catch(false),
    filter: shape.filter.catch("strict"),
    quietHours: shape.quietHours.catch(undefined),
    through: kindsIn,
    doNotDisturbUntil: shape.doNotDisturbUntil.catch(0),
    weekly: shape.weekly.catch(true),
    kinds: readableRows(shape.kinds),
    channels: readableRows(shape.channels),
  })
  .catch(preferencesSchema.parse({ previews: false, filter: "strict" }));

const NONE = storedPreferencesSchema.parse({});

/** As they are stored ('' none), perhaps by another version: of what cannot be read the cautious choice is taken, and nobody is silenced by it. */
export const storedPreferences = (json: string): Preferences =>
  json === "" ? NONE : storedPreferencesSchema.parse(parsedJson(json));
