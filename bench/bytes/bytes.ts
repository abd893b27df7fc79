import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Order, type Outcome, outcomeSchema } from "../crowd/orders.ts";
import type { Bench, Contest } from "../frame.ts";
import type { Child } from "../studio/child.ts";
import { foundGuilds, tokensOf } from "../studio/found-guilds.ts";
import { onStage } from "../studio/stage.ts";

/** Of the work: `{seq, at, from: 22 characters, kind, body: 40 characters}`. */
const [PLAYER_LENGTH, BODY_LENGTH] = [22, 40];
/** Messages in a frame that holds several. */
const TEN = 10;
const MEMBERS = 12;
/** Said before anything is counted: seqs of a channel in use are not the shortest there are. */
const SAID_BEFORE = 300;
/** How often a burst may come in frames that do not hold ten. */
const TRIES = 100;

export const bytes: Bench = {
  name: "bytes",
  about:
    "bytes of WebSocket frames a message takes on its way to a member, against a Colyseus broadcast of the same object",
  figure: "bytesAlone",
  also: { framesRatio: { figure: "bytesInTens", as: "ratio" } },
  setUp: () => setUpBytes(),
};

/** Both servers with a dozen members each. */
export const setUpBytes = (): Promise<Contest> =>
  onStage(async (stage) => {
    const players = Array.from({ length: MEMBERS }, (_, index) => `member${index}`.padEnd(PLAYER_LENGTH, "x"));
    const founded = [{ guild: "bytes", players }];
    const redis = await stage.redis();
    const clock = pathToFileURL(join(import.meta.dirname, "an-hour-ago.ts")).href;
    const chat = await stage.chat(redis, { GREMIO_GUILD_PACE: "off", NODE_OPTIONS: `--import=${clock}` });
    await foundGuilds(chat.port, founded);
    const ours = await stage.start("crowd/load.ts");
    await ours.ask({ do: "sit", port: chat.port, guilds: await tokensOf(founded) } satisfies Order);
    await said(ours, SAID_BEFORE / TEN, TEN);

    const plain = await stage.start("plain-colyseus/server.ts");
    const theirs = await stage.start("crowd/load.ts");
    const seq = SAID_BEFORE + MEMBERS;
    const rooms = [players.map((player) => ({ room: "bytes", player, seq }))];
    await theirs.ask({ do: "join", port: plain.port, rooms } satisfies Order);

    return {
      note: `from of ${PLAYER_LENGTH} characters, body of ${BODY_LENGTH}; seqs above ${SAID_BEFORE}, times an hour after the server's start; whole WebSocket frames as received, headers included, on ${MEMBERS} sockets`,
      ours: async () => ({ bytesAlone: await alone(ours), bytesInTens: await inFramesOf(TEN, ours) }),
      baseline: async () => ({ bytesAlone: await alone(theirs), bytesInTens: await perMessage(theirs, TEN) }),
      close: stage.close,
    };
  });

const said = async (load: Child, bursts: number, senders: number): Promise<Outcome> => {
  const order: Order = { do: "burst", senders, bursts, answered: true, textLength: BODY_LENGTH };
  const outcome = outcomeSchema.parse(await load.ask(order));
  const expected = MEMBERS * bursts * senders;
  if (outcome.messages !== expected) throw new Error(`${outcome.messages} deliveries came instead of ${expected}`);
  return outcome;
};

/** Bytes per message, each said when everyone has the one before. */
const alone = async (load: Child): Promise<number> => {
  const { messages, frames, frameBytes } = await said(load, TEN, 1);
  if (frames !== messages) throw new Error("messages said alone came together");
  return frameBytes / messages;
};

/** Bytes per message of a server that sends a frame for each, of messages said at once. */
const perMessage = async (load: Child, senders: number): Promise<number> => {
  const { messages, frameBytes } = await said(load, 1, senders);
  return frameBytes / messages;
};

/** Bytes per message in frames of so many. One more is said every other time, since the first of a burst may come alone. */
const inFramesOf = async (count: number, load: Child): Promise<number> => {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const { framesOf } = await said(load, 1, count + (attempt % 2));
    const found = framesOf[count];
    if (found !== undefined) return found.frameBytes / count;
  }
  throw new Error(`no frame of ${count} messages in ${TRIES} bursts`);
};
