import { parseArgs } from "node:util";
import { z } from "zod";
import { type PushPolicy, pushPolicySchema } from "../../shared/push-policy.ts";

export const HELP = `npm run lab -- [--trace FILE[=ZONE]]… [--seeds N] [--seed N] [--guilds N] [--largest N] [--days N] [--noise P,P,…] [--policy JSON]
               [--out FILE]

Replays guilds under our rules of pushing and under those of other chat systems, on a simulated clock, and tells how often each disturbs and what
each misses. Ends with 1 when at 20 % noise ours does not reach its goal: fewer pushes than every baseline that misses no more, at most one digest
for anybody in 24 hours, and no push in quiet hours. Ends with 2 when an option is wrong.

--trace FILE[=ZONE]  a trace as npm run replay reads it, instead of guilds that never were. Its liveliest days; people live in ZONE (such as
                     America/Bogota), or each where he speaks in the afternoon. Several: one world each.
--seeds N            worlds from so many seeds (1 to 20, default 3; with traces 1).
--seed N             the first of them. Default 1.
--guilds N           guilds of a world (1 to 200, default 6).
--largest N          members of the largest guild (4 to 500, default 40): sizes are lognormal with a median of 12 and a long tail.
--days N             days of a world (1 to 60, default 12).
--noise P,P,…        how often presence is wrong, in percent: 0 to 100, default 0,10,20,30.
--policy JSON        a studio's policy of pushes to try as ours, such as {"perHour":10}. Default: as Gremio comes.
--out FILE           the report, one HTML file. Default .data/lab/report.html.

Presence, reading, phones, quiet hours, silent readers and matches are modelled in both cases; see docs/policy-lab.md.`;

/** The options are wrong; the message says which. */
export class WrongOptions extends Error {}

const whole = (min: number, max: number) =>
  z.coerce.number(`expected a whole number, ${min} to ${max}`).int().min(min).max(max);

const isZone = (zone: string): boolean => {
  try {
    return new Intl.DateTimeFormat("en-US", { timeZone: zone }) !== undefined;
  } catch {
    return false;
  }
};

const traceSchema = z.string().transform((written, context) => {
  const [file = "", zone] = written.split("=");
  if (zone !== undefined && !isZone(zone)) context.addIssue(`${zone} is no time zone`);
  return { file, zone };
});

const parsedPolicy = (written: string, context: z.RefinementCtx): PushPolicy => {
  const policy = pushPolicySchema.safeParse(parsedJson(written));
  if (!policy.success) context.addIssue("expected a studio's policy of pushes, as JSON");
  return policy.data ?? pushPolicySchema.parse({});
};

const parsedJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const optionsSchema = z.object({
  trace: z.array(traceSchema).default([]),
  seeds: whole(1, 20).optional(),
  seed: whole(0, 4_294_967_295).default(1),
  guilds: whole(1, 200).default(6),
  largest: whole(4, 500).default(40),
  days: whole(1, 60).default(12),
  noise: z
    .string()
    .default("0,10,20,30")
    .transform((list, context) => {
      const percents = z.array(z.coerce.number().min(0).max(100)).safeParse(list.split(","));
      if (!percents.success) context.addIssue("expected percents, 0 to 100, with commas between them");
      return (percents.data ?? []).map((percent) => percent / 100);
    }),
  policy: z.string().default("{}").transform(parsedPolicy),
  out: z.string().min(1).default(".data/lab/report.html"),
});
export type LabCommand = z.infer<typeof optionsSchema> & { seeds: number };

/** Undefined: help was asked for. Throws `WrongOptions`. */
export const readOptions = (args: readonly string[]): LabCommand | undefined => {
  const values = parsed(args);
  if (values.help) return undefined;
  const options = optionsSchema.safeParse(values);
  if (options.success) return { ...options.data, seeds: options.data.seeds ?? (options.data.trace.length > 0 ? 1 : 3) };
  const issues = options.error.issues.map(({ path, message }) => `--${path.join(".")}: ${message}`);
  throw new WrongOptions(issues.join("; "));
};

const parsed = (args: readonly string[]) => {
  try {
    return parseArgs({
      args: [...args],
      options: {
        trace: { type: "string", multiple: true },
        seeds: { type: "string" },
        seed: { type: "string" },
        guilds: { type: "string" },
        largest: { type: "string" },
        days: { type: "string" },
        noise: { type: "string" },
        policy: { type: "string" },
        out: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    }).values;
  } catch (error) {
    throw new WrongOptions(error instanceof Error ? error.message : String(error));
  }
};
