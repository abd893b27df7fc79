import { GremioError } from "../../shared/errors.ts";
import type { PlayerId } from "../../shared/id.ts";
import { MODERATION_OPERATIONS as OPERATIONS } from "../../shared/operations/moderation.ts";
import type { Audit } from "../moderation/audit.ts";
import type { Blocks } from "../moderation/blocks.ts";
import type { Purges } from "../moderation/purges.ts";
import type { Sanctions } from "../moderation/sanctions.ts";
import { type Caller, does, type Handlers } from "./does.ts";

export type ModerationOperationsDeps = { sanctions: Sanctions; blocks: Blocks; audit: Audit; purges: Purges };

export const makeModerationOperations = ({
  sanctions,
  blocks,
  audit,
  purges,
}: ModerationOperationsDeps): Handlers<keyof typeof OPERATIONS> => ({
  muteMember: does(OPERATIONS.muteMember, async ({ channel, player, until, reason }, caller) => {
    await sanctions.mute(channel, player, until, { caller, reason });
    return {};
  }),
  unmuteMember: does(OPERATIONS.unmuteMember, async ({ channel, player, reason }, caller) => {
    await sanctions.unmute(channel, player, { caller, reason });
    return {};
  }),
  kickMember: does(OPERATIONS.kickMember, async ({ channel, player, reason }, caller) => {
    await sanctions.kick(channel, player, { caller, reason });
    return {};
  }),
  banFromChannel: does(OPERATIONS.banFromChannel, async ({ channel, player, until, reason }, caller) => {
    await sanctions.ban(channel, player, until, { caller, reason });
    return {};
  }),
  unbanFromChannel: does(OPERATIONS.unbanFromChannel, async ({ channel, player, reason }, caller) => {
    await sanctions.unban(channel, player, { caller, reason });
    return {};
  }),
  listChannelBans: does(OPERATIONS.listChannelBans, async ({ channel }, caller) => ({
    bans: await sanctions.bans(channel, caller),
  })),
  deleteAllBy: does(OPERATIONS.deleteAllBy, ({ channel, player, nonce, reason }, caller) =>
    purges.inChannel(channel, player, { caller, reason, nonce }),
  ),
  deleteAllInGame: does(OPERATIONS.deleteAllInGame, ({ player, nonce, reason }) =>
    purges.inGame(player, { nonce, reason }),
  ),
  muteInGame: does(OPERATIONS.muteInGame, async ({ player, until, reason }) => {
    await sanctions.sanction(player, "muted", until, reason);
    return {};
  }),
  unmuteInGame: does(OPERATIONS.unmuteInGame, async ({ player, reason }) => {
    await sanctions.lift(player, "muted", reason);
    return {};
  }),
  banFromGame: does(OPERATIONS.banFromGame, async ({ player, until, reason }) => {
    await sanctions.sanction(player, "banned", until, reason);
    return {};
  }),
  kickFromGame: does(OPERATIONS.kickFromGame, async ({ player, reason }) => {
    await sanctions.putOut(player, reason);
    return {};
  }),
  unbanFromGame: does(OPERATIONS.unbanFromGame, async ({ player, reason }) => {
    await sanctions.lift(player, "banned", reason);
    return {};
  }),
  getStanding: does(OPERATIONS.getStanding, ({ player }) => sanctions.standing(player)),
  blockPlayer: does(OPERATIONS.blockPlayer, async ({ player }, caller) => {
    const self = himself(caller);
    if (player === self) throw new GremioError("bad-request", { details: ["player: another one"] });
    await blocks.set(self, player, true);
    return {};
  }),
  unblockPlayer: does(OPERATIONS.unblockPlayer, async ({ player }, caller) => {
    await blocks.set(himself(caller), player, false);
    return {};
  }),
  listBlocked: does(OPERATIONS.listBlocked, async (_, caller) => ({ blocked: await blocks.of(himself(caller)) })),
  getAudit: does(OPERATIONS.getAudit, ({ channel, ...page }, caller) => audit.ofChannel(channel, page, caller)),
  getPlayerAudit: does(OPERATIONS.getPlayerAudit, ({ player, ...page }) => audit.ofPlayer(player, page)),
});

/** Of an operation only players may ask. */
const himself = (caller: Caller): PlayerId => {
  if (caller === undefined) throw new GremioError("not-permitted");
  return caller;
};
