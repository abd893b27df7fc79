import { type Client, ClientState, type MessageContext, type Room, RoomPlugin } from "@colyseus/core";
import { z } from "zod";
import { CLOSE_CODES } from "../../shared/close-code.ts";
import { CURSOR_REPORT } from "../../shared/cursor-report.ts";
import { itemIdSchema } from "../../shared/entry.ts";
import { GremioError } from "../../shared/errors.ts";
import { type ChannelId, channelIdSchema, type PlayerId, playerIdSchema } from "../../shared/id.ts";
import { profilePatchSchema } from "../../shared/profile.ts";
import { ATTACH, type AttachAnswer, attachRequestSchema, negotiate, ROOM_END } from "../../shared/protocol.ts";
import type { Groups } from "../channel/groups.ts";
import type { Blocks } from "../moderation/blocks.ts";
import type { Players } from "../player/players.ts";
import type { RoomTeams } from "../team/room-teams.ts";
import type { TeamMembers } from "../team/team-members.ts";
import { copyStateOf } from "./copy-state.ts";
import type { SeatHouse } from "./house.ts";
import { refusalFor } from "./refusal.ts";
import { RoomMembers } from "./room-members.ts";
import { isRequestName, NOBODY, Seats } from "./seats.ts";

/** What the plugins of a process share. */
export type Chat = SeatHouse & {
  players: Pick<Players, "meet">;
  teams: RoomTeams;
  members: Pick<TeamMembers, "admit" | "leave" | "isMember">;
  groups: Pick<Groups, "admit" | "release">;
  blocks: Pick<Blocks, "of">;
  spendJoin(player: PlayerId): void;
  /** The message type under which all that is ours goes both ways. */
  messageType: string;
  /** Seats are looked after until the returned function is called. */
  lookAfter(seats: Seats): () => void;
  /** Work that is waited for before Redis is let go. */
  remember(work: Promise<unknown>): void;
};

const playerSchema = profilePatchSchema.extend({
  player: playerIdSchema,
  packs: z.array(itemIdSchema).default([]),
  role: z.string().max(40).default(""),
});

/** A player as the studio's room knows him: his id, and what others are shown of him; `packs` of stickers he owns; his `role` in the team, as the game names it. */
export type RoomPlayer = z.input<typeof playerSchema>;

export type ChatPluginOptions = {
  chat: Chat;
  /** Who a client is. Called when he joins, after the room's `onAuth`; what comes of a client who is nobody (undefined) is not looked at. */
  player(client: Client): RoomPlayer | undefined;
  /** The id of his team, 1 to 40 characters of A-Z a-z 0-9 _ -; undefined: he has none. Left out: the room's id, one team for all. */
  team?(client: Client, room: Room): string | undefined;
  /** What the team's channel is called in lists of channels. */
  name?: string;
  /** Most members of a team. */
  capacity?: number;
  /**
   * How long a player whose line dropped stays a member. Only where the room has no `onDrop`: where it has one, he stays until Colyseus calls `onLeave`, so as long as
   * `allowReconnection` says.
   */
  graceMs?: number;
};

const CAPACITY = 40;
const GRACE_MS = 30_000;

/** Close codes of a line that was lost rather than closed by somebody (RFC 6455 §7.4, and Colyseus' own for a reconnect). */
const DROPS: ReadonlySet<number | undefined> = new Set([1001, 1005, 1006, 4010]);

const messageSchema = z.tuple([z.string(), z.unknown()]);

/**
 * A team's channel in a studio's own room. Its members follow who is in the room; everything else is as in rooms of ours, by the same code. Whatever becomes of the
 * chat (Redis away, a player banned, a line too slow), the room's clients stay, and nothing in the room waits for it.
 */
export class ChatPlugin extends RoomPlugin {
  override readonly pluginName = "chat" as const;
  // A player whom the room's own `onJoin` does not want is never a member.
  // And the room's own `onDispose` may throw.
  protected override order = { onJoin: "after", onDispose: "before" } as const;
  protected override messages: Record<string, (client: Client, payload: unknown, context: MessageContext) => unknown>;
  readonly #options: ChatPluginOptions;
  readonly #seats: Seats;
  readonly #members: RoomMembers;
  /** Whose connection is looked after, however often he attaches over it. */
  readonly #watched = new WeakSet<Client>();
  readonly #packs = new Map<string, readonly string[]>();
  #forget: () => void = () => {};

  constructor(options: ChatPluginOptions) {
    super();
    const { chat, name = "Team", capacity = CAPACITY } = options;
    this.#options = options;
    this.#members = new RoomMembers({ ...chat, team: { name, capacity } });
    this.#seats = new Seats(chat, {
      ...{ channel: undefined, shard: undefined, numbers: NOBODY },
      started: () => undefined,
      ended: () => undefined,
      // The connection is the game's.
      close: (visitor, reason) => visitor.tell(ROOM_END, [CLOSE_CODES[reason]]),
    });
    this.messages = {
      [chat.messageType]: (client: Client, payload: unknown, context: MessageContext) =>
        this.#heard(client, payload, context),
    };
  }

  /** The player leaves his team now, though he may stay in the room. */
  release(player: PlayerId): void {
    this.#members.release(player);
  }

  protected override onCreate(): void {
    const { room } = this;
    copyStateOf(room);
    // After what the room itself does when somebody leaves, who may come back meanwhile, Colyseus calls plugins only if that did not throw. Told twice it is told once.
    const roomsOwn = room.onLeave?.bind(room);
    room.onLeave = async (client: Client, code?: number) => {
      try {
        await roomsOwn?.(client, code);
      } finally {
        this.onLeave(client, code);
      }
    };
    this.#forget = this.#options.chat.lookAfter(this.#seats);
  }

  protected override onJoin(client: Client): void {
    const { chat, team } = this.#options;
    try {
      const found = this.#options.player(client);
      if (found === undefined) return;
      const { player, packs, role, ...profile } = playerSchema.parse(found);
      const id = team === undefined ? this.room.roomId : team(client, this.room);
      if (id === undefined) return;
      this.#packs.set(client.sessionId, packs);
      this.#members.enter(client.sessionId, { player, profile, channel: channelIdSchema.parse(`team:${id}`), role });
    } catch (error) {
      chat.logger.error({ event: "room-player-unusable", room: this.room.roomId, error: String(error) });
    }
  }

  protected override onLeave(client: Client, code?: number): void {
    // The old way: `allowReconnection` awaited in `onLeave`, and he is back.
    if (client.state === ClientState.RECONNECTED) return;
    const visitor = this.#seats.visitors.get(client.sessionId);
    if (visitor !== undefined) this.#seats.end(visitor);
    this.#packs.delete(client.sessionId);
    const { graceMs = GRACE_MS } = this.#options;
    this.#members.leave(client.sessionId, this.room.onDrop === undefined && DROPS.has(code) ? graceMs : 0);
  }

  protected override onDispose(): void {
    for (const visitor of this.#seats.visitors.values()) this.#seats.end(visitor);
    this.#forget();
    this.#options.chat.remember(this.#members.close());
  }

  #heard(client: Client, payload: unknown, context: MessageContext): unknown {
    const [name, input] = messageSchema.safeParse(payload).data ?? [];
    if (name === CURSOR_REPORT) return this.#seats.report(client, input);
    if (name === ATTACH) return this.#attach(client, input, context);
    const isAttached = this.#seats.visitors.get(client.sessionId)?.client === client;
    if (isAttached && name !== undefined && isRequestName(name)) return this.#seats.ask(client, name, input, context);
    return context.reject(new GremioError(isAttached ? "bad-request" : "unavailable").toRefusal());
  }

  /** Over each connection anew: after a drop a client is another one, with the same session. */
  async #attach(client: Client, payload: unknown, context: MessageContext): Promise<unknown> {
    const { chat } = this.#options;
    try {
      const offered = attachRequestSchema.safeParse(payload);
      if (!offered.success) throw new GremioError("bad-request");
      const protocol = negotiate(offered.data.protocol);
      if (protocol === undefined) throw new GremioError("upgrade-required");
      const known = this.#members.playerOf(client.sessionId);
      // Before it is looked up what he is: also what is refused costs something.
      if (known !== undefined) chat.spendJoin(known);
      const { player, channel, number } = await this.#members.of(client.sessionId);
      const [blocked] = await Promise.all([chat.blocks.of(player), chat.standings.admit(player)]);
      if (client.state !== ClientState.JOINED) throw new GremioError("unavailable");
      this.#seat(client, { player, number, protocol }, channel);
      return {
        ...{ protocol, player, channel, origin: chat.origin },
        ...(blocked.length === 0 ? {} : { blocked: blocked.map((one) => one.player) }),
      } satisfies AttachAnswer;
    } catch (error) {
      return context.reject(refusalFor(error, chat.logger, { command: ATTACH, room: this.room.roomId }));
    }
  }

  #seat(client: Client, who: { player: PlayerId; number: number; protocol: number }, channel: ChannelId): void {
    const { sessionId, ref } = client;
    const before = this.#seats.visitors.get(sessionId);
    if (before !== undefined) this.#seats.end(before);
    const packs = [...(this.#packs.get(sessionId) ?? [])];
    // The room has authenticated him, for as long as he is in it.
    this.#seats.begin(client, { ...who, tokenExpiresAtMs: Number.MAX_SAFE_INTEGER, packs }, channel);
    if (this.#watched.has(client)) return;
    this.#watched.add(client);
    ref.once("close", () => {
      const visitor = this.#seats.visitors.get(sessionId);
      if (visitor?.client === client) this.#seats.end(visitor);
    });
  }
}
