import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { LIMITS } from "../../shared/limits.ts";
import { PERMISSIONS } from "../../shared/rank.ts";

/** The Lua of every feature, in the order it is joined: the prelude first, since the others call it. Each file lies beside the feature that owns it. */
const SOURCES = [
  "./prelude.lua",
  "../channel/permissions.lua",
  "../moderation/audit.lua",
  "../moderation/rules.lua",
  "../channel/pace.lua",
  "../channel/channel.lua",
  "../channel/reading.lua",
  "../channel/changes.lua",
  "../channel/sweep.lua",
  "../card/card.lua",
  "../guild/guild.lua",
  "../guild/members.lua",
  "../guild/joining.lua",
  "../guild/inviting.lua",
  "../guild/bans.lua",
  "../guild/doors.lua",
  "../guild/friends.lua",
  "../guild/mail.lua",
  "../guild/life.lua",
  "../channel/groups.lua",
  "../moderation/sanctions.lua",
  "../moderation/purge.lua",
  "../moderation/reports.lua",
  "../season/credit.lua",
  "../points/points.lua",
  "../points/transfer.lua",
  "../points/folding.lua",
  "../points/earning.lua",
  "../reward/reward.lua",
  "../reward/gift.lua",
  "../player/player.lua",
  "../phrase/phrase.lua",
  "../notifier/due.lua",
  "../directory/directory.lua",
  "../link/link.lua",
  "../import/import.lua",
  "../outbox/outbox.lua",
  "../outbox/feed.lua",
  "../ranking/ranking.lua",
  "../season/seasons.lua",
] as const;

/** Functions whose callers need not wait for replicas: they read, or what they write (a new epoch, a claim that ends by itself, a trim) is done again when lost. */
export const SETTLED_ALREADY: ReadonlySet<string> = new Set([
  "audit_page",
  "channel_bans",
  "channel_pins",
  "channel_purge_state",
  "channel_purge_step",
  "card_read",
  "channel_clean",
  "channel_cleaned",
  "channel_read",
  "channel_seen_by",
  "channel_signal",
  "channel_status",
  "channel_standing",
  "channel_trim",
  "directory_drop",
  "directory_facts",
  "directory_fits",
  "directory_put",
  "directory_stale",
  "directory_walk",
  "due_claim",
  "earning_read",
  "feed_hold",
  "feed_next",
  "feed_page",
  "feed_release",
  "friends_due",
  "guild_desk",
  "guild_incarnations",
  "guild_mails",
  "gift_read",
  "guild_members",
  "guild_permissions",
  "guild_snapshot",
  "guild_stands",
  "guild_waiting",
  "guild_way",
  "life_due",
  "order_page",
  "order_read",
  "outbox_done",
  "outbox_follow",
  "outbox_read",
  "outbox_trim",
  "player_tell",
  "points_balance",
  "points_book",
  "points_find",
  "points_fold",
  "points_oldest",
  "points_page",
  "points_total",
  "reward_may",
  "reward_read",
  "rules_read",
  "ranking_around",
  "ranking_contributions",
  "ranking_filled",
  "ranking_page",
  "ranking_put",
  "ranking_totals",
  "season_entitled",
  "season_lease",
  "season_read",
  "season_standing",
  "season_tell",
  "studio_phrases",
  "studio_rules",
]);

const DEFAULT_RANKS = Object.entries(PERMISSIONS).map(([name, ranks]) => `${name} = ',${ranks.join(",")},'`);

const source = [
  `local DEFAULT_RANKS = { ${DEFAULT_RANKS.join(", ")} }`,
  `local SHOWN_MEMBERS = ${LIMITS.rosterMembers}`,
  ...SOURCES.map((path) => readFileSync(new URL(path, import.meta.url), "utf8")),
].join("\n");

/**
 * The library's name carries a hash of its code: processes of two releases may run side by side, each calling its own, and a function never changes under a
 * caller. Functions are global to a Redis, so their names begin with the library's.
 */
export const LIBRARY = `gremio_${createHash("sha256").update(source).digest("hex").slice(0, 12)}`;
export const functionName = (name: string): string => `${LIBRARY}_${name}`;
/** The same function, with a reply that also tells which server gave it: `[boot, reply]`. */
export const tellingFunctionName = (name: string): string => `${LIBRARY}_at_${name}`;
export const libraryCode = `#!lua name=${LIBRARY}\nlocal LIBRARY = '${LIBRARY}'\n${source}`;
