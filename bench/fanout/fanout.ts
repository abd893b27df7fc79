import { LIMITS } from "../../shared/limits.ts";
import type { Bench, Contest, Round } from "../frame.ts";
import { setUpBareContest } from "./bare-contest.ts";

export type FanoutSize = { members: number; sessions: number; messages: number };

const FULL: FanoutSize = { members: LIMITS.guildMembers, sessions: 20, messages: 100 };
const QUICK: FanoutSize = { members: LIMITS.guildMembers, sessions: 10, messages: 60 };

export const fanout: Bench = {
  name: "fanout",
  about: "deliveries per second of a guild room, one message a frame, against a bare ws loop sending equal bytes",
  figure: "deliveriesPerSecond",
  setUp: ({ quick }) => setUpFanout(quick ? QUICK : FULL),
};

/** One speaks at a time, so that no frame holds two messages. */
export const setUpFanout = async ({ members, sessions, messages }: FanoutSize): Promise<Contest> => {
  const times = { bursts: messages, baselineBursts: messages };
  const contest = await setUpBareContest({ members, sessions, senders: 1, ...times });
  const alone = async (side: () => Promise<Round>): Promise<Round> => {
    const { burstMs: _, messagesPerFrame, ...round } = await side();
    if (messagesPerFrame !== 1) throw new Error("there were frames of several messages");
    return round;
  };
  return { ...contest, ours: () => alone(contest.ours), baseline: () => alone(contest.baseline) };
};
