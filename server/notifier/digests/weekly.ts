import { GremioError } from "../../../shared/errors.ts";
import { type GuildId, guildChannel, type PlayerId } from "../../../shared/id.ts";
import type { PushPolicy } from "../../../shared/push-policy.ts";
import type { GuildWeek, GuildWeeks } from "../../guild/guild-week.ts";
import { quietHoursOf } from "../../push-policy/what-holds.ts";
import type { Call } from "../../redis/ask.ts";
import { type DigestStanding, type DigestSubject, decideDigest } from "../deciding/decide-digest.ts";
import { type About, asDecision, type JudgedDigest } from "../deciding/verdict.ts";
import { composeWeek } from "../sending/compose-week.ts";
import type { DigestDeps } from "./digest-deps.ts";
import type { DigestPlayer } from "./digest-player.ts";
import { budgetOf } from "./digest-standing.ts";
import type { DueDigest } from "./due-digest.ts";
import { nextTurn, weekAt, weekMoment } from "./week-moment.ts";

export type WeeklyDeps = DigestDeps & { weeks: GuildWeeks };

/** A guild's week, for one who leads it. */
export type Week = { guild: GuildId; week: string };

/** The weekly digest of who leads a guild. */
export type Weekly = {
  /** The guild is told of, from its next turn on; a guild that is, goes on as it does. */
  begin(guild: GuildId): Promise<void>;
  /** A week is over: draws its figures, gives who leads the guild a time, and begins the next. */
  turn(guild: GuildId): Promise<void>;
  /** His time has come: he is told, or looked at again. */
  consider(player: PlayerId, week: Week): Promise<void>;
  /** Decides once more, right before sending, and composes. What is not sent has been recorded. */
  compose(players: readonly PlayerId[], week: Week): Promise<DueDigest[]>;
};

/** Figures of a week are news for two days. */
const LIFE_MS = 48 * 60 * 60 * 1000;

export const makeWeekly = (deps: WeeklyDeps): Weekly => {
  const { players, weeks, later, decisions, policy, enqueue, spreadMs, graceMs, now } = deps;

  const look = async (player: PlayerId, { guild, week }: Week) => {
    const [[known], chosen, figures] = await Promise.all([
      players.read([player]),
      policy(),
      weeks.of(guild, player).catch(undefinedIfRefused),
    ]);
    if (known === undefined) throw new Error("a player was asked for and not read");
    const at = now();
    const subject: DigestSubject = { type: "weekly", graceMs, perDay: chosen.digestsPerDay, spreadMs };
    const standing = standingOf(known, { guild, week }, figures, chosen, at);
    const judged: JudgedDigest = { player, subject, standing, verdict: decideDigest(subject, standing, at), at };
    const about: About = { type: "digest", channel: guildChannel(guild), epoch: 0, seq: 0 };
    return { known, judged, about, figures };
  };

  const settle = async (player: PlayerId, week: Week, judged: JudgedDigest, about: About): Promise<void> => {
    const { verdict } = judged;
    if (verdict.outcome === "later") await later.put({ type: "week", player, ...week }, verdict.until);
    if (verdict.outcome === "drop") await decisions.record([asDecision(about, judged)]);
  };

  return {
    begin: (guild) => later.put({ type: "weekly", guild }, nextTurn(guild, now())),

    turn: async (guild) => {
      const at = now();
      const week = weekAt(at);
      const leaders = await weeks.turn(guild, week).catch(undefinedIfRefused);
      // A guild that has ended has no weeks.
      if (leaders === undefined) return;
      for (const { player, zone } of await players.read(leaders))
        await later.put({ type: "week", player, guild, week }, Math.max(at, weekMoment(player, week, zone)));
      await later.put({ type: "weekly", guild }, nextTurn(guild, at));
    },

    consider: async (player, week) => {
      const { judged, about } = await look(player, week);
      await settle(player, week, judged, about);
      if (judged.verdict.outcome === "now") await enqueue({ type: "digest", players: [player], weekly: week });
    },

    compose: async (ids, week) => {
      const due = await Promise.all(
        ids.map(async (player): Promise<DueDigest[]> => {
          const { known, judged, about, figures } = await look(player, week);
          await settle(player, week, judged, about);
          if (judged.verdict.outcome !== "now" || figures === undefined) return [];
          const name = `week:${week.guild}`;
          const { channel, epoch, seq } = about;
          const push = {
            ...composeWeek(figures, known),
            ...({ kind: "digest", importance: "digest", quietly: true, arm: "weekly" } as const),
            ...{ tag: `${channel}#week.${week.week}`, expiresAt: judged.at + LIFE_MS },
            cursor: { channel, epoch, seq },
          };
          const telling: Call = {
            name: "digest_told",
            args: ["", "1", `:${name}`, week.week, "0", ...known.channels],
          };
          const mark = `${name}:${week.week}`;
          const steps = { notices: [], isUnread: async () => true, telling, onTold: async () => {} };
          return [{ judged, devices: known.devices, about, push, mark, ...steps }];
        }),
      );
      return due.flat();
    },
  };
};

const standingOf = (
  known: DigestPlayer,
  { guild, week }: Week,
  figures: GuildWeek | undefined,
  policy: PushPolicy,
  now: number,
): DigestStanding => {
  const { player, banned, preferences, presence, devices, toldTo } = known;
  const channel = preferences.channels[guildChannel(guild)];
  return {
    ...{ player, banned, presence, blocked: false, push: preferences.push, kindOff: !preferences.weekly },
    member: known.channels.includes(guildChannel(guild)),
    // Who does not lead it any more has nothing to be told of, nor is there anything in a first week.
    unread: figures?.week === week ? 1 : 0,
    told: (toldTo.get(`:week:${guild}`) ?? "") >= week,
    channelPush: channel?.push === "none" ? "none" : "all",
    snoozedUntil: channel?.snoozedUntil ?? 0,
    doNotDisturbUntil: preferences.doNotDisturbUntil,
    quiet: quietHoursOf(policy, preferences, known.zone),
    devices: devices.length,
    ...budgetOf(known, policy, now),
  };
};

const undefinedIfRefused = (error: unknown): undefined => {
  if (!(error instanceof GremioError)) throw error;
};
