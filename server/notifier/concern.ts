import type { PlayerId } from "../../shared/id.ts";
import type { NoticeCondition } from "../channel/notice-condition.ts";
import type { Fighters, WarStanding } from "../pvp/fighters.ts";

/** Whether a notice concerns a player. `over`: it would, but what it is for is past. */
export type Concern = "concerned" | "unconcerned" | "over";

/** How these players stand to what a notice is for, in their order. */
export type ReadConcerns = (
  condition: NoticeCondition | undefined,
  players: readonly PlayerId[],
) => Promise<readonly Concern[]>;

export const makeReadConcerns =
  (fighters: Pick<Fighters, "standing">): ReadConcerns =>
  async (condition, players) => {
    if (condition === undefined) return players.map(() => "concerned");
    const { phase, attemptsLeft } = await fighters.standing(condition.war, players);
    return attemptsLeft.map((left) => concernOf(condition.type, phase, left));
  };

/** Phases in which attempts can still be made. */
const UNDECIDED: ReadonlySet<string> = new Set(["preparing", "active"]);

const concernOf = (
  type: NoticeCondition["type"],
  phase: WarStanding["phase"],
  attemptsLeft: number | undefined,
): Concern => {
  if (phase === undefined) return "over";
  if (type === "war-active") return phase === "active" ? "concerned" : "over";
  if (attemptsLeft === undefined) return "unconcerned";
  if (type === "war-fighter") return "concerned";
  return attemptsLeft > 0 && UNDECIDED.has(phase) ? "concerned" : "over";
};
