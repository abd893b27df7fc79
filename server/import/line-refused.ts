import { GremioError } from "../../shared/errors.ts";

/** Why a line was not done, and what to do about it. */
export const LINE_PROBLEMS = {
  "not-json": "Write one JSON object, of UTF-8 and at most 16 KB, on this line.",
  "wrong-form": "Write the line as docs/import.md says.",
  twice: "Leave one of the two lines; the first one counts.",
  "two-leaders": "Name one leader: the guild's line says who it is, and his member's line says `leader` too.",
  "player-not-found": "Add a line for this player, with a profile, or correct his id.",
  "guild-not-found": "Add a line for this guild, or correct its id.",
  "already-in-guild": "Leave him in one guild; here he can leave the other one first.",
  "guild-exists": "Give the guild an id of its own, or name the leader it has here.",
  "guild-full": "Give the guild's line a higher `capacity` (at most 5,000).",
  "last-leader": "The guild has one leader here; give the rank by the API instead.",
  "key-reused": "Points that came in stay as they are; move the difference by the API.",
  banned: "Lift the ban by the API first.",
  "player-linked": "He goes on as another player; use that id.",
  "bad-request": "Something would pass 2^53 - 1 points; correct the amount.",
  "outcome-unknown": "Run the same command again.",
} as const;
export type LineProblem = keyof typeof LINE_PROBLEMS;
const isLineProblem = (code: string): code is LineProblem => Object.hasOwn(LINE_PROBLEMS, code);

/** A line that is not done; the others are. */
export class LineRefused extends Error {
  readonly kind: LineProblem;

  /** `what`: whatever tells this line's problem from others of its kind. */
  constructor(kind: LineProblem, what = "") {
    super(what);
    this.name = "LineRefused";
    this.kind = kind;
  }

  /** A refusal by its code. Anything else is thrown: it is no line's fault. */
  static of(code: string, what = ""): LineRefused {
    if (isLineProblem(code)) return new LineRefused(code, what);
    throw new Error(`refused with ${code}`);
  }

  /** What was thrown as a line's refusal. An outcome that is not known is thrown as it is, and so is what is no refusal. */
  static from(error: unknown): LineRefused {
    if (error instanceof LineRefused) return error;
    if (error instanceof GremioError && error.code !== "outcome-unknown") return LineRefused.of(error.code);
    throw error;
  }
}
