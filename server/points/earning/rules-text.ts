import { createHash } from "node:crypto";
import { type EarningRules, earningRulesSchema } from "../../../shared/earning.ts";
import { lineOf } from "./line-of.ts";

export type ReadRules = { rules: EarningRules; version: string } | { problems: string[] };

/** As one writes it: `rules[2].caps.day`. */
const pathText = (path: readonly PropertyKey[]): string =>
  path
    .map((part, index) => (typeof part === "number" ? `[${part}]` : `${index === 0 ? "" : "."}${String(part)}`))
    .join("");

/** A text may be nested deeper than anything can walk. */
const lineIn = (text: string, path: readonly PropertyKey[]): number => {
  try {
    return lineOf(text, path);
  } catch {
    return 1;
  }
};

/** Reads a file of rules; each problem is told with its line and where in the rules it is: `line 12, rules[2].caps.day: …`. */
export const readRules = (content: string): ReadRules => {
  // Editors of Windows begin a file with a mark.
  const text = content.startsWith("\ufeff") ? content.slice(1) : content;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return { problems: [error instanceof Error ? error.message : String(error)] };
  }
  const { data, error } = earningRulesSchema.safeParse(json);
  if (error === undefined)
    return { rules: data, version: createHash("sha256").update(text).digest("hex").slice(0, 12) };
  return {
    problems: error.issues.map(
      ({ path, message }) => `line ${lineIn(text, path)}, ${pathText(path) || "the file"}: ${message}`,
    ),
  };
};
