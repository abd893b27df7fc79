import type { z } from "zod";
import type { FitReason, suggestAnswerSchema } from "../../shared/api/directory.ts";
import { type GuildId, guildChannel, type PlayerId } from "../../shared/id.ts";
import type { Directory } from "./directory.ts";
import type { Fit } from "./fit.ts";
import { FIT_TEXTS } from "./fit-texts.ts";
import { toListing } from "./listing.ts";
import type { Matches } from "./matches.ts";
import type { Seeker } from "./seeker.ts";

export type Suggest = (seeker: Seeker, limit: number) => Promise<z.infer<typeof suggestAnswerSchema>>;

/** What stands between a player and guilds, which only they and he know. */
export type Standing = {
  membershipOf(player: PlayerId): Promise<{ guild: GuildId } | undefined>;
  asked(player: PlayerId): Promise<{ pending: ReadonlySet<GuildId>; declined: ReadonlySet<GuildId> }>;
  wayIn(
    guild: GuildId,
    player: PlayerId,
    level: number,
  ): Promise<{ way: "in" | "ask" | "member" } | { way: "no"; code: string }>;
};

export type SuggestDeps = { directory: Pick<Directory, "refresh">; matches: Matches; standing: Standing };

/** Of what is refused with these nobody can become a member now: the index does not know it yet. */
const STALE: readonly string[] = ["guild-not-found", "guild-closed", "guild-full", "level-too-low"];

/**
 * The guilds that fit best, each with why: of its reasons the one that was told least so far. Never his own, one he has asked, one that said no to him within a week,
 * or one that would refuse him now (a ban, a time he must wait, no place): each is asked before it is shown, so few as are needed.
 */
export const makeSuggest =
  ({ directory, matches, standing }: SuggestDeps, nowMs: () => number = Date.now): Suggest =>
  async (seeker, limit) => {
    const { player, level } = seeker;
    const [membership, { pending, declined }] = await Promise.all([
      standing.membershipOf(player),
      standing.asked(player),
    ]);
    const own = membership === undefined ? [] : [membership.guild];
    const fits = await matches(seeker, ["open", "request"], new Set([...own, ...pending, ...declined]));

    const takesHim = async ({ found }: Fit): Promise<boolean> => {
      const said = await standing.wayIn(found.row.id, player, level);
      if (said.way === "no" && STALE.includes(said.code)) await directory.refresh(guildChannel(found.row.id));
      return said.way === "in" || said.way === "ask";
    };
    const shown: Fit[] = [];
    for (let from = 0; from < fits.length && shown.length < limit; ) {
      const next = fits.slice(from, from + limit - shown.length);
      from += next.length;
      const taken = await Promise.all(next.map(takesHim));
      shown.push(...next.filter((_, index) => taken[index]));
    }

    const told = new Map<FitReason, number>();
    return {
      suggestions: shown.map(({ found, reasons }) => {
        const [code = "has-room", ...also] = reasons.toSorted((a, b) => (told.get(a) ?? 0) - (told.get(b) ?? 0));
        told.set(code, (told.get(code) ?? 0) + 1);
        return { guild: toListing(found, nowMs()), reason: { code, text: FIT_TEXTS[code] }, also };
      }),
    };
  };
