import { GremioError } from "../../shared/errors.ts";
import { guildChannel } from "../../shared/id.ts";
import { type JoinAnswer, type JoinRequest, negotiate } from "../../shared/protocol.ts";
import type { Guilds } from "../guild/guilds.ts";
import type { VerifyToken } from "../identity/identity.ts";
import type { Players } from "../player/players.ts";
import { makeJoinBudget } from "./join-budget.ts";
import type { Seating } from "./seating.ts";

export type Joining = {
  /**
   * A seat for the bearer of a token in his guild's channel. Everything is checked before the seat is reserved; the token's profile is taken over. Throws
   * `token-invalid`, `token-expired`, `upgrade-required`, `no-guild`, `not-member`, `rate-limited`.
   */
  join(token: string, request: JoinRequest): Promise<JoinAnswer>;
};

/** Joining takes place in this process: any process can show any channel, so the one the player has reached seats him. */
export const makeJoining = (house: {
  verifyToken: VerifyToken;
  players: Players;
  guilds: Guilds;
  seating: Seating;
  origin: number;
}): Joining => {
  const spend = makeJoinBudget();
  const join: Joining["join"] = async (token, request) => {
    const identity = await house.verifyToken(token);
    spend(identity.player);
    const protocol = negotiate(request.protocol);
    if (protocol === undefined) throw new GremioError("upgrade-required");
    const { player, expiresAtMs } = identity;
    await house.players.meet(identity);
    const membership = await house.guilds.membershipOf(player);
    if (membership === undefined) throw new GremioError("no-guild");
    const channel = guildChannel(membership.guild);
    if (request.channel !== undefined && request.channel !== channel) throw new GremioError("not-member");
    const seat = await house.seating.reserve(channel, {
      player,
      number: membership.number,
      tokenExpiresAtMs: expiresAtMs,
      protocol,
      packs: [...identity.packs],
    });
    return { protocol, channel, player, origin: house.origin, tokenExpiresAtMs: expiresAtMs, seat };
  };
  return { join };
};
