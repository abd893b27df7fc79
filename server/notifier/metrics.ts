import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Decision } from "../decisions/decision.ts";
import { type Decided, kindOf } from "../decisions/decisions.ts";
import { heldBy } from "./held-by.ts";
import type { Pending } from "./pending.ts";
import type { PushSender } from "./sending/push-sender.ts";
import type { SendRate } from "./sending/send-rate.ts";
import type { Scope, Sending } from "./sending/sending-state.ts";

export type JobCount = { line: string; state: string; count: number };

export type MetricsDeps = {
  sending(): Sending;
  pausedMs: SendRate["pausedMs"];
  pending(): Promise<Pending>;
  jobs(): Promise<readonly JobCount[]>;
  /** Of all processes together: see ../decisions/decisions.ts. */
  totals(): Promise<ReadonlyMap<string, number>>;
  breaksQuiet(player: string, kind: string, now: number): Promise<boolean>;
  now: () => number;
};

export type Metrics = {
  /** To be told of each decision once it is recorded. */
  recorded(decided: Decided): void;
  /** These players had been told by a run that was cut off, or of something twice: they were passed over. */
  passedOver(players: number): void;
  /** The sender, counted. */
  counting(sender: PushSender): PushSender;
  /** In Prometheus' text format, with its content type. What needs Redis is at most 10 s old; while Redis is away it is as it was. */
  read(): Promise<{ type: string; text: string }>;
};

const SAMPLED_MS = 10_000;
/** From one second to half a day. */
const NOTIFY_S = [1, 2, 5, 10, 30, 60, 90, 120, 300, 600, 1_800, 3_600, 14_400, 43_200];
const SEND_S = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20];
const SCOPES: readonly Scope[] = ["all", "credentials", "android", "ios", "web"];
/** More error codes than FCM has: beyond, they are `other`, so that nothing FCM says makes series without end. */
const MOST_CODES = 64;

/** What a notifier process did since it started, and what waits for all of them. No label names a player or a channel. */
export const makeMetrics = (deps: MetricsDeps): Metrics => {
  const { sending, pausedMs, now } = deps;
  const registry = new Registry();
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[] = []) =>
    new Counter<L>({ name: `gremio_${name}`, help, labelNames: [...labelNames], registers });
  const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[] = []) =>
    new Gauge<L>({ name: `gremio_${name}`, help, labelNames: [...labelNames], registers });

  const decided = counter("decisions_total", "Decisions about players.", ["about", "outcome", "reason"]);
  const notify = new Histogram({
    name: "gremio_notify_seconds",
    help: "From what happened to FCM's yes for the last device, by what the push was held back for.",
    labelNames: ["importance", "held"],
    buckets: NOTIFY_S,
    registers,
  });
  const answers = counter("fcm_answers_total", "FCM's answers to pushes.", ["result", "code"]);
  const clears = counter("clear_pushes_total", "Silent pushes that take what was read elsewhere off a screen.", [
    "result",
  ]);
  const took = new Histogram({
    name: "gremio_fcm_seconds",
    help: "How long FCM took to answer.",
    buckets: SEND_S,
    registers,
  });
  const digests = counter("digests_total", "Digests that were due: sent, cancelled, or not taken.", ["result"]);
  const avoided = counter("duplicates_avoided_total", "Pushes not sent because the device, or the player, had it.", [
    "by",
  ]);
  const violations = counter("quiet_hour_violations_total", "Pushes in quiet hours that were not let through.");

  const requests = counter("fcm_requests_total", "Requests made to FCM.");
  const held = counter("pushes_held_total", "Pushes put back because of a limit, a pause or a stop.");
  const pauses = counter("sending_pauses_total", "How often all sending was paused.");
  const stopped = gauge("sending_stopped", "1: not sent to until somebody mends what FCM refuses us for.", ["scope"]);
  const paused = gauge("sending_paused_seconds", "What is left of a pause.", ["scope"]);

  const due = gauge("due_items", "Items of all notifiers to be looked at later, by type.", ["type"]);
  const late = gauge("due_late_seconds", "For how long the oldest due item has been due.");
  const documents = gauge("outbox_documents", "Documents of the outboxes that no notifier has finished with.");
  const jobs = gauge("push_jobs", "Jobs of batches of pushes.", ["line", "state"]);
  const pushes = counter("pushes_total", "Pushes of all notifiers since ever: told, received and opened.", [
    ...(["what", "reason", "kind"] as const),
  ]);

  const codes = new Set<string>();
  const known = (code: string): string => {
    if (codes.size < MOST_CODES) codes.add(code);
    return codes.has(code) ? code : "other";
  };

  const set = (counts: Counter, value: number): void => {
    counts.reset();
    counts.inc(value);
  };

  const readSending = (): void => {
    const { requests: made, outcomes, pauses: times, stops } = sending();
    set(requests, made);
    set(held, outcomes.held);
    set(pauses, times);
    for (const scope of SCOPES) {
      stopped.set({ scope }, stops.some((stop) => stop.scope === scope) ? 1 : 0);
      paused.set({ scope }, pausedMs(scope) / 1_000);
    }
  };

  let sampledAt = Number.NEGATIVE_INFINITY;
  let sampling: Promise<void> | undefined;
  const sample = async (): Promise<void> => {
    const [pending, counts, totals] = await Promise.all([deps.pending(), deps.jobs(), deps.totals()]);
    for (const [type, count] of pending.due) due.set({ type }, Math.round(count));
    late.set(Math.max(0, pending.lateMs) / 1_000);
    documents.set(pending.documents);
    for (const { line, state, count } of counts) jobs.set({ line, state }, count);
    pushes.reset();
    for (const [field, count] of totals) {
      const [, what, reason, kind] = /^(told|received|opened):([^/]+)\/(.+)$/.exec(field) ?? [];
      if (what !== undefined && reason !== undefined && kind !== undefined) pushes.inc({ what, reason, kind }, count);
    }
    sampledAt = now();
  };

  /** Begun when they were recorded. */
  const checks = new Set<Promise<void>>();
  const checkQuiet = (player: string, kind: string): void => {
    const check = deps
      .breaksQuiet(player, kind, now())
      .then((breaks) => {
        if (breaks) violations.inc();
      })
      .catch(() => {})
      .finally(() => checks.delete(check));
    checks.add(check);
  };

  const pushed = (player: string, decision: Decision): void => {
    const { about, inputs, answers: own = {}, sent = {} } = decision;
    const reached = Object.entries(sent).flatMap(([device, result]) => (result === "sent" ? [device] : []));
    const repeats = reached.filter((device) => own[device] === undefined).length;
    // Its device got it in an earlier run, whose record was cut off.
    if (Object.keys(own).length > 0 && repeats > 0) avoided.inc({ by: "device" }, repeats);
    if (about.type === "digest") digests.inc({ result: reached.length > 0 ? "sent" : "failed" });
    if (reached.length === 0) return;
    checkQuiet(player, kindOf(decision));
    // When what a digest tells happened is of no concern to anybody.
    if (about.type !== "notice" || about.at === undefined) return;
    const importance = typeof inputs.importance === "string" ? inputs.importance : "unknown";
    notify.observe({ importance, held: heldBy(decision) }, Math.max(0, now() - about.at) / 1_000);
  };

  return {
    recorded: ({ player, decision }) => {
      const { about, outcome, reason, inputs } = decision;
      decided.inc({ about: about.type, outcome, reason });
      if (outcome === "now") return pushed(player, decision);
      if (outcome !== "drop") return;
      if (reason === "told") avoided.inc({ by: "player" });
      if (inputs.type === "digest" || inputs.type === "weekly") digests.inc({ result: "cancelled" });
    },

    passedOver: (players) => avoided.inc({ by: "player" }, players),

    counting: (sender) => ({
      ...sender,
      send: async (message) => {
        const end = took.startTimer();
        const outcome = await sender.send(message);
        end();
        if (message.data?.kind === "clear") clears.inc({ result: outcome.type });
        const code = outcome.type === "sent" ? "" : known(outcome.answer ?? "none");
        answers.inc({ result: outcome.type, code });
        return outcome;
      },
    }),

    read: async () => {
      readSending();
      if (now() - sampledAt >= SAMPLED_MS) {
        sampling ??= sample()
          .catch(() => {})
          .finally(() => {
            sampling = undefined;
          });
        await sampling;
      }
      await Promise.all(checks);
      return { type: registry.contentType, text: await registry.metrics() };
    },
  };
};
