import { createHash } from "node:crypto";
import { Queue, RateLimitError, Worker } from "bullmq";
import { Cluster, Redis as IORedis, type RedisOptions } from "ioredis";
import type { Logger } from "pino";
import { parseSentinelUrl } from "../redis/sentinel-url.ts";
import { noticeId } from "./notice.ts";
import { type PushJob, pushJobSchema } from "./push.ts";
import type { BatchResult } from "./send-batch.ts";
import { settledWithin } from "./settled-within.ts";

export type PushQueueOptions = {
  url: string;
  cluster: boolean;
  namespace: string;
  /** How long a job of a dead process stays its own. */
  lockMs: number;
  /** First wait before a push is tried again; each further one is twice as long, to 10 minutes. FCM asks for at least 10 s. */
  retryBaseMs: number;
};

export type PushQueue = {
  /** Stores a batch to be sent. The same batch again within an hour is ignored. */
  add(job: PushJob): Promise<void>;
  ready(): boolean;
  /** Ends after the jobs that run now, but waits no longer than this for them; what is cut off is sent by another. */
  close(waitMs: number): Promise<void>;
};

/** With the waits above: about an hour of trying. */
const ATTEMPTS = 12;
const LONGEST_WAIT_MS = 10 * 60 * 1000;
const JOBS_AT_ONCE = 4;
const FORCED_CLOSE_MS = 1_000;
const KEPT_S = { done: 60 * 60, failed: 3 * 24 * 60 * 60 };

/** Some recipients are still owed their push. */
class TryAgain extends Error {
  readonly afterMs: number;

  constructor({ again, afterMs }: BatchResult) {
    super(`${again.length} recipients are tried again`);
    this.afterMs = afterMs;
  }
}

export const makePushQueue = (
  options: PushQueueOptions,
  log: Logger,
  run: (job: PushJob, last: boolean) => Promise<BatchResult>,
): PushQueue => {
  const { retryBaseMs, lockMs } = options;
  const connection = connect(options);
  // The hash tag keeps all of the queue's keys in one slot of a cluster.
  const prefix = `${options.namespace}:{push}`;
  const queue = new Queue("push", {
    connection,
    prefix,
    defaultJobOptions: {
      attempts: ATTEMPTS,
      backoff: { type: "custom" },
      removeOnComplete: { age: KEPT_S.done },
      removeOnFail: { age: KEPT_S.failed },
    },
  });

  const worker: Worker = new Worker(
    "push",
    async (job) => {
      const data: unknown = job.data;
      const batch = pushJobSchema.parse(data);
      const result = await run(batch, job.attemptsMade + 1 >= ATTEMPTS);
      if (result.again.length === 0) return;
      await job.updateData({ ...batch, players: result.again });
      if (result.pauseMs === undefined) throw new TryAgain(result);
      await worker.rateLimit(result.pauseMs);
      throw new RateLimitError();
    },
    {
      connection,
      prefix,
      concurrency: JOBS_AT_ONCE,
      lockDuration: lockMs,
      stalledInterval: Math.ceil(lockMs / 2),
      // A process that dies is no fault of the job.
      maxStalledCount: 1_000,
      // BullMQ pauses a queue only if it has a limit; this one is never reached.
      limiter: { max: 1_000_000, duration: 1_000 },
      settings: {
        backoffStrategy: (attempts, _type, error) => {
          const wait = Math.min(retryBaseMs * 2 ** (attempts - 1), LONGEST_WAIT_MS) * (1 + Math.random() / 2);
          return Math.ceil(error instanceof TryAgain ? Math.max(wait, error.afterMs) : wait);
        },
      },
    },
  );

  const onError = (error: unknown): void => log.warn({ event: "queue-error", error: String(error) });
  queue.on("error", onError);
  worker.on("error", onError);
  connection.on("error", onError);
  worker.on("failed", (job, error) => {
    const left = ATTEMPTS - (job?.attemptsMade ?? 0);
    if (error instanceof TryAgain && left > 0) log.warn({ event: "push-retry", job: job?.id, left });
    else log.error({ event: "push-failed", job: job?.id, left, err: error });
  });

  return {
    add: async (job) => {
      const id = jobId(job);
      await queue.add(job.type, job, id === undefined ? {} : { jobId: id });
    },
    ready: () => connection.status === "ready",
    close: async (waitMs) => {
      const inOrder = worker.close().then(() => queue.close());
      if (!(await settledWithin(waitMs, inOrder)))
        await settledWithin(FORCED_CLOSE_MS, Promise.all([worker.close(true), queue.close()]));
      connection.disconnect();
    },
  };
};

/** A batch of the same notice for the same players is the same job. Digests are kept from being doubled by their marks. */
const jobId = (job: PushJob): string | undefined => {
  if (job.type === "digest") return undefined;
  const players = createHash("sha256").update(job.players.join(",")).digest("base64url").slice(0, 16);
  return [noticeId(job.notice).replaceAll(":", "."), job.waited ? "late" : "first", players].join("_");
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
