import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Filter, makeFilter } from "../../../shared/moderation/filter.ts";
import type { FilterList } from "../../../shared/moderation/filter-list.ts";
import { baseLists } from "./base-lists.ts";
import { listDifference } from "./list-difference.ts";
import { checkTerms, readLists } from "./read-lists.ts";

type Logger = Readonly<{ info(fields: object): void; warn(fields: object): void }>;

export type LiveFilter = Filter &
  Readonly<{
    /** Looks at the folder now; the timer does so by itself. */
    look(): void;
    /** Makes ready what the first judging would otherwise wait for: some 100 ms. */
    warm(): void;
    close(): void;
  }>;

/** How often the studio's folder is looked at. */
const LOOK_MS = 5_000;

/** What tells whether a folder's lists are others than before, without reading them. */
const printOf = (folder: string): string =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .sort()
    .map((name) => {
      const { mtimeMs, size, ino } = statSync(join(folder, name));
      return `${name}:${mtimeMs}:${size}:${ino}`;
    })
    .join("\n");

/**
 * The filter of Gremio's lists and, when there is a folder, of the studio's own, which go before. When files of the folder change, the lists are taken anew within
 * `lookMs`, all at once; while any file is wrong, the log says which and where, and the lists before stay. Throws `WrongList` when a file is wrong from the start.
 */
export const startFilter = (folder: string | undefined, logger: Logger, lookMs: number = LOOK_MS): LiveFilter => {
  const own = (): readonly FilterList[] => {
    if (folder === undefined) return [];
    const files = readLists(folder);
    checkTerms(files);
    return files.map(({ list }) => list);
  };
  let print = folder === undefined ? "" : printOf(folder);
  let lists = own();
  // Made when the first text is judged: many processes of a test or a restart never judge one.
  let made: Filter | undefined;
  const filter = (): Filter => {
    made ??= makeFilter([...baseLists(), ...lists]);
    return made;
  };

  const look = (): void => {
    if (folder === undefined) return;
    try {
      const seen = printOf(folder);
      if (seen === print) return;
      print = seen;
      const later = own();
      made = makeFilter([...baseLists(), ...later]);
      const { added, removed, changed } = listDifference(lists, later);
      lists = later;
      logger.info({
        event: "filter-lists",
        added: added.length,
        removed: removed.length,
        changed: changed.length,
        files: later.length,
      });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      // A folder that is gone is told once, and looked for again.
      if (print !== why) logger.warn({ event: "filter-lists-wrong", error: why });
      if (error instanceof Error && "syscall" in error) print = why;
    }
  };
  const timer = folder === undefined ? undefined : setInterval(look, lookMs);
  timer?.unref();
  return {
    find: (text, speaker) => filter().find(text, speaker),
    judge: (text, how) => filter().judge(text, how),
    look,
    warm: () => void filter(),
    close: () => clearInterval(timer),
  };
};
