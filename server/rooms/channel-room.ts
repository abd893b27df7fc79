import { SchemaSerializer, type Serializer } from "@colyseus/core";
import type { Schema } from "@colyseus/schema";
import { z } from "zod";
import type { Entry } from "../../shared/entry.ts";
import { encodeFrame } from "../../shared/frame.ts";
import { type ChannelId, channelIdSchema } from "../../shared/id.ts";
import { MESSAGES } from "../../shared/protocol.ts";
import { Shard } from "../channel/shard.ts";
import { CopyingSerializer } from "./copying-serializer.ts";
import { SeatRoom } from "./seat-room.ts";
import { toSocketFrame } from "./socket-line.ts";

const optionsSchema = z.object({ channel: channelIdSchema });

/** A room for one channel: its readers sit on a shard. Another room for the same channel, here or in another process, shows the same log. */
export abstract class ChannelRoom<State extends Schema> extends SeatRoom<State> {
  override channel: ChannelId = "";
  #release: (() => void) | undefined;

  /** Reads the state anew; called when a poke says that it has changed. */
  protected abstract refresh(): void;
  /** Entries of the channel, before anybody is sent them. */
  protected heard(_entries: readonly Entry[]): void {}
  /** See `ShardPorts`. */
  protected readonly neverWaits: boolean = false;

  override setSerializer(serializer: Serializer<State>): void {
    super.setSerializer(serializer instanceof SchemaSerializer ? new CopyingSerializer<State>() : serializer);
  }

  override async onCreate(options: unknown): Promise<void> {
    this.channel = optionsSchema.parse(options).channel;
    const { tail, release } = await this.house.tails.follow(this.channel);
    const stop = tail.listen({
      onEntries: (entries) => this.heard(entries),
      onEpoch: () => {},
      onReset: () => {},
      onState: () => {},
    });
    this.#release = () => {
      stop();
      release();
    };
    this.shard = new Shard(tail, this.house.log, {
      encode: (entries) => toSocketFrame(this.house.wire(MESSAGES.frame, encodeFrame(entries, this.house.origin))),
      encodeFleeting: ({ type, payload }) => toSocketFrame(this.house.wire(type, payload)),
      onState: () => this.refresh(),
      neverWaits: this.neverWaits,
    });
    this.open();
  }

  override onDispose(): void {
    super.onDispose();
    this.shard?.close();
    this.#release?.();
  }
}
