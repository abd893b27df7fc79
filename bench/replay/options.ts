import { parseArgs } from "node:util";
import { z } from "zod";
import { LIMITS } from "../../shared/limits.ts";
import { LEADER_ANNOUNCES, LONGEST_PAUSE_MS } from "./plan.ts";

export const HELP = `npm run replay -- FILE [--speed N] [--members N] [--cuts P] [--kill] [--seed N]

Feeds a chat trace through real clients into a guild, on a Redis, chat service, notifier and FCM sandbox of its own, and checks
what every member saw. Ends with 1 when anything was lost, duplicated or disordered, or a member saw nothing.

FILE         one JSON object a line: {"at": ISO 8601, "from": "p1", "text": "...", "mentions": ["p2", "*"]}; plain, or gzipped when
             it ends with .gz. Lines of another form are left out and reported.
--speed N    N times as fast as the trace; pauses longer than ${LONGEST_PAUSE_MS / 1000} s count as ${LONGEST_PAUSE_MS / 1000} s. Left out: two and a half minutes
             for the whole, less for a short trace.
--members N  members of the guild, 2 to ${LIMITS.guildMembers}. Up to 8 of 10 speak; when the trace has more people, those who say least share members.
             Of the others every second one watches (connected, reading), the rest is away until the end. Left out: the people
             of the trace and at least 20 silent members, ${LIMITS.guildMembers} at most.
--cuts P     in every tenth of the replay, each connected member loses his line with probability P (0 to 1), at a seeded moment:
             half of the lines break off at once, half go dead for up to 3 s first. 0.3 cuts each line three times. Default 0.
--kill       the chat process is killed (-9) in the middle, and started again.
--seed N     what is random follows from this number. Default 1.

Presence, reading and devices are simulated: a trace does not know them. Messages to all ("*") become announcements, and so does
every ${LEADER_ANNOUNCES}th message of the leader, who is the one who says most.`;

/** The options are wrong; the message says which. */
export class WrongOptions extends Error {}

const within = (min: number, max: number) => z.coerce.number(`expected a number, ${min} to ${max}`).min(min).max(max);

const optionsSchema = z.object({
  speed: within(0.01, 1_000_000).optional(),
  members: within(2, LIMITS.guildMembers).int().optional(),
  cuts: within(0, 1).default(0),
  kill: z.boolean().default(false),
  seed: within(0, 4_294_967_295).int().default(1),
});
export type ReplayOptions = z.infer<typeof optionsSchema> & { file: string };

/** Undefined: help was asked for. Throws `WrongOptions`. */
export const readOptions = (args: readonly string[]): ReplayOptions | undefined => {
  const { values, positionals } = parsed(args);
  if (values.help) return undefined;
  const [file] = positionals;
  if (file === undefined || positionals.length > 1) throw new WrongOptions("one FILE is expected");
  const options = optionsSchema.safeParse(values);
  if (options.success) return { file, ...options.data };
  const issues = options.error.issues.map(({ path, message }) => `--${path.join(".")}: ${message}`);
  throw new WrongOptions(issues.join("; "));
};

const parsed = (args: readonly string[]) => {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        speed: { type: "string" },
        members: { type: "string" },
        cuts: { type: "string" },
        kill: { type: "boolean" },
        seed: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    throw new WrongOptions(error instanceof Error ? error.message : String(error));
  }
};
