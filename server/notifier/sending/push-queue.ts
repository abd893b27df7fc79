import { DelayedError, Queue, RateLimitError, Worker } from "bullmq";
import { Cluster, Redis as IORedis, type RedisOptions } from "ioredis";
import type { Logger } from "pino";
import type { PlayerId } from "../../../shared/id.ts";
import { parseSentinelUrl } from "../../redis/sentinel-url.ts";
import { settledWithin } from "../settled-within.ts";
import { retryWaitMs } from "./retry-wait.ts";
import type { BatchResult } from "./send-batch.ts";
import type { Priority } from "./send-rate.ts";

/** What the queue has to know of its jobs. */
export type JobKind<Job> = {
  /** Throws for what nobody can read. */
  parse(data: unknown): Job;
  /** For the eyes of whoever looks into Redis. */
  nameOf(job: Job): string;
  /** Two jobs of one id are the same job, for an hour; undefined: every job is another. No ":" and not digits alone. */
  idOf(job: Job): string | undefined;
  priorityOf(job: Job): Priority;
  /** The same job for those players alone. */
  only(job: Job, players: PlayerId[]): Job;
};

/** `job`: what is left of it, where that is less. */
export type JobResult<Job> = BatchResult & { job?: Job };

export type PushQueueOptions = {
  url: string;
  cluster: boolean;
  namespace: string;
  /** How long a job of a dead process stays its own. */
  lockMs: number;
  /** First wait before a push is tried again; each further one is twice as long, to 10 minutes. FCM asks for at least 10 s. */
  retryBaseMs: number;
};

export type PushQueue<Job> = {
  /** Stores a batch to be sent. The same batch again within an hour is ignored. */
  add(job: Job): Promise<void>;
  ready(): boolean;
  /** How many jobs there are, by line and state. */
  counts(): Promise<{ line: string; state: string; count: number }[]>;
  /** Ends after the jobs that run now, but waits no longer than this for them; what is cut off is sent by another. */
  close(waitMs: number): Promise<void>;
};

/**
 * Urgent jobs have a queue and workers of their own, so that they wait behind nothing else, and however many there are the others go on. Among the others `low` ones
 * wait for the normal ones. With the waits, each tries for about an hour. After a pause the urgent ones begin, so that no digest tells what is just being pushed by itself.
 */
const LINES = {
  urgent: { name: "push", jobsAtOnce: 4, attempts: 60, longestWaitMs: 60_000, afterPauseMs: 0 },
  other: { name: "push-other", jobsAtOnce: 2, attempts: 12, longestWaitMs: 10 * 60 * 1000, afterPauseMs: 5_000 },
} as const;
type Line = keyof typeof LINES;

const lineOf = (priority: Priority): Line => (priority === "urgent" ? "urgent" : "other");
/** BullMQ: 0 is before all others, then 1, 2 … */
const RANKS: Record<Priority, number> = { urgent: 0, normal: 0, low: 10 };
const FORCED_CLOSE_MS = 1_000;
const KEPT_S = { done: 60 * 60, failed: 3 * 24 * 60 * 60 };
/** What is held is looked at again no sooner and no later than this. */
const HELD_MS = { least: 200, most: 10 * 60 * 1000 };

/** Some recipients are still owed their push. */
class TryAgain extends Error {
  readonly afterMs: number;

  constructor({ again, afterMs }: BatchResult) {
    super(`${again.length} recipients are tried again`);
    this.afterMs = afterMs;
  }
}

export const makePushQueue = <Job>(
  options: PushQueueOptions,
  log: Logger,
  kind: JobKind<Job>,
  run: (job: Job, last: boolean) => Promise<JobResult<Job>>,
): PushQueue<Job> => {
  const { retryBaseMs, lockMs } = options;
  const connection = connect(options);
  // The hash tag keeps all of a queue's keys in one slot of a cluster.
  const prefix = `${options.namespace}:{push}`;
  const onError = (error: unknown): void => log.warn({ event: "queue-error", error: String(error) });
  connection.on("error", onError);

  const open = (line: Line) => {
    const { name, jobsAtOnce, attempts, longestWaitMs, afterPauseMs } = LINES[line];
    const queue = new Queue(name, {
      connection,
      prefix,
      defaultJobOptions: {
        attempts,
        backoff: { type: "custom" },
        removeOnComplete: { age: KEPT_S.done },
        removeOnFail: { age: KEPT_S.failed },
      },
    });

    const worker: Worker = new Worker(
      name,
      async (job, token) => {
        const data: unknown = job.data;
        const batch = kind.parse(data);
        const result = await run(batch, job.attemptsMade + 1 >= attempts);
        if (result.again.length === 0) return;
        await job.updateData(kind.only(result.job ?? batch, result.again));
        if (result.pauseMs !== undefined) {
          const { pauseMs } = result;
          await Promise.all(each.map(({ worker, afterPauseMs }) => worker.rateLimit(pauseMs + afterPauseMs)));
          throw new RateLimitError();
        }
        if (result.heldMs === undefined) throw new TryAgain(result);
        const wait = Math.min(Math.max(result.heldMs, HELD_MS.least), HELD_MS.most);
        await job.moveToDelayed(Date.now() + wait, token);
        throw new DelayedError();
      },
      {
        connection,
        prefix,
        concurrency: jobsAtOnce,
        lockDuration: lockMs,
        stalledInterval: Math.ceil(lockMs / 2),
        // A process that dies is no fault of the job.
        maxStalledCount: 1_000,
        // BullMQ pauses a queue only if it has a limit; this one is never reached.
        limiter: { max: 1_000_000, duration: 1_000 },
        settings: {
          backoffStrategy: (tries, _type, error) =>
            retryWaitMs(tries, error instanceof TryAgain ? error.afterMs : 0, {
              baseMs: retryBaseMs,
              longestMs: longestWaitMs,
            }),
        },
      },
    );
    queue.on("error", onError);
    worker.on("error", onError);
    worker.on("failed", (job, error) => {
      const left = attempts - (job?.attemptsMade ?? 0);
      if (error instanceof TryAgain && left > 0) log.warn({ event: "push-retry", job: job?.id, left });
      else log.error({ event: "push-failed", job: job?.id, left, err: error });
    });
    return { queue, worker, afterPauseMs };
  };
  const lines = { urgent: open("urgent"), other: open("other") };
  const each = Object.values(lines);

  return {
    add: async (job) => {
      const id = kind.idOf(job);
      const priority = kind.priorityOf(job);
      const { queue } = lines[lineOf(priority)];
      const rank = RANKS[priority];
      await queue.add(kind.nameOf(job), job, {
        ...(id !== undefined && { jobId: id }),
        ...(rank > 0 && { priority: rank }),
      });
    },
    ready: () => connection.status === "ready",
    counts: async () => {
      const rows = await Promise.all(
        Object.entries(lines).map(async ([line, { queue }]) => {
          const counts = await queue.getJobCounts("waiting", "prioritized", "active", "delayed", "failed");
          return Object.entries(counts).map(([state, count]) => ({ line, state, count }));
        }),
      );
      return rows.flat();
    },
    close: async (waitMs) => {
      const inOrder = Promise.all(each.map(({ worker, queue }) => worker.close().then(() => queue.close())));
      if (!(await settledWithin(waitMs, inOrder)))
        await settledWithin(
          FORCED_CLOSE_MS,
          Promise.all(each.flatMap(({ worker, queue }) => [worker.close(true), queue.close()])),
        );
      connection.disconnect();
    },
  };
};

/** BullMQ runs on a Redis Cluster only over ioredis. */
const connect = ({ url, cluster }: PushQueueOptions): IORedis | Cluster => {
  const sentinel = parseSentinelUrl(url);
  const { username, password, protocol, hostname, port, pathname } = new URL(sentinel?.masterUrl("master", 0) ?? url);
  const options: RedisOptions = {
    maxRetriesPerRequest: null,
    ...(username === "" ? {} : { username: decodeURIComponent(username) }),
    ...(password === "" ? {} : { password: decodeURIComponent(password) }),
    ...(protocol === "rediss:" ? { tls: {} } : {}),
  };
  const node = { host: hostname.replace(/^\[|\]$/g, ""), port: Number(port || 6379) };
  if (cluster) return new Cluster([node], { redisOptions: options });
  const db = Number(pathname.slice(1) || 0);
  if (sentinel === undefined) return new IORedis({ ...options, ...node, db });
  const { sentinels, name } = sentinel;
  const tls = protocol === "rediss:" ? { enableTLSForSentinelMode: true, sentinelTLS: {} } : {};
  return new IORedis({ ...options, ...tls, sentinels: sentinels.map((each) => ({ ...each })), name, db });
};
