import { setTimeout as delay } from "node:timers/promises";
import { createClient } from "redis";
import { DEV_API_KEY } from "../../server/config/development-secrets.ts";
import type { Bench, Contest, Round } from "../frame.ts";
import { makeBackend } from "../studio/backend.ts";
import { foundGuilds, guildNames } from "../studio/found-guilds.ts";
import { inParallel } from "../studio/in-parallel.ts";
import { type AskRedis, askRedis } from "../studio/redis-facts.ts";
import { onStage, openStage, type Stage } from "../studio/stage.ts";

/**
 * Per guild: `members` with their leader, `messages` in its channel, `movements` in its book; per member: `own` movements in his. Beside the members there are `idle`
 * players, so that what one takes does not drown in what Redis does for itself.
 */
export type FootprintSize = {
  idle: number;
  guilds: number;
  members: number;
  messages: number;
  movements: number;
  own: number;
};

/** Two million players in 60,000 guilds. */
const PLAYERS = 2_000_000;
const GUILDS = 60_000;
const FULL: FootprintSize = { idle: 4_000, guilds: 40, members: 33, messages: 1_000, movements: 200, own: 10 };
const QUICK: FootprintSize = { ...FULL, idle: 2_000, guilds: 6 };
const AT_ONCE = 64;
/** So many readings in a row may differ by no more than this; after so many in all the last one counts. */
const SAME = 3;
const NEAR_BYTES = 1_024;
const SETTLE_TRIES = 30;
const SETTLE_MS = 50;
const THOUSAND = 1_000;
const GIB = 2 ** 30;
/** A line of chat. */
const TEXT = "Nos vemos a las ocho para la guerra, traigan flechas";

export const footprint: Bench = {
  name: "footprint",
  about: "what a player, a guild, a message and a movement take in Redis, against the same as one JSON each",
  figure: "computedGiB",
  also: {
    player: { figure: "bytesPerPlayer", as: "ratio" },
    guild: { figure: "bytesPerGuild", as: "ratio" },
    messages: { figure: "bytesPerThousandMessages", as: "ratio" },
    movement: { figure: "bytesPerMovement", as: "ratio" },
  },
  setUp: ({ quick }) => setUpFootprint(quick ? QUICK : FULL),
};

/** Every round has a Redis of its own. */
export const setUpFootprint = (size: FootprintSize): Promise<Contest> =>
  onStage(async (stage) => {
    const { idle, members, messages, movements, own } = size;
    // Only for what Redis it is.
    await stage.redis();
    const sum = `computed for ${PLAYERS.toLocaleString("en")} players in ${GUILDS.toLocaleString("en")} guilds`;
    return {
      note: `${size.guilds} guilds of ${members}; used memory of Redis before and after: they and ${idle} more players, each with a profile and a device, their guilds, ${messages} messages in each, ${movements} movements in its book and ${own} in each player's; ${sum}, each with as many messages and movements`,
      ours: () => onOwnStage((own) => measureOurs(own, size)),
      baseline: () => onOwnStage((own) => measurePlain(own, size)),
      close: stage.close,
    };
  });

const onOwnStage = async (measure: (stage: Stage) => Promise<Round>): Promise<Round> => {
  const stage = openStage();
  try {
    return await measure(stage);
  } finally {
    await stage.close();
  }
};

/** From the bytes that each step added. */
const figuresOf = (
  { idle, guilds, members, messages, movements, own }: FootprintSize,
  bytes: { players: number; guilds: number; messages: number; guildMovements: number; playerMovements: number },
): Round => {
  const players = guilds * members;
  const each = {
    bytesPerPlayer: bytes.players / (players + idle),
    bytesPerGuild: bytes.guilds / guilds,
    bytesPerThousandMessages: (bytes.messages / guilds / messages) * THOUSAND,
    bytesPerMovement: bytes.guildMovements / guilds / movements,
    bytesPerPlayersMovement: bytes.playerMovements / players / own,
  };
  const ofGuild = (bytes.guilds + bytes.messages + bytes.guildMovements) / guilds;
  const ofPlayer = bytes.players / (players + idle) + bytes.playerMovements / players;
  return { ...each, computedGiB: (PLAYERS * ofPlayer + GUILDS * ofGuild) / GIB };
};

const idlePlayers = ({ idle }: FootprintSize): string[] => Array.from({ length: idle }, (_, n) => `idle-${n}`);

/** What Redis holds, once it is the same for a while: it frees and moves tables after the answer. */
const settled = async (facts: AskRedis): Promise<number> => {
  let [bytes, same] = [Number.NaN, 0];
  for (let tries = 0; same < SAME && tries < SETTLE_TRIES; tries++) {
    const { heldBytes } = await facts.facts();
    same = Math.abs(heldBytes - bytes) < NEAR_BYTES ? same + 1 : 0;
    bytes = heldBytes;
    await delay(SETTLE_MS);
  }
  return bytes;
};

/** What each step adds to Redis' memory. */
const added = async (url: string, steps: readonly (() => Promise<unknown>)[]): Promise<number[]> => {
  const facts = await askRedis(url);
  try {
    const bytes: number[] = [];
    let before = await settled(facts);
    for (const step of steps) {
      await step();
      const after = await settled(facts);
      bytes.push(after - before);
      before = after;
    }
    return bytes;
  } finally {
    await facts.close();
  }
};

const measureOurs = async (stage: Stage, size: FootprintSize): Promise<Round> => {
  const redis = await stage.redis();
  const chat = await stage.chat(redis);
  const backend = makeBackend(() => chat.port, DEV_API_KEY);
  const ask = async (path: string, body: unknown): Promise<void> => {
    const answer = await fetch(`http://127.0.0.1:${chat.port}/v1/${path}`, {
      method: "POST",
      headers: { "x-api-key": DEV_API_KEY, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path} was answered ${answer.status}: ${await answer.text()}`);
    await answer.arrayBuffer();
  };
  const founded = guildNames("full", size.guilds, size.members);
  const players = founded.flatMap((one) => one.players);
  // What a process and the first of everything need is not counted.
  await foundGuilds(chat.port, guildNames("first", 1, 2));
  await backend.device("first-0-0", "phone", target("first-0-0"));
  const times = <T>(items: readonly T[], count: number) =>
    items.flatMap((item) => Array.from({ length: count }, (_, n) => ({ item, n })));
  const [ofPlayers = 0, ofGuilds = 0, ofMessages = 0, ofGuildMovements = 0, ofPlayerMovements = 0] = await added(
    redis.url,
    [
      () =>
        inParallel([...players, ...idlePlayers(size)], AT_ONCE, async (player) => {
          await backend.player(player, player);
          await backend.device(player, "phone", target(player));
        }),
      () => foundGuilds(chat.port, founded),
      () =>
        inParallel(times(founded, size.messages), AT_ONCE, ({ item: { guild }, n }) =>
          ask(`channels/guild:${guild}/messages`, { nonce: `nonce-${guild}-${n}`, text: `${TEXT} ${n}` }),
        ),
      () =>
        inParallel(times(founded, size.movements), AT_ONCE, ({ item: { guild, players }, n }) =>
          ask(`guilds/${guild}/points`, movement(n, players[n % players.length])),
        ),
      () => inParallel(times(players, size.own), AT_ONCE, ({ item, n }) => ask(`players/${item}/points`, movement(n))),
    ],
  );
  return figuresOf(size, {
    ...{ players: ofPlayers, guilds: ofGuilds, messages: ofMessages },
    ...{ guildMovements: ofGuildMovements, playerMovements: ofPlayerMovements },
  });
};

/** As long as one of FCM. */
const target = (player: string): string => player.padEnd(163, "x");
const movement = (n: number, member?: string) => ({
  key: `match-${String(n).padStart(8, "0")}`,
  amount: 10 + n,
  reason: "match-won",
  ...(member !== undefined && { member }),
});

/** The same facts, each as one JSON under a key of its own: what one writes who wants nothing but to find it again by its id. */
const measurePlain = async (stage: Stage, size: FootprintSize): Promise<Round> => {
  const redis = await stage.redis();
  const client = createClient({ url: redis.url, RESP: 2 });
  client.on("error", () => {});
  await client.connect();
  stage.onClose(async () => client.destroy());
  const founded = guildNames("full", size.guilds, size.members);
  const players = founded.flatMap((one) => one.players);
  const put = (key: string, value: object): Promise<unknown> => client.set(key, JSON.stringify(value));
  const at = Date.now();
  const movements = (owner: string, count: number, members: readonly string[]) =>
    Array.from({ length: count }, (_, n) => {
      const { key, ...row } = movement(n, members[n % members.length]);
      return put(`${owner}:movement:${key}`, { ...row, at, balance: n * 10 });
    });
  const [ofPlayers = 0, ofGuilds = 0, ofMessages = 0, ofGuildMovements = 0, ofPlayerMovements = 0] = await added(
    redis.url,
    [
      () =>
        inParallel([...players, ...idlePlayers(size)], AT_ONCE, (player) =>
          put(`player:${player}`, {
            ...{ name: player, version: 1, at, guild: "full-000" },
            devices: { phone: { kind: "token", target: target(player), platform: "android", at } },
          }),
        ),
      () =>
        inParallel(founded, AT_ONCE, ({ guild, players }) =>
          put(`guild:${guild}`, {
            ...{ name: "Replay", tag: "RPL", capacity: 100, createdAt: at },
            members: players.map((player, n) => ({ player, name: player, number: n + 1, rank: "member", at })),
          }),
        ),
      () =>
        inParallel(founded, AT_ONCE, ({ guild }) =>
          Promise.all(
            Array.from({ length: size.messages }, (_, n) =>
              put(`guild:${guild}:message:${n}`, { seq: n, at, from: 0, kind: "news", text: `${TEXT} ${n}` }),
            ),
          ),
        ),
      () =>
        inParallel(founded, AT_ONCE, ({ guild, players }) =>
          Promise.all(movements(`guild:${guild}`, size.movements, players)),
        ),
      () => inParallel(players, AT_ONCE, (player) => Promise.all(movements(`player:${player}`, size.own, []))),
    ],
  );
  return figuresOf(size, {
    ...{ players: ofPlayers, guilds: ofGuilds, messages: ofMessages },
    ...{ guildMovements: ofGuildMovements, playerMovements: ofPlayerMovements },
  });
};
