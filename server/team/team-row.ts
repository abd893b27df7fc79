import { z } from "zod";
import type { Open } from "../../shared/api/team.ts";
import type { PlayerId } from "../../shared/id.ts";
import type { RosterSnapshot } from "../channel/rosters.ts";

/** What is stored of a team besides what every channel has; see team.lua. */
const rowSchema = z.object({
  team: z.literal("1"),
  by: z.string().default(""),
  topic: z.string().default(""),
  open: z.string().default(""),
  selfRoles: z.string().default(""),
  match: z.string().default(""),
  war: z.string().default(""),
  endsAt: z.coerce.number().default(0),
  check: z.string().default(""),
  checkUntil: z.coerce.number().default(0),
  checkBy: z.coerce.number().default(0),
  checkResult: z.enum(["", "ready", "not-ready"]).catch(""),
  party: z.string().default(""),
  everyoneSpeaks: z.string().default(""),
});

export type TeamRow = {
  /** Who made it; '' the game's backend. */
  by: PlayerId;
  topic: string;
  /** `guild:<id>`, `circle:<id>` or ''. */
  open: string;
  selfRoles: boolean;
  match: string;
  war: string;
  endsAt: number;
  party: boolean;
  /** Of a party: whoever comes speaks. */
  everyoneSpeaks: boolean;
  check: { id: string; until: number; by: number; result: "" | "ready" | "not-ready" };
};

/** A team as it is stored; undefined for a bare channel, which is none. */
export const teamRowOf = ({ info }: Pick<RosterSnapshot, "info">): TeamRow | undefined => {
  const { data } = rowSchema.safeParse(Object.fromEntries(info));
  if (data === undefined) return undefined;
  const { team: _, selfRoles, check, checkUntil, checkBy, checkResult, party, everyoneSpeaks, ...row } = data;
  return {
    ...row,
    selfRoles: selfRoles === "1",
    party: party === "1",
    everyoneSpeaks: everyoneSpeaks === "1",
    check: { id: check, until: checkUntil, by: checkBy, result: checkResult },
  };
};

/** The check that runs, if one does. */
export const runningCheck = (row: TeamRow | undefined): TeamRow["check"] | undefined =>
  row !== undefined && row.check.id !== "" && row.check.result === "" ? row.check : undefined;

export const openText = (open: Open): string =>
  open === null ? "" : "guild" in open ? `guild:${open.guild}` : `circle:${open.circle}`;

export const openOf = (text: string): Open => {
  const id = text.slice(text.indexOf(":") + 1);
  if (text.startsWith("guild:")) return { guild: id };
  return text.startsWith("circle:") ? { circle: id } : null;
};
