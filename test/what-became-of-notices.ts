import type { Decision } from "../server/decisions/decision.ts";
import { packDecision, unpackDecision } from "../server/decisions/packed-decision.ts";
import { replay } from "../server/notifier/deciding/replay.ts";
import { parsedJson } from "../server/redis/parsed-json.ts";
import { asPairs } from "../server/redis/reply.ts";
import { NOTICE_TRAITS } from "../shared/notice-kind.ts";
import type { World } from "./a-world-of-notices.ts";
import { type Known, PLAYERS, POLICY, type Written } from "./cast-of-notices.ts";
import type { Phones } from "./phones-in-mind.ts";

const HOUR_MS = 3_600_000;

/** Once nothing is due any more: what became of each important notice, and whether every decision holds. */
export const whatBecameOfNotices = async (world: World, phones: Phones, wrong: (what: string) => void) => {
  const { keys, redis } = world;
  for (const { target, token } of phones.sentLate) {
    const under = [...(phones.screens.get(target) ?? [])].filter(([, { tokens }]) => tokens.includes(token));
    if (under.length > 1) wrong(`twice on screen: ${token} of ${target} for good`);
  }
  for (const player of PLAYERS) {
    // A process that slept notes late what it decided before others did.
    const decisions = (await world.decided(player)).toReversed().toSorted((a, b) => a.at - b.at);
    for (const decision of decisions) {
      const again = unpackDecision(packDecision(decision));
      if (again === undefined || !replay(again)) wrong(`no replay: ${JSON.stringify(decision)}`);
      if (decision.outcome === "digest" && decision.reason === "over-budget")
        checkBudget(player, decision, phones, wrong);
    }
    const toldKey = keys.of(`player:${player}`, "told");
    const told = asPairs(await redis.run(toldKey, ["HGETALL", toldKey]));
    const digestedKey = keys.of(`player:${player}`, "digested");
    const digested = asPairs(await redis.run(digestedKey, ["HGETALL", digestedKey]));
    const is = world.of(player);
    for (const notice of world.written) {
      if (!notice.to.includes(player) || NOTICE_TRAITS[notice.about].importance === "normal") continue;
      if (notice.seq > 0 && (is.read.get(notice.channel) ?? 0) >= notice.seq) continue;
      const row = parsedJson(told.get(notice.id) ?? "");
      if (typeof row === "object" && row !== null && "got" in row) continue;
      if (phones.seenTokens.get(player)?.has(notice.token)) continue;
      const upTo = Number((digested.get(notice.channel) ?? "").split(":")[1] ?? 0);
      if (notice.seq > 0 && upTo >= notice.seq) continue;
      const about = decisions.filter(
        (one) =>
          one.about.type === "notice" &&
          one.about.channel === notice.channel &&
          one.about.seq === notice.seq &&
          one.about.at === notice.at,
      );
      const last = about.at(-1);
      const digest = decisions.filter(({ about: { type } }) => type === "digest").at(-1);
      const why = whyNot(world, is, notice, last?.outcome === "digest" ? digest : last);
      if (why !== undefined)
        wrong(
          `lost: ${notice.about} ${notice.id} (${notice.token}) of ${player}: ${why}; ${about.map(({ outcome, reason }) => `${outcome}:${reason}`).join(" ")}`,
        );
    }
    for (const [target, screen] of phones.screens)
      if (target.startsWith(`${player}/`))
        for (const [tag, { channel, seq }] of screen)
          if (seq > 0 && (is.readTold.get(channel) ?? 0) >= seq) wrong(`not cleared: ${tag} of ${target}`);
  }
};

const checkBudget = (player: string, { at }: Decision, { begun }: Phones, wrong: (what: string) => void): void => {
  const since = (ms: number) =>
    begun.filter((one) => one.player === player && one.counted && one.at <= at && one.at >= at - ms).length;
  if (since(HOUR_MS) < POLICY.perHour && since(24 * HOUR_MS) < POLICY.perDay)
    wrong(`not over budget: ${player} at ${at}: ${since(HOUR_MS)} ${since(24 * HOUR_MS)}`);
};

/** Why a notice that was not told needs not have been; undefined when it does not, else what is wrong about the reason. */
const whyNot = (world: World, is: Known, notice: Written, last: Decision | undefined): string | undefined => {
  // Who had left when it came is not even looked at.
  if (last === undefined) return is.ever.has(`left ${notice.channel}`) ? undefined : "nothing was decided";
  // A digest leaves out what was deleted, and what he has left, has snoozed, or wants only mentions of, also where it tells of other channels.
  const leftOut = [
    `left ${notice.channel}`,
    `mentions ${notice.channel}`,
    `channel-off ${notice.channel}`,
    "snooze",
    "off",
  ];
  const isLeftOut = world.deleted.has(notice.id) || leftOut.some((why) => is.ever.has(why));
  if (last.about.type === "digest" && isLeftOut) return undefined;
  if (last.outcome !== "drop") return `it ended with ${last.outcome}:${last.reason}`;
  const was = (...what: string[]): string | undefined =>
    what.some((one) => is.ever.has(one)) ? undefined : `${last.reason} never was so`;
  switch (last.reason) {
    case "not-member":
      return was(`left ${notice.channel}`);
    case "entry-gone":
      return world.deleted.has(notice.id) ? undefined : "it was never deleted";
    case "push-off":
      return was("none");
    case "important-only":
      return was("important");
    case "kind-off":
      return was("off");
    case "channel-off":
      return was(`channel-off ${notice.channel}`);
    case "mentions-only":
      return was(`mentions ${notice.channel}`);
    case "expired":
      return last.at >= notice.at + NOTICE_TRAITS[notice.about].lifeMs ? undefined : "it was no older than its life";
    case "read":
      // By a digest: nothing is left that it could tell.
      return was(`left ${notice.channel}`) === undefined || world.deleted.has(notice.id)
        ? undefined
        : "he never read it";
    default:
      return `it ended with drop:${last.reason}`;
  }
};
