import { freemem } from "node:os";
import { DEV_API_KEY } from "../../server/config/development-secrets.ts";
import type { Bench, Round, Sides } from "../frame.ts";
import { percentile } from "../percentile.ts";
import { makeBackend } from "../studio/backend.ts";
import type { Child } from "../studio/child.ts";
import { cpuMsOf } from "../studio/cpu.ts";
import { foundGuilds, guildNames, tokensOf } from "../studio/found-guilds.ts";
import { residentBytesOf } from "../studio/resident.ts";
import { onStage } from "../studio/stage.ts";
import { type HeardAll, heardSchema, type Order, satSchema } from "./orders.ts";
import { faultsIn } from "./verdict.ts";

/** `sockets` of `people` members of one guild, evenly on `processes` chat processes; each process has a load of its own. */
export type StadiumSize = { sockets: number; processes: number; people: number };

const FULL = { members: 20_000, processes: 4 };
const QUICK = { members: 1_000, processes: 2 };
const MOST_SOCKETS = 200_000;
/** A process may open some 20,000 files where nothing else is set up; besides its sockets it needs a few for itself. */
const SOCKETS_A_PROCESS = 18_000;
const MOST_SOCKETS_A_PROCESS = 19_500;
/** A guild holds so many; and so many speak at once. */
const PEOPLE = 100;
const TEXT_LENGTH = 40;
const MIB = 2 ** 20;

export const stadium: Bench = {
  name: "stadium",
  about: "100 messages at once on one channel over several processes, every socket checked; no baseline",
  figure: "deliveriesPerSecond",
  sizes: {
    members: { about: `connections, ${FULL.members} unless said`, least: 2 * PEOPLE, most: MOST_SOCKETS },
    processes: { about: `chat processes, ${FULL.processes} unless more are needed`, least: 1, most: 64 },
  },
  setUp: ({ quick, sizes = {} }) => {
    const usual = quick ? QUICK : FULL;
    const { members: sockets = usual.members } = sizes;
    const { processes = Math.max(usual.processes, Math.ceil(sockets / SOCKETS_A_PROCESS)) } = sizes;
    if (sockets / processes > MOST_SOCKETS_A_PROCESS)
      throw new Error(`a process holds ${MOST_SOCKETS_A_PROCESS} sockets at most: ask for more processes`);
    return setUpStadium({ sockets, processes, people: PEOPLE });
  },
};

type Stand = { chat: Child; load: Child; sockets: number; speakers: number };

export const setUpStadium = ({ sockets, processes, people }: StadiumSize): Promise<Sides> =>
  onStage(async (stage) => {
    const redis = await stage.redis();
    // One guild says more in a second here than in an hour: its pace is not what is measured. A process shows it in one room.
    const env = { GREMIO_GUILD_PACE: "off", GREMIO_ROOM_SEATS: String(MOST_SOCKETS_A_PROCESS) };
    const stands: Stand[] = await Promise.all(
      shares(sockets, processes).map(async (share, index) => ({
        chat: await stage.chat(redis, env),
        load: await stage.start("stadium/load.ts"),
        sockets: share,
        speakers: shares(people, processes)[index] ?? 0,
      })),
    );
    // Thousands of sessions would be told of one by one when a process ends in order, to a Redis that ends as well.
    stage.onClose(async () => {
      for (const { chat, load } of stands) for (const { pid } of [load, chat]) kill(pid);
    });
    const [first] = stands;
    if (first === undefined) throw new Error("a stadium has at least one process");
    const founded = guildNames("stadium", 1, people);
    await foundGuilds(first.chat.port, founded);
    const tokens = (await tokensOf(founded)).flat();
    const guild = founded[0]?.guild ?? "";
    const backend = makeBackend(() => first.chat.port, DEV_API_KEY);

    const chats = stands.map(({ chat }) => chat.pid);
    const loads = stands.map(({ load }) => load.pid);
    const cpu = (pids: readonly number[]): number => pids.reduce((sum, pid) => sum + cpuMsOf(pid), 0);
    const ask = (order: (stand: Stand, index: number) => Order): Promise<unknown[]> =>
      Promise.all(stands.map((stand, index) => stand.load.ask(order(stand, index))));
    const measured = async <T>(work: () => Promise<T>) => {
      const before = [cpu(chats), cpu([redis.pid]), cpu(loads)];
      const began = performance.now();
      const result = await work();
      const tookMs = performance.now() - began;
      const [server = 0, ofRedis = 0, load = 0] = [cpu(chats), cpu([redis.pid]), cpu(loads)].map(
        (ms, index) => ms - (before[index] ?? 0),
      );
      return { result, tookMs, cpuMs: { server, redis: ofRedis, load } };
    };

    const freeBefore = freemem();
    let seated = 0;
    const ramp = await measured(() =>
      ask((stand) => {
        // Who speaks sits in the first places: others at every process.
        const turned = [...tokens.slice(seated), ...tokens.slice(0, seated)];
        seated += stand.speakers;
        return { do: "sit", port: stand.chat.port, tokens: turned, sockets: stand.sockets };
      }),
    );
    const once = {
      ramp: {
        sockets,
        processes,
        seconds: ramp.tookMs / 1000,
        connectionsPerSecond: (sockets * 1000) / ramp.tookMs,
        serverMsEach: ramp.cpuMs.server / sockets,
        redisMsEach: ramp.cpuMs.redis / sockets,
        loadMsEach: ramp.cpuMs.load / sockets,
        putOff: sum(ramp.result.map((answer) => satSchema.parse(answer).putOff)),
        serverMiB: resident(chats),
        redisMiB: resident([redis.pid]),
        loadMiB: resident(loads),
        // The sockets in the kernel included, and whatever else the machine does.
        machineMiB: (freeBefore - freemem()) / MIB,
      },
    };

    const round = async (): Promise<Round> => {
      await ask(() => ({ do: "expect", messages: people }));
      const { result, cpuMs } = await measured(async () => {
        const answers = await ask(({ speakers }) => ({ do: "say", senders: speakers, textLength: TEXT_LENGTH }));
        return answers.map((answer) => heardSchema.parse(answer));
      });
      const { entries } = await backend.history(guild);
      const faults = faultsIn(result, entries, people);
      const deliveries = total(result, "deliveries");
      if (deliveries !== people * sockets) faults.push(`${deliveries} deliveries instead of ${people * sockets}`);
      if (faults.length > 0) throw new Error(faults.join("; "));
      const began = Math.min(...result.flatMap(({ firstSaidMs }) => firstSaidMs ?? []));
      const ended = result.map(({ lastHeardMs }) => lastHeardMs - began);
      const tookMs = Math.max(...ended);
      const frames = total(result, "frames");
      return {
        deliveriesPerSecond: (deliveries * 1000) / tookMs,
        lastMs: tookMs,
        firstProcessMs: Math.min(...ended),
        answerP50Ms: percentile(
          result.flatMap(({ answersMs }) => answersMs),
          0.5,
        ),
        answerP99Ms: percentile(
          result.flatMap(({ answersMs }) => answersMs),
          0.99,
        ),
        deliveries,
        messagesPerFrame: deliveries / frames,
        framesASocket: frames / sockets,
        payloadBytes: total(result, "payloadBytes") / deliveries,
        serverCpu: cpuMs.server / tookMs,
        redisCpu: cpuMs.redis / tookMs,
        loadCpu: cpuMs.load / tookMs,
        serverUsPerFrame: (cpuMs.server * 1000) / frames,
        loadUsPerFrame: (cpuMs.load * 1000) / frames,
      };
    };
    return {
      note: `${sockets} sockets of ${people} members on ${processes} processes, all members say a message of ${TEXT_LENGTH} characters at once; from the first send to the last delivery on the last socket`,
      units: "CPU as share of one core, all processes together",
      once,
      ours: round,
      close: stage.close,
    };
  });

const kill = (pid: number): void => {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended already.
  }
};

const resident = (pids: readonly number[]): number => sum(pids.map((pid) => residentBytesOf(pid) / MIB));

/** As even parts as there are. */
const shares = (whole: number, parts: number): number[] =>
  Array.from(
    { length: parts },
    (_, part) => Math.floor((whole * (part + 1)) / parts) - Math.floor((whole * part) / parts),
  );

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);
const total = (stands: readonly HeardAll[], name: "deliveries" | "frames" | "payloadBytes"): number =>
  sum(stands.map((stand) => stand[name]));
