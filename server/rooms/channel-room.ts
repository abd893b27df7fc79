import {
  type Client,
  getMessageBytes,
  type MessageContext,
  Protocol,
  Room,
  SchemaSerializer,
  type Serializer,
} from "@colyseus/core";
import type { Schema } from "@colyseus/schema";
import { CLOSE_CODES, type CloseReason } from "../../shared/close-code.ts";
import type { Lineage } from "../../shared/cursor.ts";
import { CURSOR_REPORT, cursorReportSchema } from "../../shared/cursor-report.ts";
import { GremioError } from "../../shared/errors.ts";
import { encodeFrame } from "../../shared/frame.ts";
import { type ChannelId, channelIdSchema } from "../../shared/id.ts";
import { COMMANDS, type CommandName, MESSAGES } from "../../shared/protocol.ts";
import { Shard } from "../channel/shard.ts";
import { type CommandHandlers, makeCommandHandlers } from "./commands.ts";
import { CopyingSerializer } from "./copying-serializer.ts";
import type { House } from "./house.ts";
import type { OpenRoom } from "./open-rooms.ts";
import { refusalFor } from "./refusal.ts";
import { type Seat, seatSchema } from "./seat.ts";
import { type SocketFrame, SocketLine, toSocketFrame } from "./socket-line.ts";
import { makeTurns } from "./turns.ts";
import type { Visitor } from "./visitor.ts";

/** Longest interval a timer takes. A room's own patch timer is not used: `OpenRooms` patches the rooms that changed. */
const NEVER_MS = 2 ** 31 - 1;
/** A client that sends more frames a second than any honest one is cut off. */
const FRAMES_PER_SECOND = 200;
/** Unsent bytes of any kind (entries are held back long before, patches and answers are not) at which a reader is cut off, to resume when his line is better. */
const HARD_UNSENT_BYTES = 1024 * 1024;

/**
 * What every channel's room does: it seats readers on a shard, runs their commands one at a time, and closes connections with codes that tell what to do next.
 * The room owns nothing; another room for the same channel, here or in another process, shows the same log.
 */
export abstract class ChannelRoom<State extends Schema>
  extends Room<{ state: State; client: Client }>
  implements OpenRoom
{
  override patchRate = NEVER_MS;
  override maxMessagesPerSecond = FRAMES_PER_SECOND;
  channel: ChannelId = "";
  dirty = false;
  protected readonly visitors = new Map<string, Visitor>();
  protected shard: Shard<SocketFrame> | undefined;
  #handlers: CommandHandlers | undefined;
  #release: (() => void) | undefined;

  protected abstract get house(): House;
  /** Numbers of the members in the roster. */
  protected abstract readonly numbers: ReadonlySet<number>;
  /** Reads the state anew; called when a poke says that it has changed. */
  protected abstract refresh(): void;
  protected abstract started(visitor: Visitor): void;
  protected abstract ended(visitor: Visitor): void;
  abstract checkOnline(): void;

  override setSerializer(serializer: Serializer<State>): void {
    super.setSerializer(serializer instanceof SchemaSerializer ? new CopyingSerializer<State>() : serializer);
  }

  override async onCreate(options: unknown): Promise<void> {
    this.channel = channelIdSchema.parse(isRecord(options) ? options.channel : undefined);
    this.#handlers = makeCommandHandlers(this.house, this.numbers);
    const { tail, release } = await this.house.tails.follow(this.channel);
    this.#release = release;
    this.shard = new Shard(tail, this.house.log, {
      encode: (entries) =>
        toSocketFrame(getMessageBytes.raw(Protocol.ROOM_DATA, MESSAGES.frame, encodeFrame(entries, this.house.origin))),
      onState: () => this.refresh(),
    });
    for (const name of commandNames)
      this.onMessage(name, (client: Client, payload: unknown, context: MessageContext) =>
        this.#command(client, name, payload, context),
      );
    this.onMessage(CURSOR_REPORT, (client: Client, payload: unknown) => this.#reported(client, payload));
    // Without a handler for unknown messages Colyseus would close the connection.
    this.onMessage("*", () => undefined);
    this.house.openRooms.add(this);
  }

  override onJoin(client: Client): void {
    const seat = seatSchema.parse(client.auth);
    const visitor = this.#visitor(client, seat);
    this.visitors.set(client.sessionId, visitor);
    this.shard?.add(visitor);
    this.house.sessions.begin(visitor, this.channel);
    this.started(visitor);
  }

  override onLeave(client: Client): void {
    const visitor = this.visitors.get(client.sessionId);
    if (visitor === undefined) return;
    this.visitors.delete(client.sessionId);
    this.shard?.remove(visitor);
    this.house.sessions.end(visitor, this.channel);
    this.ended(visitor);
  }

  override onDispose(): void {
    this.house.openRooms.remove(this);
    this.shard?.close();
    this.#release?.();
  }

  override onUncaughtException(error: Error, method: string): void {
    this.house.logger.error({ event: "room-exception", channel: this.channel, method, err: error });
  }

  override onBeforeShutdown(): void {
    for (const visitor of this.visitors.values()) this.dismiss(visitor, "server-stopping");
    void this.disconnect(CLOSE_CODES["server-stopping"]);
  }

  sendPatch(): void {
    this.clock.tick();
    for (const visitor of this.visitors.values()) if (isFull(visitor)) visitor.cutOff();
    this.shard?.look();
    if (!this.dirty) return;
    this.dirty = false;
    this.broadcastPatch();
  }

  closeExpired(nowMs: number): void {
    for (const visitor of this.visitors.values())
      if (nowMs > visitor.tokenExpiresAtMs + this.house.tokenGraceMs) this.dismiss(visitor, "token-expired");
  }

  /** Closes a connection for a reason the client understands. */
  protected dismiss(visitor: Visitor, reason: CloseReason): void {
    visitor.client.leave(CLOSE_CODES[reason], reason);
  }

  #visitor(client: Client, seat: Seat): Visitor {
    const line = new SocketLine(client);
    const visitor: Visitor = {
      client,
      session: client.sessionId,
      since: Date.now(),
      player: seat.player,
      number: seat.number,
      tokenExpiresAtMs: seat.tokenExpiresAtMs,
      tokenPacks: seat.packs,
      reading: true,
      inTurn: makeTurns(),
      get unsentBytes() {
        return line.unsentBytes;
      },
      get takenBytes() {
        return line.takenBytes;
      },
      sendFrame: (frame) => line.send(frame),
      sendEpoch: (lineage: Lineage) => client.send(MESSAGES.epoch, lineage),
      dismiss: () => this.dismiss(visitor, "not-member"),
      cutOff: () => {
        this.house.logger.warn({ event: "too-slow", channel: this.channel, player: visitor.player });
        this.dismiss(visitor, "too-slow");
      },
    };
    return visitor;
  }

  #reported(client: Client, payload: unknown): void {
    const visitor = this.visitors.get(client.sessionId);
    const cursor = cursorReportSchema.safeParse(payload);
    if (visitor !== undefined && cursor.success) this.shard?.report(visitor, cursor.data);
  }

  async #command(client: Client, name: CommandName, payload: unknown, context: MessageContext): Promise<unknown> {
    const visitor = this.visitors.get(client.sessionId);
    const { shard, channel } = this;
    const handle = this.#handlers?.[name];
    if (visitor === undefined || shard === undefined || handle === undefined) return undefined;
    try {
      return await visitor.inTurn(async () => {
        if (!isFull(visitor)) return handle(payload, { visitor, shard, channel });
        visitor.cutOff();
        throw new GremioError("unavailable");
      });
    } catch (error) {
      return context.reject(refusalFor(error, this.house.logger, { command: name, channel, player: visitor.player }));
    }
  }
}

const commandNames = Object.keys(COMMANDS).filter((name): name is CommandName => Object.hasOwn(COMMANDS, name));

/** Whether so much waits for his line that he is cut off. */
const isFull = ({ unsentBytes }: Visitor): boolean => unsentBytes > HARD_UNSENT_BYTES;

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;
