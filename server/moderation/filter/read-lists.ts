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

const lineOfSyntaxError = (text: string, message: string): number => {
  const position = /position (\d+)/.exec(message)?.[1];
  return position === undefined ? text.split("\n").length : text.slice(0, Number(position)).split("\n").length;
};

/** Throws `WrongList`. */
export const parseList = (file: string, text: string): ListFile => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new WrongList(file, lineOfSyntaxError(text, message), message);
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
