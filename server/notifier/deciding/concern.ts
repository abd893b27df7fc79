import type { BroadcastId } from "../../../shared/api/broadcast.ts";
import type { ChannelId, PlayerId } from "../../../shared/id.ts";
import type { NoticeCondition, WarCondition } from "../../channel/notice-condition.ts";
import type { StandsWith } from "../../guild/stands-with.ts";
import type { Fighters, WarStanding } from "../../pvp/fighters.ts";

/** Whether a notice concerns a player. `over`: it would, but what it is for is past. */
export type Concern = "concerned" | "unconcerned" | "over";

/** How these players stand to what a notice is for, in their order. */
export type ReadConcerns = (
  condition: NoticeCondition | undefined,
  players: readonly PlayerId[],
) => Promise<readonly Concern[]>;

/** Whether a player is invited into a team. */
export type IsInvited = (team: ChannelId, player: PlayerId) => Promise<boolean>;

/** When what a notice is for is over, in epoch ms, as far as that is known. */
export type ReadDeadline = (condition: NoticeCondition | undefined) => Promise<number | undefined>;

export const makeReadDeadline =
  (fighters: Pick<Fighters, "endOf">): ReadDeadline =>
  async (condition) =>
    condition !== undefined && "war" in condition ? fighters.endOf(condition.war) : undefined;

export const makeReadConcerns =
  (
    fighters: Pick<Fighters, "standing" | "endOf">,
    holds: (broadcast: BroadcastId) => Promise<boolean>,
    isInvited: IsInvited,
    standsWith: StandsWith,
    now: () => number = Date.now,
  ): ReadConcerns =>
  async (condition, players) => {
    if (condition === undefined) return players.map(() => "concerned");
    if (condition.type === "broadcast") {
      const concern = (await holds(condition.broadcast)) ? "concerned" : "over";
      return players.map(() => concern);
    }
    if (condition.type === "team-invited") {
      const invited = await Promise.all(players.map((player) => isInvited(condition.team, player)));
      return invited.map((is) => (is ? "concerned" : "over"));
    }
    if (condition.type === "guild-invited") {
      const standings = await Promise.all(players.map((player) => standsWith(condition.guild, player)));
      return standings.map(({ invited, member }) => (invited && !member ? "concerned" : "over"));
    }
    if (condition.type === "request-open") {
      const { asks } = await standsWith(condition.guild, condition.player);
      return players.map(() => (asks ? "concerned" : "over"));
    }
    const [{ phase, attemptsLeft }, endsAt] = await Promise.all([
      fighters.standing(condition.war, players),
      fighters.endOf(condition.war),
    ]);
    // Results are still taken for a while, but nobody begins a battle any more.
    const isUp = endsAt !== undefined && now() >= endsAt;
    return attemptsLeft.map((left) => concernOf(condition.type, isUp ? "settling" : phase, left));
  };

/** Phases in which attempts can still be made. */
const UNDECIDED: ReadonlySet<string> = new Set(["preparing", "active"]);

const concernOf = (
  type: WarCondition["type"],
  phase: WarStanding["phase"],
  attemptsLeft: number | undefined,
): Concern => {
  if (phase === undefined) return "over";
  if (type === "war-active") return phase === "active" ? "concerned" : "over";
  if (attemptsLeft === undefined) return "unconcerned";
  if (type === "war-fighter") return "concerned";
  return attemptsLeft > 0 && UNDECIDED.has(phase) ? "concerned" : "over";
};
