import { setTimeout as delay } from "node:timers/promises";
import { createClient } from "redis";
import { LIMITS } from "../../shared/limits.ts";
import { demandSound, findingSchema } from "../checker/finding.ts";
import type { Bench, Contest, Round } from "../frame.ts";
import { foundGuilds, guildNames, tokensOf } from "../studio/found-guilds.ts";
import { onStage } from "../studio/stage.ts";
import { openSwallowingLine } from "../studio/swallowing-line.ts";
import { deliveredSchema, type Order, saidSchema } from "./orders.ts";

export type RepairSize = { members: number; stoppedMs: number; whileStopped: number; undisturbed: number };

const FULL: RepairSize = { members: LIMITS.guildMembers, stoppedMs: 10_000, whileStopped: 50, undisturbed: 20 };
const QUICK: RepairSize = { ...FULL, stoppedMs: 1_000 };
/** Heads are compared at a rhythm of their own; a random pause keeps rounds from falling in step with it. */
const PAUSE_MS = 3_000;

export const repair: Bench = {
  name: "repair",
  about:
    "seconds until every member has what a lost publish, a killed subscription or a process stopped for 10 s kept from them; against an undisturbed delivery",
  figure: "worstS",
  also: {
    swallowedRatio: { figure: "swallowedS", as: "ratio" },
    killedRatio: { figure: "killedS", as: "ratio" },
    stoppedRatio: { figure: "stoppedS", as: "ratio" },
  },
  setUp: ({ quick }) => setUpRepair(quick ? QUICK : FULL),
};

/** A guild whose members all sit at one chat process, which reaches its Redis over a line that loses messages; one of them speaks through another process. */
export const setUpRepair = ({ members, stoppedMs, whileStopped, undisturbed }: RepairSize): Promise<Contest> =>
  onStage(async (stage) => {
    const redis = await stage.redis();
    const line = await openSwallowingLine(redis.url);
    stage.onClose(line.close);
    const admin = createClient({ url: redis.url, RESP: 2 });
    admin.on("error", () => {});
    await admin.connect();
    stage.onClose(async () => admin.destroy());
    // Lost connections are warned of; here they are lost on purpose.
    const env = { GREMIO_GUILD_PACE: "off", LOG_LEVEL: "error" };
    const chat = await stage.chat(redis, { ...env, REDIS_URL: line.url });
    const other = await stage.chat(redis, env);
    const founded = guildNames("repair", 1, members);
    await foundGuilds(chat.port, founded);
    const [tokens = []] = await tokensOf(founded);
    const load = await stage.start("repair/load.ts");
    const ask = (order: Order): Promise<unknown> => load.ask(order);
    await ask({ do: "sit", port: chat.port, speakerPort: other.port, tokens });

    const say = async (messages = 1): Promise<number> => saidSchema.parse(await ask({ do: "say", messages })).saidAtMs;
    const deliveredAt = async (): Promise<number> => {
      const { atMs, faults } = deliveredSchema.parse(await ask({ do: "delivered" }));
      if (faults.length > 0) throw new Error(faults.slice(0, 3).join("; "));
      return atMs;
    };
    const secondsSince = async (beganMs: number): Promise<number> => ((await deliveredAt()) - beganMs) / 1000;

    /** The last thing anybody says for a while, and its publish does not come. */
    const swallowed = async (): Promise<number> => {
      await delay(Math.random() * PAUSE_MS);
      const before = line.swallowed.length;
      line.swallow(({ payload }) => payload.startsWith("["));
      const seconds = await secondsSince(await say());
      line.swallow(undefined);
      if (line.swallowed.length !== before + 1) throw new Error("not exactly one publish was lost");
      return seconds;
    };
    /** With whether what was said came too early for the new subscription, so that it had to be read from the log. */
    const killed = async (): Promise<{ killedS: number; killedLost: number }> => {
      const before = line.passed;
      const count = Number(await admin.sendCommand(["CLIENT", "KILL", "TYPE", "pubsub"]));
      if (count !== 2) throw new Error(`${count} subscriptions were killed instead of 2`);
      const killedS = await secondsSince(await say());
      return { killedS, killedLost: line.passed === before ? 1 : 0 };
    };
    /** From the moment it goes on. */
    const stopped = async (): Promise<number> => {
      process.kill(chat.pid, "SIGSTOP");
      try {
        await say(whileStopped);
        await delay(stoppedMs);
      } finally {
        process.kill(chat.pid, "SIGCONT");
      }
      return secondsSince(performance.timeOrigin + performance.now());
    };
    const calm = async (): Promise<number> => {
      let sum = 0;
      for (let count = 0; count < undisturbed; count++) sum += await secondsSince(await say());
      return sum / undisturbed;
    };

    const judged = async (): Promise<void> => demandSound(findingSchema.parse(await ask({ do: "judge" })));

    return {
      note: `${members} members at one process, the speaker at another; ${whileStopped} messages said while it is stopped for ${stoppedMs / 1000} s, time from when it goes on; undisturbed: mean of ${undisturbed}`,
      ours: async (): Promise<Round> => {
        const swallowedS = await swallowed();
        const { killedS, killedLost } = await killed();
        const stoppedS = await stopped();
        await judged();
        return { worstS: Math.max(swallowedS, killedS, stoppedS), swallowedS, killedS, stoppedS, killedLost };
      },
      baseline: async (): Promise<Round> => {
        const seconds = await calm();
        await judged();
        return { worstS: seconds, swallowedS: seconds, killedS: seconds, stoppedS: seconds };
      },
      close: stage.close,
    };
  });
