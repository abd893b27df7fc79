import { createServer } from "node:http";
import { type Client, definePlugins, matchMaker, Room, RoomPlugin, Server } from "@colyseus/core";
import { schema, t } from "@colyseus/schema";
import { Client as Sdk, type Room as SdkRoom } from "@colyseus/sdk";
import { WebSocketTransport } from "@colyseus/ws-transport";
import { type AttachOptions, attachChat, type RoomChat } from "../client/attach-chat.ts";
import { ChatPlugin, type ChatPluginOptions, type OpenChat, openChat } from "../server/plugin.ts";
import { portOf } from "../server/port-of.ts";
import type { Keys } from "../server/redis/bucket.ts";
import type { Entry } from "../shared/entry.ts";
import { isSuiteCluster } from "./a-redis.ts";

/** What a match shows: nothing of ours. */
export const MatchState = schema({ round: t.uint32().default(0), map: t.string().default("") }, "MatchState");

/** A plugin of the studio's own, with a message and hooks. */
class Dice extends RoomPlugin {
  override readonly pluginName = "dice" as const;
  readonly seen: string[] = [];
  protected override messages = { roll: () => ({ rolled: 4 }) };
  protected override onJoin(client: Client): void {
    this.seen.push(`join ${client.auth.player}`);
  }
  protected override onLeave(client: Client): void {
    this.seen.push(`leave ${client.auth.player}`);
  }
}

/** `fails`: what the room itself does throws, when somebody leaves and at its end. */
export type MatchOptions = Partial<Omit<ChatPluginOptions, "chat">> & { reconnectS?: number; fails?: boolean };

/** A process of a studio's own: its rooms, with state, messages, plugins, and our chat in them. */
export const aStudioProcess = async (keys: Keys, url = process.env.GREMIO_TEST_REDIS_URL ?? "") => {
  const chat: OpenChat = await openChat({
    env: {
      ...{ REDIS_URL: url, GREMIO_NAMESPACE: keys.namespace, GREMIO_DEVELOPMENT: "1", LOG_LEVEL: "silent" },
      GREMIO_REDIS_CLUSTER: isSuiteCluster(url) ? "1" : "0",
      GREMIO_LEASE_MS: "60000",
      GREMIO_TEAM_PACE: "sender=500/100,channel=500/100,reserve=25,slow=0,similar=60/60,short=60/60,raid=0,timeout=0/0",
    },
  });
  const http = createServer();
  const transport = new WebSocketTransport({ server: http, maxPayload: 16 * 1024, pingInterval: 60_000 });
  const plugins = new Map<string, ChatPlugin>();
  const server = new Server({ greet: false, gracefullyShutdown: false, transport });
  let kinds = 0;

  /** A kind of room with these options; gives its name. */
  const define = ({ reconnectS, fails, ...options }: MatchOptions = {}): string => {
    class MatchRoom extends Room<{ state: InstanceType<typeof MatchState> }> {
      override state = new MatchState();
      override patchRate = 20;
      readonly chat = new ChatPlugin({
        ...{ chat, player: ({ auth }: Client) => ({ player: auth.player, name: auth.player }) },
        ...options,
      });
      override plugins = definePlugins([new Dice(), this.chat]);
      override messages = {
        move: (client: Client, to: unknown) => {
          this.broadcast("moved", [client.auth.player, to]);
        },
        sum: (_client: Client, [a, b]: [number, number]) => a + b,
      };
      static override async onAuth(_token: string, { player }: { player: string }) {
        return { player };
      }
      override onJoin(_client: Client, { wanted = true }: { wanted?: boolean } = {}): void {
        if (!wanted) throw new Error("not wanted");
      }
      override onCreate(): void {
        plugins.set(this.roomId, this.chat);
      }
      override onLeave(): void {
        if (fails) throw new Error("the match's own fault");
      }
      override onDispose(): void {
        plugins.delete(this.roomId);
        if (fails) throw new Error("the match's own fault");
      }
    }
    class ReconnectRoom extends MatchRoom {
      override onDrop(client: Client): void {
        this.allowReconnection(client, reconnectS ?? 0).catch(() => undefined);
      }
    }
    kinds += 1;
    const name = `match${kinds}`;
    server.define(name, reconnectS === undefined ? MatchRoom : ReconnectRoom);
    return name;
  };

  await server.listen(0, "127.0.0.1");
  const port = portOf(http);
  return {
    chat,
    port,
    define,
    join: async (name: string, player: string, at: { url?: string; roomId?: string; wanted?: boolean } = {}) => {
      const sdk = new Sdk(at.url ?? `http://127.0.0.1:${port}`);
      const { wanted = true } = at;
      const options = { player, wanted };
      const room: SdkRoom<unknown, InstanceType<typeof MatchState>> = at.roomId === undefined
        ? await sdk.joinOrCreate(name, options)
        : await sdk.joinById(at.roomId, options);
      room.reconnection.minUptime = 0;
      return room;
    },
    stateOf: (roomId: string) => {
      const state = matchMaker.getLocalRoomById(roomId)?.state;
      if (!(state instanceof MatchState)) throw new Error("no such room");
      return state;
    },
    chatOf: (roomId: string) => {
      const plugin = plugins.get(roomId);
      if (plugin === undefined) throw new Error("no such room");
      return plugin;
    },
    roomOf: (roomId: string) => {
      const room = matchMaker.getLocalRoomById(roomId);
      if (room === undefined) throw new Error("no such room");
      return room;
    },
    close: async () => {
      await server.gracefullyShutdown(false);
      await chat.close();
      http.closeAllConnections();
      http.close();
    },
  };
};

export type StudioProcess = Awaited<ReturnType<typeof aStudioProcess>>;

/** A chat in a room, and exactly what it told. */
export const listening = async (
  room: SdkRoom<unknown, InstanceType<typeof MatchState>>,
  options: AttachOptions = {},
): Promise<RoomChat & { shown: Entry[]; lost: Entry[] }> => {
  const chat = await attachChat(room, options);
  const shown: Entry[] = [];
  const lost: Entry[] = [];
  chat.channel.on("entry", (entry) => shown.push(entry));
  chat.channel.on("lost", (entries) => lost.push(...entries));
  return Object.assign(chat, { shown, lost });
};
