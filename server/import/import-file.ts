import { stat } from "node:fs/promises";
import { GremioError } from "../../shared/errors.ts";
import type { ImportGuild, ImportLine, ImportMember, ImportPlayer } from "../../shared/import.ts";
import { type FileRows, makeFileRows } from "./file-rows.ts";
import type { Importer, Outcome } from "./importer.ts";
import { makeLanes } from "./in-lanes.ts";
import { LineRefused } from "./line-refused.ts";
import { linesOf } from "./lines.ts";
import { readLine } from "./read-line.ts";
import { PARTS, type Part, type Report } from "./report.ts";

/** How far it is: in which of its ways through the file, and what share of that is done. */
export type Progress = { pass: "check" | Part; number: number; of: number; lines: number; share: number };

export type ImportOptions = {
  dryRun: boolean;
  /** Places of a guild that is not told otherwise. */
  capacity: number;
  report: Report;
  onProgress?(progress: Progress): void;
};

/** Lines that wait or are under way; those of one guild go one after another, in the order of the file. */
const AT_ONCE = 2_000;
const TRIES = 3;

const PART_OF: Readonly<Record<ImportLine["type"], Part>> = { player: "players", guild: "guilds", member: "members" };

/**
 * Brings a file in: it is read once to check its lines against one another, then once each for players, guilds and members, so that they may come in any order. Lines
 * with problems are reported, all others are done.
 */
export const importFile = async (path: string, importer: Importer, options: ImportOptions): Promise<void> => {
  const { report, dryRun, onProgress } = options;
  const rows = makeFileRows();
  const { size } = await stat(path);
  const passes = ["check", ...PARTS] as const;

  const through = async (pass: Progress["pass"], take: (text: string | undefined, number: number) => Promise<void>) => {
    let lines = 0;
    for await (const block of linesOf(path))
      for (const { number, text, end } of block) {
        await take(text, number);
        lines += 1;
        onProgress?.({ pass, number: passes.indexOf(pass) + 1, of: passes.length, lines, share: end / size });
      }
  };
  /** Reports what refuses a line; gives undefined then. */
  const orProblem = async <T>(number: number, act: () => T | Promise<T>): Promise<T | undefined> => {
    try {
      return await act();
    } catch (error) {
      const { kind, message } = LineRefused.from(error);
      report.problem(number, kind, message);
      return undefined;
    }
  };

  const seen = new Set<ImportLine["type"]>();
  await through("check", async (text, number) => {
    await orProblem(number, () => {
      const line = readLine(text);
      seen.add(line.type);
      if (line.type === "player") rows.player(line, number);
      if (line.type === "guild") rows.guild(line, number);
    });
  });

  const doing = makeDoing(importer, rows, options);
  for (const type of ["player", "guild", "member"] as const) {
    if (!seen.has(type)) continue;
    const part = PART_OF[type];
    const lanes = makeLanes(AT_ONCE);
    await through(part, async (text, number) => {
      // What is wrong with a line was reported when the file was checked. Only a line with an escape may be of the type without its name.
      if (text === undefined || !(text.includes(`"${type}"`) || text.includes("\\u"))) return;
      const line = quietly(() => readLine(text));
      if (line?.type !== type || !rows.counts(line, number)) return;
      const lane = line.type === "member" ? line.guild : line.id;
      await lanes.add(lane, async () => {
        const done = await orProblem(number, () => settled(() => doing(line, number)));
        if (done !== undefined) report.done(part, done.outcome, done.points);
      });
    });
    await lanes.drain();
  }
  if (dryRun) return;
  const lanes = makeLanes(AT_ONCE);
  for (const guild of rows.guilds()) await lanes.add(guild, () => importer.tell(guild));
  await lanes.drain();
};

const quietly = (read: () => ImportLine): ImportLine | undefined => {
  try {
    return read();
  } catch (error) {
    if (error instanceof LineRefused) return undefined;
    throw error;
  }
};

/** Tries again what may have been done or not: the same line does nothing twice. */
const settled = async <T>(act: () => Promise<T>): Promise<T> => {
  for (let tries = 1; ; tries++) {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof GremioError && error.code === "outcome-unknown")) throw error;
      if (tries === TRIES) throw new LineRefused(error.code);
    }
  }
};

type Done = { outcome: Outcome; points: number };

/** Does a line, or says what would be done: then also by what other lines of the file would have done. */
const makeDoing = (importer: Importer, rows: FileRows, { dryRun, capacity }: ImportOptions) => {
  const mustBeKnown = async (player: string): Promise<void> => {
    if (!rows.hasPlayer(player) && !(await importer.isKnown(player))) throw new LineRefused("player-not-found", player);
  };
  const player = async (line: ImportPlayer): Promise<Outcome> => importer.player(line, dryRun);

  const guild = async (line: ImportGuild): Promise<Outcome> => {
    const found = await importer.guild(line, dryRun).catch((error: unknown) => {
      const row = rows.guildRow(line.id);
      if (row !== undefined && error instanceof LineRefused && error.kind === "guild-exists") row.isAnother = true;
      throw error;
    });
    if (found !== undefined) return found.outcome;
    await mustBeKnown(line.leader);
    await importer.mustBeFree(line.leader, line.id);
    return "made";
  };

  const member = async (line: ImportMember, number: number): Promise<Outcome> => {
    rows.member(line, number);
    const row = rows.guildRow(line.guild);
    const found = await importer.member(line, dryRun);
    if (!dryRun) return found?.outcome ?? "done";
    if (found === undefined && row === undefined) throw new LineRefused("guild-not-found", line.guild);
    if (found !== undefined && found.outcome !== "made") return found.outcome;
    // The leader comes with his guild.
    if (found === undefined && row?.leader === line.player) return "filled";
    await mustBeKnown(line.player);
    await importer.mustBeFree(line.player, line.guild);
    const places = row?.capacity ?? found?.places ?? capacity;
    const joining = row === undefined ? 0 : row.joining;
    if ((found?.members ?? 1) + joining >= places) throw new LineRefused("guild-full");
    if (row !== undefined) row.joining += 1;
    return "made";
  };

  return async (line: ImportLine, number: number): Promise<Done> => {
    if (line.type === "player") return { outcome: await player(line), points: line.balance };
    if (line.type === "guild") return { outcome: await guild(line), points: line.balance };
    return { outcome: await member(line, number), points: line.contribution };
  };
};
