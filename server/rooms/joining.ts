import { GremioError } from "../../shared/errors.ts";
import { type ChannelId, guildChannel, kindOfChannel, type PlayerId } from "../../shared/id.ts";
import { type JoinAnswer, type JoinRequest, negotiate } from "../../shared/protocol.ts";
import type { Reads } from "../channel/reads.ts";
import type { Identity } from "../identity/identity.ts";
import type { Blocks } from "../moderation/blocks.ts";
import type { Standings } from "../moderation/standing.ts";
import type { Met, Players } from "../player/players.ts";
import type { Admission } from "./admission.ts";
import { makeJoinBudget } from "./join-budget.ts";
import { HOME_ROOM, type Seating } from "./seating.ts";
import type { Sessions } from "./sessions.ts";

export type Joining = {
  /**
   * A seat for whom a verified token names, in his guild's channel, in a team or circle of his, or at home, when his turn comes. Everything is checked before the seat
   * is reserved; the token's profile is taken over. Should `left` say then that he waits no more, nothing is done. Throws `upgrade-required`, `no-guild`, `not-member`,
   * `banned`, `rate-limited`, `unavailable`.
   */
  join(identity: Identity, request: JoinRequest, left?: () => boolean): Promise<JoinAnswer>;
};

/** Who has not taken his seat by then is on a line so bad, or so far away, that he is not waited for any more; the seat is kept longer. */
const SOON_MS = 3_000;

/** Joining takes place in this process: any process can show any channel, so the one the player has reached seats him. */
export const makeJoining = (house: {
  players: Players;
  seating: Seating;
  reads: Pick<Reads, "numberOf">;
  admission: Admission;
  sessions: Pick<Sessions, "begun">;
  standings: Pick<Standings, "admit">;
  blocks: Pick<Blocks, "of">;
  origin: number;
}): Joining => {
  const spend = makeJoinBudget();

  const join = async (identity: Identity, request: JoinRequest, protocol: number): Promise<JoinAnswer> => {
    const { player, expiresAtMs } = identity;
    const [{ membership }, blocked] = await Promise.all([
      house.players.meet(identity),
      house.blocks.of(player),
      house.standings.admit(player),
    ]);
    const place = await placeOf(player, membership, request);
    const seat = await house.seating.reserve(place.channel ?? HOME_ROOM, {
      player,
      number: place.number,
      tokenExpiresAtMs: expiresAtMs,
      protocol,
      packs: [...identity.packs],
    });
    const { channel } = place;
    return {
      ...{ protocol, player, origin: house.origin, tokenExpiresAtMs: expiresAtMs, seat },
      ...(channel === undefined ? {} : { channel }),
      ...(blocked.length === 0 ? {} : { blocked: blocked.map((one) => one.player) }),
    };
  };

  /** The channel of the seat and the player's number there; none at home. */
  const placeOf = async (
    player: PlayerId,
    membership: Met["membership"],
    { channel, home = false }: JoinRequest,
  ): Promise<{ channel?: ChannelId; number: number }> => {
    if (channel !== undefined && kindOfChannel(channel) !== "guild")
      return { channel, number: await house.reads.numberOf(channel, player) };
    if (membership === undefined && channel === undefined && home) return { number: 0 };
    if (membership === undefined) throw new GremioError("no-guild");
    const own = guildChannel(membership.guild);
    if (channel !== undefined && channel !== own) throw new GremioError("not-member");
    return { channel: own, number: membership.number };
  };

  return {
    join: async (identity, request, left) => {
      // Who comes too often, or cannot be spoken with, is told so without waiting for a turn.
      spend(identity.player);
      const protocol = negotiate(request.protocol);
      if (protocol === undefined) throw new GremioError("upgrade-required");
      return house.admission.seat(
        () => join(identity, request, protocol),
        ({ seat }) => house.sessions.begun(seat.sessionId, SOON_MS),
        left,
      );
    },
  };
};
