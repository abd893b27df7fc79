/**
 * The baseline: Colyseus as its guides show it, as a process of its own. Rooms are joined or created at `POST /matchmake/joinOrCreate/guild` with
 * `joinOptionsSchema`; a room broadcasts each message it gets and answers a request with its seq. Nothing is kept, nothing is checked.
 *
 * `node server.ts [PATCH_RATE_MS] [state]`: with `state` rooms have the state of our guild rooms, encoded once for all, without views; the rows are `member-1`,
 * `member-2` …, and a row is online while its player is there.
 */
import { createServer } from "node:http";
import { type Client, defineRoom, defineServer, Room } from "@colyseus/core";
import { Encoder } from "@colyseus/schema";
import { WebSocketTransport } from "@colyseus/ws-transport";
import { LIMITS } from "../../shared/limits.ts";
import { GuildState, MemberState } from "../../shared/state.ts";
import { CHAT, type Chat, joinOptionsSchema } from "./chat.ts";

/** Colyseus' own default. */
const PATCH_RATE_MS = 50;
/** As in our service, so that neither side pings more. */
const PING_MS = 25_000;
/** Colyseus' default of 16 KB is too small for a full guild and would cost a new buffer and a warning at each join. */
const ENCODER_BYTES = 64 * 1024;
/** As ours: with Node's own 511 the kernel drops connections when thousands come at once, and what is measured is when they are tried again. */
const BACKLOG = 4_096;

const rowOf = (number: number): MemberState =>
  new MemberState({
    ...{ number, name: `Member ${number}`, level: number, power: number * 100, rank: "member", version: 1 },
    ...{ locale: "pt-BR", zone: "America/Sao_Paulo" },
  });

const makeRoom = (patchRateMs: number, withState: boolean) =>
  class PlainRoom extends Room<{ state: GuildState }> {
    override patchRate = patchRateMs;
    #seq = 0;
    readonly #players = new Map<string, string>();

    override onCreate(options: unknown): void {
      const { room, members, seq } = joinOptionsSchema.parse(options);
      this.#seq = seq;
      if (withState) {
        this.state = new GuildState({ id: room, name: room, tag: "PLN", memberCount: members });
        for (let number = 1; number <= members; number++) this.state.roster.set(`member-${number}`, rowOf(number));
      }
      this.onMessage(CHAT, (client: Client, body: string) => {
        const from = this.#players.get(client.sessionId) ?? "";
        const chat: Chat = { seq: ++this.#seq, at: Date.now(), from, kind: "text", body };
        this.broadcast(CHAT, chat);
        return { seq: chat.seq, at: chat.at };
      });
    }

    override onJoin(client: Client, options: unknown): void {
      const { player } = joinOptionsSchema.parse(options);
      this.#players.set(client.sessionId, player);
      if (withState) this.#show(player, true);
    }

    override onLeave(client: Client): void {
      const player = this.#players.get(client.sessionId);
      this.#players.delete(client.sessionId);
      if (withState && player !== undefined) this.#show(player, false);
    }

    #show(player: string, online: boolean): void {
      const member = this.state.roster.get(player);
      if (member === undefined || member.online === online) return;
      member.online = online;
      this.state.onlineCount += online ? 1 : -1;
    }
  };

const [patchRate = String(PATCH_RATE_MS), state] = process.argv.slice(2);
Encoder.BUFFER_SIZE = ENCODER_BYTES;
const server = createServer();
const service = defineServer({
  greet: false,
  transport: new WebSocketTransport({
    server,
    pingInterval: PING_MS,
    pingMaxRetries: 1,
    maxPayload: LIMITS.frameBytes,
  }),
  rooms: { guild: defineRoom(makeRoom(Number(patchRate), state === "state")).filterBy(["room"]) },
});
await service.listen(0, "127.0.0.1", BACKLOG);
const address = server.address();
process.once("disconnect", () => process.exit());
console.log(
  JSON.stringify({ ready: "plain-colyseus", port: typeof address === "object" && address ? address.port : 0 }),
);
