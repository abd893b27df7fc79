import { LIMITS } from "../../shared/limits.ts";
import { type BareContestSize, setUpBareContest } from "../fanout/bare-contest.ts";
import type { Bench } from "../frame.ts";

/** A guild holds 100 members now; with 20 sessions each there are 2,000 sockets. Ours has more bursts in a round since one is over so soon. */
const FULL: BareContestSize = {
  members: LIMITS.guildMembers,
  sessions: 20,
  senders: 100,
  bursts: 20,
  baselineBursts: 3,
};
const QUICK: BareContestSize = { ...FULL, bursts: 10, baselineBursts: 1 };

export const burst: Bench = {
  name: "burst",
  about: "deliveries per second when 100 members speak at once, against a bare ws loop writing a frame a message",
  figure: "deliveriesPerSecond",
  setUp: ({ quick }) => setUpBareContest(quick ? QUICK : FULL),
};
