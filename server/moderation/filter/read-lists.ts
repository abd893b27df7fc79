import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { makeLexicon, WrongTerm } from "../../../shared/moderation/filter-lexicon.ts";
import { type FilterList, filterListSchema } from "../../../shared/moderation/filter-list.ts";
import { lineInJson } from "./place-in-json.ts";

/** A list's file that cannot be used: which, in which line, and why. */
export class WrongList extends Error {
  constructor(file: string, line: number, why: string) {
    super(`${file}, line ${line}: ${why}`);
    this.name = "WrongList";
  }
}

/** A file of a list as it was read. */
export type ListFile = Readonly<{ file: string; text: string; list: FilterList }>;

/** Why a text is no JSON; undefined when it is, or may become so when it goes on. */
const brokenBy = (text: string): string | undefined => {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const position = /position (\d+)/.exec(message)?.[1];
    const ends = message.includes("end of JSON") || (position !== undefined && Number(position) >= text.length);
    return ends ? undefined : message;
  }
};

/** The first line with which a text cannot be JSON any more; the last one when it only ends too early. Not every message of V8 has a position. */
const brokenLine = (text: string): number => {
  const lines = text.split("\n");
  let [good, bad] = [0, lines.length];
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (brokenBy(lines.slice(0, middle).join("\n").trimEnd()) === undefined) good = middle;
    else bad = middle;
  }
  return bad;
};

/** Throws `WrongList`. */
export const parseList = (file: string, text: string): ListFile => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new WrongList(file, brokenLine(text.trimEnd()), message);
  }
  const parsed = filterListSchema.safeParse(value);
  if (parsed.success) return { file, text, list: parsed.data };
  const issue = parsed.error.issues[0];
  const path = issue?.path ?? [];
  throw new WrongList(file, lineInJson(text, path), `${path.join(".") || "the file"}: ${issue?.message ?? "wrong"}`);
};

/** The `.json` files of a folder, by name. Throws `WrongList`, or what the file system says. */
export const readLists = (folder: string): readonly ListFile[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .sort()
    .map((name) => {
      const file = join(folder, name);
      return parseList(file, readFileSync(file, "utf8"));
    });

/** Throws `WrongList` for the first term of these files that cannot be read. */
export const checkTerms = (files: readonly ListFile[]): void => {
  for (const { file, text, list } of files)
    try {
      makeLexicon([list]);
    } catch (error) {
      if (error instanceof WrongTerm) throw new WrongList(file, lineInJson(text, error.path), error.message);
      throw error;
    }
};
