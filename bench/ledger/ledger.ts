import { setTimeout as delay } from "node:timers/promises";
import { createClient } from "redis";
import { z } from "zod";
import type { Bench, Contest, Round } from "../frame.ts";
import { cpuMsOf } from "../studio/cpu.ts";
import { foundGuilds, guildNames } from "../studio/found-guilds.ts";
import { onStage } from "../studio/stage.ts";

/** Half of the movements are in guilds' books, brought by members, half in players'. */
export type LedgerSize = { guilds: number; members: number; movements: number; underWay: number };

const FULL: LedgerSize = { guilds: 100, members: 5, movements: 100_000, underWay: 200 };
const QUICK: LedgerSize = { guilds: 20, members: 5, movements: 20_000, underWay: 200 };
const BARE = `#!lua name=bare
redis.register_function('bare_move', function(keys, argv)
  redis.call('INCRBY', keys[1], argv[1])
  return redis.call('XADD', keys[2], '*', 'd', argv[2])
end)`;
/** What Redis left to do after the last answer (a rehash, its file) is not the next round's. */
const CALM_MS = 100;

export const ledger: Bench = {
  name: "ledger",
  about: "movements of points per second in Redis, once per key, against a bare function of one INCRBY and one XADD",
  figure: "movementsPerSecond",
  also: { redisCpuRatio: { figure: "redisUsPerMovement", as: "ratio" } },
  setUp: ({ quick }) => setUpLedger(quick ? QUICK : FULL),
};

type Call = readonly string[];

/** The functions are called by a client of this process, the same on both sides, over one connection; no chat process runs meanwhile. */
export const setUpLedger = (size: LedgerSize): Promise<Contest> =>
  onStage(async (stage) => {
    const redis = await stage.redis();
    const chat = await stage.chat(redis);
    const founded = guildNames("rich", size.guilds, size.members);
    await foundGuilds(chat.port, founded);
    await chat.stop();
    const client = createClient({ url: redis.url, RESP: 2 });
    client.on("error", () => {});
    await client.connect();
    stage.onClose(async () => client.destroy());
    await client.sendCommand(["FUNCTION", "LOAD", BARE]);
    const move = await functionNamed("points_move", (args) => client.sendCommand(args));
    const owners = await ownersIn((args) => client.sendCommand(args));
    const guilds = founded.map(({ guild, players }) => ({ owner: owners(`guild:${guild}`), members: players }));
    const players = founded.flatMap((one) => one.players).map((player) => ({ owner: owners(`player:${player}`) }));

    let rounds = 0;
    const amount = (index: number): number => 1 + (index % 100);
    const ours = (index: number): Call => {
      const key = `event-${rounds}-${index}`;
      const guild = guilds[index % guilds.length];
      const member = guild?.members[Math.floor(index / guilds.length) % guild.members.length] ?? "";
      const [owner = "", by] = index % 2 === 0 ? [guild?.owner, member] : [players[index % players.length]?.owner, ""];
      const bucket = owner.slice(0, owner.indexOf("}:") + 2);
      const print = `#${String(index).padStart(16, "0")}`;
      return ["FCALL", move, "2", owner, bucket, key, String(amount(index)), by ?? "", "quest", print, ""];
    };
    const bare = (index: number): Call => {
      const owner = index % 2 === 0 ? `bare:${index % guilds.length}` : `bare:player-${index % players.length}`;
      const row = `{"key":"event-${rounds}-${index}","amount":"${amount(index)}","balance":"1000","reason":"quest"}`;
      return ["FCALL", "bare_move", "2", `${owner}:sum`, `${owner}:entries`, String(amount(index)), row];
    };

    const round = async (call: (index: number) => Call, isDone: (reply: unknown) => boolean): Promise<Round> => {
      rounds += 1;
      await delay(CALM_MS);
      const [cpuMs, from] = [cpuMsOf(redis.pid), performance.now()];
      let [next, done] = [0, 0];
      await Promise.all(
        Array.from({ length: size.underWay }, async () => {
          for (let index = next++; index < size.movements; index = next++)
            if (isDone(await client.sendCommand([...call(index)]))) done += 1;
        }),
      );
      const tookMs = performance.now() - from;
      if (done !== size.movements) throw new Error(`${done} of ${size.movements} points moved`);
      return {
        movementsPerSecond: (size.movements * 1_000) / tookMs,
        redisUsPerMovement: ((cpuMsOf(redis.pid) - cpuMs) * 1_000) / size.movements,
        redisCpu: (cpuMsOf(redis.pid) - cpuMs) / tookMs,
      };
    };
    return {
      note: `${size.movements} movements a round in the books of ${size.guilds} guilds (with the contribution of a member) and ${players.length} players, by turns; ${size.underWay} under way on one connection`,
      units: "CPU as share of one core",
      ours: () => round(ours, (reply) => Array.isArray(reply) && reply[0] === "ok" && reply[4] === 0),
      baseline: () => round(bare, (reply) => typeof reply === "string"),
      close: stage.close,
    };
  });

type Ask = (args: string[]) => Promise<unknown>;

/** A function of our library, whose name carries a hash of its code. */
const functionNamed = async (name: string, ask: Ask): Promise<string> => {
  const listed = JSON.stringify(await ask(["FUNCTION", "LIST", "LIBRARYNAME", "gremio_*"]));
  const [found] = new RegExp(`gremio_[0-9a-f]{12}_${name}\\b`).exec(listed) ?? [];
  if (found === undefined) throw new Error(`${name} is not in Redis`);
  return found;
};

/** The prefix of an owner's keys, from the keys there are. */
const ownersIn = async (ask: Ask): Promise<(owner: string) => string> => {
  const keys = z.array(z.string()).parse(await ask(["KEYS", "*}:*:*:*"]));
  const owners = new Map<string, string>();
  for (const key of keys) {
    const parts = key.split(":");
    owners.set(parts.slice(2, 4).join(":"), `${parts.slice(0, 4).join(":")}:`);
  }
  return (owner) => owners.get(owner) ?? "";
};
