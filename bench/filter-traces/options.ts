import { parseArgs } from "node:util";
import * as z from "zod";
import { LOCALES, localeSchema } from "../../shared/locale.ts";
import type { Speaker } from "../../shared/moderation/filter.ts";
import { countrySchema } from "../../shared/moderation/filter-list.ts";

export const POLICIES = ["lenient", "normal", "strict"] as const;
export type Policy = (typeof POLICIES)[number];

export const HELP = `npm run filter:traces -- PATH… [--as TRACE=LANGUAGE[/COUNTRY]]… [--limit PERCENT] [--policy NAME] [--lists FOLDER] [--words N]

Counts the lines of chat traces that the filter touches (masks, holds or refuses), by trace, language and policy, and tells the words it
touches them for. A line is touched whether or not it deserves it: what people really swore counts, too. Ends with 1 when in any language
more than PERCENT of the lines are touched.

PATH             a trace as npm run replay reads it, or a folder of them (.ndjson, .ndjson.gz); lines of another form are left out.
--as TRACE=...   the language (${LOCALES.join(", ")}) and country of a trace, by its file's name without endings: recife=pt-BR/BR; without
                 TRACE= of all the others. A trace of no language is judged in each of them.
--limit PERCENT  default 0.5.
--policy NAME    the policy the limit is for: ${POLICIES.join(", ")}. Default normal.
--lists FOLDER   a studio's own lists, too.
--words N        how many words are told of each language and policy. Default 20.`;

/** The options are wrong; the message says which. */
export class WrongOptions extends Error {}

const speakerSchema = z
  .string()
  .transform((written) => written.split("/"))
  .pipe(z.union([z.tuple([localeSchema]), z.tuple([localeSchema, countrySchema])]))
  .transform(([locale, country]): Speaker => ({ locale, country }));

const optionsSchema = z.object({
  limit: z.coerce.number().min(0).max(100).default(0.5),
  policy: z.enum(POLICIES).default("normal"),
  lists: z.string().optional(),
  words: z.coerce.number().int().min(0).default(20),
});

export type TracesOptions = z.infer<typeof optionsSchema> &
  Readonly<{
    paths: readonly string[];
    /** How a trace of this name is judged. */
    speakersOf(name: string): readonly Speaker[];
  }>;

/** Undefined: help was asked for. Throws `WrongOptions`. */
export const readOptions = (args: readonly string[]): TracesOptions | undefined => {
  const { values, positionals: paths } = parsed(args);
  if (values.help) return undefined;
  if (paths.length === 0) throw new WrongOptions("a PATH is expected");
  const options = optionsSchema.safeParse(values);
  if (!options.success)
    throw new WrongOptions(
      options.error.issues.map(({ path, message }) => `--${path.join(".")}: ${message}`).join("; "),
    );
  let others: readonly Speaker[] = LOCALES.map((locale) => ({ locale }));
  const named = new Map<string, readonly Speaker[]>();
  for (const written of values.as ?? []) {
    const [language = "", name] = written.split("=").reverse();
    const speaker = speakerSchema.safeParse(language);
    if (!speaker.success)
      throw new WrongOptions(`--as ${written}: expected TRACE=LANGUAGE/COUNTRY, as recife=pt-BR/BR`);
    if (name === undefined) others = [speaker.data];
    else named.set(name, [speaker.data]);
  }
  return { ...options.data, paths, speakersOf: (name) => named.get(name) ?? others };
};

const parsed = (args: readonly string[]) => {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        as: { type: "string", multiple: true },
        limit: { type: "string" },
        policy: { type: "string" },
        lists: { type: "string" },
        words: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    throw new WrongOptions(error instanceof Error ? error.message : String(error));
  }
};
