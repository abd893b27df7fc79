import type { ErrorCode } from "../../shared/errors.ts";
import type { Rank } from "../../shared/rank.ts";

/** What a message's author needs by the rules: at least this rank, or he is refused with the code. */
export type Need = { code: ErrorCode; rank: Rank | "nobody" };

/** What became of a message when it was judged by the rules of its channel. */
export type Judged = {
  /** Of the channel's own rules. They may be others by now: then it is to be judged anew (`RulesChanged`). */
  version: string;
  needs: readonly Need[];
  /** It waits for review instead of being written: `held` is thrown once nothing else speaks against it. */
  hold: boolean;
  /** What is written: the body with words masked or marked. */
  body: unknown;
  /** Least time between two messages that the studio's floor asks for. */
  slowModeMs: number;
};

/** As in permissions.lua; nobody is higher than a leader. */
const HEIGHTS: Readonly<Record<Need["rank"], number>> = { recruit: 1, member: 2, officer: 3, leader: 4, nobody: 5 };

/** As rules.lua reads it. */
export const judgedLine = (judged: Omit<Judged, "body"> | undefined): string =>
  judged === undefined
    ? ""
    : `${judged.version} ${judged.needs.map(({ code, rank }) => `${code}:${HEIGHTS[rank]}`).join(",")}${judged.hold ? " hold" : ""}`;
