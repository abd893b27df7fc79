import { readFile } from "node:fs/promises";
import type { Logger } from "pino";
import type { EarningRules } from "../../../shared/earning.ts";
import { type Every, every } from "../../redis/every.ts";
import { readRules } from "./rules-text.ts";

export type RulesInForce = {
  rules: EarningRules;
  /** The beginning of the file's SHA-256; null where no file is set. */
  version: string | null;
  /** When this process took them over. */
  since: number;
};

export type RulesFile = {
  /** Undefined: the file has been wrong since this process began. */
  inForce(): RulesInForce | undefined;
  /** What is wrong with the file as it is now, while older rules, or none, are in force. */
  problems(): string[];
  close(): void;
};

/** How soon a change of the file is in force. */
const LOOK_MS = 2_000;

const NO_RULES: EarningRules = { zone: "UTC", newMemberHours: 24, rules: [] };

/**
 * The studio's rules from a file, which is looked at every 2 s. A wrong one is told in the log, once, and the rules before it stay. Without a path there are no rules:
 * no event pays anything.
 */
export const openRulesFile = async (path: string | undefined, logger: Logger, lookMs = LOOK_MS): Promise<RulesFile> => {
  let inForce: RulesInForce | undefined =
    path === undefined ? { rules: NO_RULES, version: null, since: Date.now() } : undefined;
  let problems: string[] = [];
  let seen: string | undefined;

  const look = async (file: string): Promise<void> => {
    const read = await readFile(file, "utf8").then(
      (text) => ({ text }),
      (error: unknown) => ({ failure: error instanceof Error ? error.message : String(error) }),
    );
    const content = "text" in read ? `file ${read.text}` : `failure ${read.failure}`;
    if (content === seen) return;
    seen = content;
    const result = "text" in read ? readRules(read.text) : { problems: [read.failure] };
    if ("problems" in result) {
      problems = result.problems;
      logger.error({ event: "earning-rules-wrong", file, problems, stay: inForce?.version ?? null });
      return;
    }
    problems = [];
    const { rules, version } = result;
    if (version === inForce?.version) return;
    inForce = { rules, version, since: Date.now() };
    logger.info({ event: "earning-rules-in-force", file, version, rules: rules.rules.length });
  };

  let looks: Every | undefined;
  if (path !== undefined) {
    await look(path);
    looks = every(
      lookMs,
      () => look(path),
      (error) => logger.warn({ event: "earning-rules-failed", file: path, error: String(error) }),
    );
  }
  return { inForce: () => inForce, problems: () => problems, close: () => looks?.close() };
};
