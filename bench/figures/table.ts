import type { Kept } from "./figures.ts";
import { judge, type Side } from "./judge.ts";
import { runsOf, type Shown, type Story, stories } from "./stories.ts";
import { comparedInWords, reachInWords, withUnit } from "./words.ts";

const HEAD = ["bench", "work", "fsync", "baseline", "ratio", "reach", "ours", "baseline's"];
const NOTHING = "–";

/** The table of all runs that are kept, in Markdown. */
export const figuresTable = (kept: readonly Kept[]): string => {
  const rows = stories.flatMap((story) => runsOf(story, kept).map((run) => row(story, run)));
  return [HEAD, HEAD.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
};

const row = (story: Story, { figures, file }: Kept): string[] => {
  const judged = story.shown.map((shown) => ({ shown, ...judge(figures, shown) }));
  const each = (write: (one: (typeof judged)[number]) => string | undefined): string => {
    const lines = judged.flatMap((one) => {
      const text = write(one);
      return text === undefined ? [] : [`${text}${one.shown.short && ` ${one.shown.short}`}`];
    });
    return lines.join("<br>") || NOTHING;
  };
  const modes = [figures.fsync, ...(story.fsyncToo === undefined ? [] : [story.fsyncToo])];
  return [
    `[\`${story.bench}\`](#${story.bench}) ([rounds](figures/${file}))${figures.quick ? " **quick run**" : ""}`,
    `${story.work}: ${figures.note}`,
    modes.map((mode) => `\`${mode}\``).join(", "),
    story.baseline || NOTHING,
    each((one) => comparedInWords(one.shown, one)),
    each(({ shown, reached }) => {
      const reach = reachInWords(shown);
      return reach && `${reach} ${reached ? "✓" : "✗"}`;
    }),
    each(({ shown, ours }) => inWords(ours, shown)),
    each(({ shown, baseline }) => baseline && inWords(baseline, shown)),
  ];
};

const inWords = ({ median, low, high }: Side, { unit }: Shown): string => {
  const [middle, least, most] = [median, low, high].map((value) => withUnit(value, unit));
  return least === most ? `${middle}` : `${middle} (${least?.replace(/ .*/, "")}–${most?.replace(/ .*/, "")})`;
};
