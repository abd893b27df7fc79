import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readFigures } from "./figures.ts";
import { plot } from "./plot.ts";
import { runsOf, stories } from "./stories.ts";
import { figuresTable } from "./table.ts";

type Drawn = { readonly path: string; readonly text: string };

/** The table stands between these on the page. */
const [BEGIN, END] = ["<!-- figures: npm run bench -- plots -->", "<!-- end of figures -->"];

/** What the page and the plots have to be by the runs that are kept. */
export const drawn = async (docs: string): Promise<Drawn[]> => {
  const kept = await readFigures(join(docs, "figures"));
  const plots = stories.flatMap((story) => {
    const runs = runsOf(story, kept).map(({ figures }) => figures);
    return runs.length === 0 ? [] : [{ path: join("figures", `${story.bench}.svg`), text: plot(story, runs) }];
  });
  const page = await readFile(join(docs, "performance.md"), "utf8");
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`performance.md has no lines ${BEGIN} and ${END}`);
  const text = `${page.slice(0, begin)}${BEGIN}\n\n${figuresTable(kept)}\n\n${page.slice(end)}`;
  return [{ path: "performance.md", text }, ...plots];
};

/** Makes page and plots so. */
export const draw = async (docs: string): Promise<void> => {
  for (const { path, text } of await drawn(docs)) await writeFile(join(docs, path), text);
};
