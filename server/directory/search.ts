import type { z } from "zod";
import type { SearchDirectory, searchAnswerSchema } from "../../shared/api/directory.ts";
import { GremioError } from "../../shared/errors.ts";
import { parsedJson } from "../redis/parsed-json.ts";
import type { Directory } from "./directory.ts";
import { beginningsOf, folded } from "./folded.ts";
import { type Found, toListing } from "./listing.ts";
import { activityList, freeList, levelList, messagesList, modeList, regionKey } from "./places.ts";

export type Search = (wanted: SearchDirectory) => Promise<z.infer<typeof searchAnswerSchema>>;

/** Rows looked at in one call, and in one search: a search for what next to nobody has ends after these, and says where to go on. So it costs little more than one in a directory that holds no more. */
const MOST_ROWS = 100;
const MOST_LOOKED_AT = 120;
/** More rows are asked for than will do if as many of them fit as did so far. */
const SPARE = 1.3;

/** How many rows are looked at next: at first as many as are wanted, then by what part of them fits. */
const rowsNext = (wanted: number, lookedAt: number, fitting: number): number =>
  lookedAt === 0
    ? wanted
    : Math.min(MOST_ROWS, Math.ceil(((wanted - fitting) * lookedAt * SPARE) / Math.max(1, fitting)));

/** What it costs does not depend on how many guilds there are: the shortest list that holds all that is looked for is walked, so far and no further. */
export const makeSearch =
  (directory: Pick<Directory, "walk">, nowMs: () => number = Date.now): Search =>
  async (wanted) => {
    const lists = listsOf(wanted);
    let { list, after } = readCursor(wanted.cursor, lists);
    const results: Found[] = [];
    let lookedAt = 0;
    while (lookedAt < MOST_LOOKED_AT) {
      const most = Math.min(rowsNext(wanted.limit, lookedAt, results.length), MOST_LOOKED_AT - lookedAt);
      const walked = await directory.walk(wanted.kind, list === undefined ? lists : [list], most, after);
      list = walked.list;
      lookedAt += most;
      for (const [index, found] of walked.found.entries()) {
        after = walked.places[index];
        if (found === undefined || !fits(found, wanted, nowMs()) || !isFirst(found, list, after ?? "")) continue;
        results.push(found);
        if (results.length === wanted.limit) break;
      }
      const isEnd = walked.places.length < most;
      const isWhole = walked.places.length === 0 || after === walked.places.at(-1);
      if (isEnd && isWhole) return { results: results.map((one) => toListing(one, nowMs())) };
      if (results.length === wanted.limit) break;
    }
    const next = Buffer.from(JSON.stringify([list, after])).toString("base64url");
    return { results: results.map((one) => toListing(one, nowMs())), next };
  };

const listsOf = (wanted: SearchDirectory): string[] => {
  const { name, tag, language, region, topic, free, active, joinMode, guildLevel } = wanted;
  const isFree = free !== undefined;
  const themes = [{ language, region }, ...(topic === undefined ? [] : [{ topic }])];
  const prefixes = [
    ...(name === undefined ? [] : [`as:name:${folded(name)}`]),
    ...(tag === undefined ? [] : [`as:tag:${folded(tag)}`]),
  ];
  if (prefixes.some((prefix) => prefix.endsWith(":")))
    throw new GremioError("bad-request", { details: ["name, tag: at least one letter or digit"] });
  return [
    ...prefixes,
    ...themes.map((theme) => `by:${activityList(theme, isFree)}`),
    ...[
      ...(joinMode === undefined ? [] : [modeList(joinMode)]),
      ...(active === undefined ? [] : [messagesList(active)]),
      ...(free === undefined ? [] : freeList(free)),
      ...(guildLevel === undefined ? [] : levelList(guildLevel)),
    ].map((list) => `by:${list}`),
  ];
};

const readCursor = (cursor: string | undefined, lists: readonly string[]): { list?: string; after?: string } => {
  if (cursor === undefined) return {};
  const read = parsedJson(Buffer.from(cursor, "base64url").toString());
  const [list, after]: unknown[] = Array.isArray(read) ? read : [];
  const isPlace = typeof after === "string" && (/^-?\d+:./.test(after) || after.includes("\u0001"));
  if (typeof list !== "string" || !lists.includes(list) || !isPlace)
    throw new GremioError("bad-request", { details: ["cursor: none of these filters"] });
  return { list, after };
};

const fits = ({ row, pulse }: Found, wanted: SearchDirectory, nowMs: number): boolean => {
  const { name, tag, language, region, topic, free, active, joinMode, level, guildLevel } = wanted;
  const begins = (beginnings: readonly string[], looked: string | undefined): boolean =>
    looked === undefined || beginnings.some((beginning) => beginning.startsWith(folded(looked)));
  return (
    begins(beginningsOf(row.name), name) &&
    begins([folded(row.tag)], tag) &&
    (language === undefined || row.language === undefined || row.language === language) &&
    (region === undefined || (row.region !== undefined && regionKey(row.region) === regionKey(region))) &&
    (topic === undefined || row.topics.includes(topic)) &&
    (free === undefined || row.capacity - row.members >= free) &&
    (active === undefined || toListing({ row, pulse }, nowMs).activity.messages >= active) &&
    (joinMode === undefined || row.joinMode === joinMode) &&
    (level === undefined || row.minLevel <= level) &&
    (guildLevel === undefined || row.level >= guildLevel)
  );
};

/** A name that begins so in several of its words stands in the list as often; it is shown at the first. */
const isFirst = ({ row }: Found, list: string, place: string): boolean => {
  const prefix = /^as:name:(.*)$/s.exec(list)?.[1];
  if (prefix === undefined) return true;
  const all = beginningsOf(row.name).filter((beginning) => beginning.startsWith(prefix));
  return all.toSorted()[0] === place.slice(0, place.indexOf("\u0001"));
};
