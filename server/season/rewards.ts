import PQueue from "p-queue";
import type { Logger } from "pino";
import type { SeasonReward } from "../../shared/api/ranking.ts";
import { type GuildId, guildChannel, type PlayerId } from "../../shared/id.ts";
import { LOCALES } from "../../shared/locale.ts";
import type { TemplateId } from "../../shared/template.ts";
import { makeAsk } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";
import { asNumber, asPairs, asText, asTextOrNull } from "../redis/reply.ts";
import { namesOf, type SeasonRow } from "./season-row.ts";

export type Standing = { guild: GuildId; points: number; rank: number; place: number };
export type Rewarded = {
  /** How long ago the newest of it was done, in ms; undefined: there was nothing to do. */
  youngest: number | undefined;
  /** What those guilds are called, or were when they ended. */
  names: (readonly [guild: GuildId, name: string, tag: string])[];
};

export type Rewards = {
  /** Gives guilds and their members what their ranks are worth and tells them, each once, however often it is called. */
  give(season: SeasonRow["asked"], standings: readonly Standing[]): Promise<Rewarded>;
};

const AT_ONCE = 400;
/** As many as a guild's book follows. */
const MOST_LINKS = 16;
const ENDED: TemplateId = "season-ended";

const rewardOf = ({ brackets }: SeasonRow["asked"], rank: number): SeasonReward =>
  brackets.find(({ from, to }) => from <= rank && rank <= to)?.reward ?? {};

const itemsText = (items: readonly unknown[] | undefined): string => (items === undefined ? "" : JSON.stringify(items));

export const makeRewards = (
  redis: Redis,
  keys: Keys,
  log: Pick<Logger, "error">,
  { historyLength }: { historyLength: number },
): Rewards => {
  const ask = makeAsk(redis, keys);

  return {
    give: async (asked, standings) => {
      const { season } = asked;
      const names: [GuildId, string, string][] = [];
      const queue = new PQueue({ concurrency: AT_ONCE });
      let youngest: number | undefined;
      const done = (ageMs: unknown): void => {
        youngest = Math.min(youngest ?? Number.POSITIVE_INFINITY, Math.max(0, asNumber(ageMs)));
      };
      /** What can never be given is told in the log, and the others get theirs. */
      const refused = (whom: string, code: string): void => {
        if (!code.endsWith("-not-found")) log.error({ event: "season-reward-refused", season, whom, code });
      };

      const givePlayer = async (standing: Standing, contributor: PlayerId, reward: SeasonReward): Promise<void> => {
        const { points = 0, items } = reward.members ?? {};
        let player = contributor;
        for (let links = 0; ; links++) {
          const { code, rest } = await ask.raw("season_reward_player", `player:${player}`, [
            ...[player, season, contributor, standing.guild, String(standing.rank), String(points), itemsText(items)],
          ]);
          if (code === "ok") return done(rest[0]);
          // A guest who has become an account since, which may have become another's guest.
          if (code !== "player-linked" || links === MOST_LINKS) return refused(`player:${contributor}`, code);
          player = asText(rest[0]);
        }
      };

      const giveGuild = async ({ guild, points, rank, place }: Standing, reward: SeasonReward): Promise<void> => {
        const channel = guildChannel(guild);
        const info = keys.of(channel, "info");
        const language = asTextOrNull(await redis.run(info, ["HGET", info, "language"]));
        const shown = namesOf(asked)[LOCALES.find((locale) => locale === language) ?? "es-419"];
        const body = { template: ENDED, params: { season: shown, rank: String(rank), points: String(points) } };
        const { code, rest } = await ask.raw("season_reward_guild", channel, [
          ...[channel, season, String(rank), String(place), String(points)],
          ...[String(reward.guild?.points ?? 0), itemsText(reward.guild?.items), JSON.stringify(body)],
          String(historyLength),
        ]);
        const [name, tag] = rest.slice(code === "ok" ? 1 : 0);
        if (typeof name === "string") names.push([guild, name, asTextOrNull(tag) ?? ""]);
        if (code !== "ok") return refused(channel, code);
        done(rest[0]);
      };

      const tasksOf = async (standing: Standing): Promise<(() => Promise<void>)[]> => {
        const reward = rewardOf(asked, standing.rank);
        const { members } = reward;
        const forGuild = (): Promise<void> => giveGuild(standing, reward);
        if (members?.points === undefined && members?.items === undefined) return [forGuild];
        const args = [season, String(members.least)];
        const [entitled] = await ask("season_entitled", guildChannel(standing.guild), args);
        const players = [...asPairs(entitled).keys()];
        return [...players.map((player) => () => givePlayer(standing, player, reward)), forGuild];
      };
      const tasks = await Promise.all(standings.map(tasksOf));
      await queue.addAll(tasks.flat());
      return { youngest, names };
    },
  };
};
