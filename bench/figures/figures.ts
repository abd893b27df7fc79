import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { BenchResult } from "../frame.ts";
import { thisMachine } from "../machine.ts";

const roundSchema = z.record(z.string(), z.number());

/** One run of a bench, as it is kept in docs/figures: every round of both sides, and all that figures depend on but the day. */
const figuresSchema = z.strictObject({
  bench: z.string(),
  /** Smaller and fewer rounds, to develop with. */
  quick: z.boolean(),
  /** Those that were asked for; none when the usual ones were measured. */
  sizes: z.record(z.string(), z.int()),
  /** The sizes in words. */
  note: z.string(),
  /** How often Redis forced its file to the disk, unless a figure's name says otherwise. */
  fsync: z.string(),
  machine: z.strictObject({
    cores: z.int(),
    cpu: z.string(),
    system: z.string(),
    node: z.string(),
    redis: z.string(),
  }),
  /** Taken before the rounds, by what they are about. */
  once: z.record(z.string(), roundSchema),
  /** Ours and then the baseline's, in the order in which they were run. */
  rounds: z.array(z.strictObject({ ours: roundSchema, baseline: roundSchema.optional() })).min(1),
});
export type Figures = z.infer<typeof figuresSchema>;

export type Kept = { readonly file: string; readonly figures: Figures };

/** More digits would only make files differ. */
const DIGITS = 6;

export const figuresOf = (result: BenchResult, sizes: Readonly<Record<string, number>>): Figures => {
  const rounded = (round: Readonly<Record<string, number>>): Record<string, number> =>
    Object.fromEntries(
      Object.entries(round)
        .filter(([, value]) => Number.isFinite(value))
        .map(([name, value]) => [name, Number(value.toPrecision(DIGITS))]),
    );
  const { ours, baseline } = result.each;
  return figuresSchema.parse({
    ...{ bench: result.name, quick: result.quick, sizes, note: result.note, fsync: result.redis.fsync },
    machine: { ...thisMachine(), redis: result.redis.version },
    once: Object.fromEntries(Object.entries(result.once).map(([name, round]) => [name, rounded(round)])),
    rounds: ours.map((round, index) => {
      const other = baseline[index];
      return { ours: rounded(round), ...(other && { baseline: rounded(other) }) };
    }),
  });
};

/** Runs of other sizes than the usual ones stand beside the usual run. */
const fileOf = (bench: string, sizes: Readonly<Record<string, number>>): string =>
  `${[bench, ...Object.entries(sizes).flat()].join("-")}.json`;

/** Every run that is kept. */
export const readFigures = async (folder: string): Promise<Kept[]> => {
  const files = (await readdir(folder)).filter((file) => file.endsWith(".json"));
  const read = async (file: string): Promise<Kept> => {
    const content: unknown = JSON.parse(await readFile(join(folder, file), "utf8"));
    return { file, figures: figuresSchema.parse(content) };
  };
  return Promise.all(files.toSorted().map(read));
};

/** Whether a run may be kept: a quick one never takes the place of a full one. */
export const mayKeep = async (
  folder: string,
  { bench, sizes, quick }: { bench: string; sizes: Readonly<Record<string, number>>; quick: boolean },
): Promise<boolean> => {
  const before = (await readFigures(folder)).find(({ file }) => file === fileOf(bench, sizes));
  return before === undefined || before.figures.quick || !quick;
};

/** The file that now holds the run. */
export const keepFigures = async (folder: string, figures: Figures): Promise<string> => {
  const file = join(folder, fileOf(figures.bench, figures.sizes));
  await writeFile(file, `${JSON.stringify(figures, undefined, 2)}\n`);
  return file;
};
