import type { Figures } from "./figures.ts";

/** A ratio or a difference is ours against the baseline's; a figure by itself has no baseline. */
export type Compared = "ratio" | "difference" | "itself";
export type Reach = { readonly atLeast: number } | { readonly atMost: number };

/** One figure of a bench as it is shown: a panel of its plot, and a line in its row of the table. */
export type Shown = {
  readonly figure: string;
  readonly title: string;
  /** Tells it from the bench's other ones in the table. */
  readonly short: string;
  /** As it is written behind a number. A `share` is written in percent. */
  readonly unit: string;
  readonly as: Compared;
  /** What issue and design aim at, of what is compared. */
  readonly reach?: Reach;
  /** The reach is a promise: every round has to keep it, not only their median. */
  readonly everyRound?: true;
  /** The baseline has the figure, but it says nothing. */
  readonly oursAlone?: true;
  /** Another figure of the same unit, drawn hollow in the same rows; `about` stands behind the title. */
  readonly hollow?: { readonly figure: string; readonly about: string };
  /** Further figures of ours with rows of their own, by the name of the row; left out where a run does not have them. */
  readonly more?: Readonly<Record<string, string>>;
};

export type Story = {
  readonly bench: string;
  /** Short enough for the head of a plot. */
  readonly work: string;
  /** Empty when there is none. */
  readonly baseline: string;
  readonly shown: readonly Shown[];
  /** Besides the mode of the run. */
  readonly fsyncToo?: string;
  /** What tells runs of several sizes apart, and orders them. */
  readonly size?: { readonly of: (figures: Figures) => number; readonly unit: string };
};

const deliveries = { figure: "deliveriesPerSecond", title: "Deliveries a second", short: "", unit: "deliveries/s" };
const ms = { unit: "ms", short: "" };
const bytes = { unit: "B", as: "ratio" } as const;

/** What of each bench is shown, in this order. */
export const stories: readonly Story[] = [
  {
    bench: "fanout",
    work: "One message a frame, acknowledged and durable",
    baseline: "bare `ws` loop, equal bytes",
    shown: [{ ...deliveries, as: "ratio", reach: { atLeast: 0.85 } }],
  },
  {
    bench: "burst",
    work: "Many speak at the same moment, acknowledged and durable",
    baseline: "bare `ws` loop, a frame a message, of the bytes ours takes for a lone one",
    shown: [{ ...deliveries, as: "ratio", reach: { atLeast: 8 } }],
  },
  {
    bench: "send",
    work: "Acknowledged durable sends",
    baseline: "plain Colyseus rooms that only broadcast and answer",
    shown: [
      {
        ...{ figure: "sendsPerSecond", title: "Sends a second", short: "", unit: "sends/s" },
        ...{ as: "ratio", reach: { atLeast: 1 } },
      },
      {
        ...{ figure: "sendsPerSecondAlways", title: "The same with fsync always", short: "`always`", unit: "sends/s" },
        as: "ratio",
      },
    ],
    fsyncToo: "always",
  },
  {
    bench: "bytes",
    work: "Bytes of a message on the wire",
    baseline: "Colyseus broadcast of `{seq, at, from, kind, body}`",
    shown: [
      {
        ...{ figure: "bytesAlone", title: "A message that comes alone", short: "alone", unit: "B" },
        ...{ as: "ratio", reach: { atMost: 0.5 } },
      },
      {
        ...{ figure: "bytesInTens", title: "A message in frames of ten", short: "in tens", unit: "B" },
        ...{ as: "ratio", reach: { atMost: 0.4 } },
      },
    ],
  },
  {
    bench: "guilds",
    work: "Small guilds that seldom talk",
    baseline: "the same rooms in plain Colyseus",
    shown: [
      {
        ...{ figure: "cpu", title: "Processor time, ours with that of Redis", short: "processor time" },
        ...{ unit: "of a core", as: "ratio", reach: { atMost: 1.2 } },
        hollow: { figure: "idleCpu", about: "nobody talks" },
      },
      {
        ...{ figure: "residentMiB", title: "Resident memory of the server", short: "memory" },
        ...{ unit: "MiB", as: "ratio", reach: { atMost: 1.2 } },
        hollow: { figure: "heapMiB", about: "JavaScript objects alone" },
      },
    ],
  },
  {
    bench: "memory",
    work: "Resident memory of a connection",
    baseline: "plain Colyseus room with the same state",
    shown: [
      {
        ...{ figure: "residentKiB", title: "Memory of a connection", short: "" },
        ...{ unit: "KiB", as: "ratio", reach: { atMost: 1.15 } },
        hollow: { figure: "heapKiB", about: "JavaScript objects alone" },
      },
    ],
  },
  {
    bench: "join",
    work: "Joining with many guilds in Redis and many rooms open",
    baseline: "ours with few of both",
    shown: [
      {
        ...{ ...ms, figure: "joinMs", title: "Joining a room that is open", as: "ratio", reach: { atMost: 1.5 } },
        hollow: { figure: "joinP99Ms", about: "p99" },
      },
      { ...ms, figure: "openingMs", title: "Joining that opens the room", short: "opening", as: "ratio" },
    ],
  },
  {
    bench: "directory",
    work: "Finding and joining a guild among 100,000",
    baseline: "ours with 100",
    shown: [
      {
        ...{ ...ms, figure: "searchMs", title: "A search", short: "search", as: "ratio", reach: { atMost: 1.5 } },
        hollow: { figure: "searchP99Ms", about: "p99" },
      },
      {
        ...{ ...ms, figure: "suggestMs", title: "Suggestions", short: "suggest", as: "ratio", reach: { atMost: 1.5 } },
      },
      {
        ...{ ...ms, figure: "quickJoinMs", title: "Joining the best", short: "quick join", as: "ratio" },
        reach: { atMost: 1.5 },
      },
    ],
  },
  {
    bench: "latency",
    work: "A message in a small team until the last has it",
    baseline: "plain Colyseus room",
    shown: [
      {
        ...{ unit: "ms", figure: "idleP99Ms", title: "p99, idle", short: "idle" },
        ...{ as: "difference", reach: { atMost: 3 }, hollow: { figure: "idleP50Ms", about: "p50" } },
      },
      {
        ...{ unit: "ms", figure: "loadedP99Ms", title: "p99, while other teams talk", short: "loaded" },
        ...{ as: "difference", reach: { atMost: 10 }, hollow: { figure: "loadedP50Ms", about: "p50" } },
      },
      {
        ...{ unit: "ms", figure: "lineP99Ms", title: "p99, over late and lossy lines", short: "on the line" },
        ...{ as: "difference", hollow: { figure: "lineP50Ms", about: "p50" } },
      },
    ],
  },
  {
    bench: "flood",
    work: "Acknowledgements of honest members while a scammer floods",
    baseline: "the same without him",
    shown: [
      {
        ...{ ...ms, figure: "honestP99Ms", title: "p99 of honest members' acknowledgements", as: "ratio" },
        hollow: { figure: "honestP50Ms", about: "p50" },
      },
      {
        ...{ figure: "scamRefusedShare", title: "Of the scam is refused", short: "of the scam refused", unit: "share" },
        ...{ as: "itself", reach: { atLeast: 0.95 }, everyRound: true, oursAlone: true },
      },
    ],
  },
  {
    bench: "repair",
    work: "Until all members have what was kept from them",
    baseline: "the same messages undisturbed",
    shown: [
      {
        ...{ figure: "swallowedS", title: "After a lost publish that was the last", short: "lost publish" },
        ...{ unit: "s", as: "itself", reach: { atMost: 5 }, everyRound: true },
      },
      {
        ...{ figure: "killedS", title: "After a killed subscription", short: "killed subscription" },
        ...{ unit: "s", as: "itself", reach: { atMost: 5 }, everyRound: true },
      },
      {
        ...{ figure: "stoppedS", title: "After a stopped process goes on", short: "stopped process" },
        ...{ unit: "s", as: "itself", reach: { atMost: 5 }, everyRound: true },
      },
    ],
  },
  {
    bench: "slow",
    work: "Messages to those who read, while others do not",
    baseline: "the same with all reading",
    shown: [
      {
        ...{ ...ms, figure: "p99Ms", title: "p99 of those who read", as: "ratio", reach: { atMost: 1.25 } },
        hollow: { figure: "p50Ms", about: "p50" },
      },
    ],
  },
  {
    bench: "resume",
    work: "Until the last who was cut off is back with all he missed",
    baseline: "plain Colyseus re-join with the same state, which loses it",
    shown: [
      {
        ...{ ...ms, figure: "lastMs", title: "Until the last is back", as: "ratio", reach: { atMost: 1.5 } },
        hollow: { figure: "waitP50Ms", about: "half are back" },
      },
    ],
  },
  {
    bench: "sockets",
    work: "A player with five channels over one connection",
    baseline: "three plain Colyseus rooms with a connection each",
    shown: [
      {
        ...{ figure: "residentKiB", title: "Memory of a player", short: "memory", unit: "KiB" },
        ...{ as: "ratio", reach: { atMost: 0.7 }, more: { "ours, two": "residentKiBOfTwo" } },
        hollow: { figure: "heapKiB", about: "JavaScript objects alone" },
      },
      {
        ...{ figure: "bytes", title: "Bytes of the messages he gets", short: "bytes", unit: "B" },
        ...{ as: "ratio", reach: { atMost: 0.7 }, more: { "ours, two": "bytesOfTwo" } },
      },
    ],
  },
  {
    bench: "stadium",
    work: "All members speak at once, over several processes",
    baseline: "",
    shown: [
      { ...deliveries, as: "itself", reach: { atLeast: 1_000_000 } },
      {
        ...{ figure: "lastMs", title: "Until the last socket has all", short: "to the last", unit: "ms", as: "itself" },
        hollow: { figure: "firstProcessMs", about: "the first process' sockets" },
      },
    ],
    size: { of: ({ once }) => once.ramp?.sockets ?? 0, unit: "sockets" },
  },
  {
    bench: "ledger",
    work: "Movements of points, once per key",
    baseline: "bare function of one `INCRBY` and one `XADD`",
    shown: [
      {
        ...{ figure: "movementsPerSecond", title: "Movements a second", short: "", unit: "movements/s" },
        ...{ as: "ratio", reach: { atLeast: 0.25 } },
      },
      {
        ...{ figure: "redisUsPerMovement", title: "Processor time of Redis for one", short: "of Redis", unit: "µs" },
        as: "ratio",
      },
    ],
  },
  {
    bench: "war",
    work: "Results of battles, checked and counted once, while the members of both guilds watch",
    baseline: "bare endpoint of one `HINCRBY`",
    shown: [
      {
        ...{ figure: "reportsPerSecond", title: "Results a second, one a request", short: "", unit: "results/s" },
        as: "ratio",
      },
      {
        ...{ ...ms, figure: "freshP50Ms", title: "From a result to all who watch", short: "until shown" },
        ...{ as: "itself", reach: { atMost: 500 }, hollow: { figure: "freshP99Ms", about: "p99" } },
      },
    ],
  },
  {
    bench: "notice-cost",
    work: "A plain message with thousands absent",
    baseline: "the same with 5 absent",
    shown: [
      {
        ...{ figure: "commandsPerMessage", title: "Commands in Redis", short: "commands", unit: "commands" },
        ...{ as: "ratio", reach: { atMost: 1.1 } },
      },
      {
        ...{ figure: "bytesPerMessage", title: "Bytes to and from Redis", short: "bytes", unit: "B" },
        ...{ as: "ratio", reach: { atMost: 1.1 } },
      },
    ],
  },
  {
    bench: "push",
    work: "Pushes through the whole notifier, from an announcement to the phones",
    baseline: "bare loop of firebase-admin's `send()`",
    shown: [
      {
        ...{ figure: "pushesPerSecond", title: "Pushes a second", short: "", unit: "pushes/s" },
        ...{ as: "ratio", reach: { atLeast: 1 } },
      },
      {
        ...{ figure: "senderUsPerPush", title: "Processor time of the sender for one", short: "of the sender" },
        ...{ unit: "µs", as: "ratio" },
      },
    ],
  },
  {
    bench: "million",
    work: "A million registered players, 200,000 digests due",
    baseline: "",
    shown: [
      {
        ...{ figure: "redisMiB", title: "Redis: the players and the due digests", short: "Redis", unit: "MiB" },
        as: "itself",
      },
      {
        ...{ figure: "notifierPeakMiB", title: "The notifier: at most, meanwhile", short: "notifier", unit: "MiB" },
        ...{ as: "itself", hollow: { figure: "notifierRestMiB", about: "at rest" } },
      },
      {
        ...{
          figure: "toldMin",
          title: "Until all digests are told, of which they fall due in 10 minutes",
          short: "told",
        },
        ...{ unit: "min", as: "itself" },
      },
    ],
    size: { of: ({ sizes }) => sizes.players ?? 1_000_000, unit: "players" },
  },
  {
    bench: "footprint",
    work: "What is kept in Redis",
    baseline: "the same facts, each as one JSON under a key of its own",
    shown: [
      { ...bytes, figure: "bytesPerPlayer", title: "An idle player", short: "player" },
      { ...bytes, figure: "bytesPerGuild", title: "A guild and its members", short: "guild" },
      { ...bytes, figure: "bytesPerThousandMessages", title: "1,000 messages", short: "1,000 messages" },
      {
        ...{ ...bytes, figure: "bytesPerMovement", title: "A movement in a guild's book", short: "movement" },
        hollow: { figure: "bytesPerPlayersMovement", about: "in a player's" },
      },
      {
        ...{ figure: "computedGiB", title: "Computed: 2 million players, 60,000 guilds", short: "computed" },
        ...{ unit: "GiB", as: "ratio" },
      },
    ],
  },
];

/** The runs of a story's bench, the smallest first. */
export const runsOf = <T extends { readonly figures: Figures }>({ bench, size }: Story, kept: readonly T[]): T[] => {
  const of = ({ figures }: T): number => size?.of(figures) ?? 0;
  return kept.filter(({ figures }) => figures.bench === bench).toSorted((a, b) => of(a) - of(b));
};
