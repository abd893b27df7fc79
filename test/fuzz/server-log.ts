import { z } from "zod";

const lineSchema = z.looseObject({ level: z.number(), event: z.string().optional() });
const ERROR = 50;

/** What a service has logged that is a fault of its own, or no line of its log at all. */
export const troublesIn = (log: readonly string[]): string[] =>
  log.filter((line) => {
    const parsed = lineSchema.safeParse(parse(line));
    return !parsed.success || parsed.data.level >= ERROR;
  });

const parse = (line: string): unknown => {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
};
