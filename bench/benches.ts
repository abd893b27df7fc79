import { burst } from "./burst/burst.ts";
import { bytes } from "./bytes/bytes.ts";
import { directory } from "./directory/directory.ts";
import { fanout } from "./fanout/fanout.ts";
import { flood } from "./flood/flood.ts";
import { footprint } from "./footprint/footprint.ts";
import type { Bench } from "./frame.ts";
import { guilds } from "./guilds/guilds.ts";
import { join } from "./join/join.ts";
import { latency } from "./latency/latency.ts";
import { ledger } from "./ledger/ledger.ts";
import { memory } from "./memory/memory.ts";
import { million } from "./million/million.ts";
import { noticeCost } from "./notice-cost/notice-cost.ts";
import { push } from "./push/push.ts";
import { repair } from "./repair/repair.ts";
import { resume } from "./resume/resume.ts";
import { send } from "./send/send.ts";
import { slow } from "./slow/slow.ts";
import { sockets } from "./sockets/sockets.ts";
import { stadium } from "./stadium/stadium.ts";
import { war } from "./war/war.ts";

export const benches: readonly Bench[] = [
  fanout,
  burst,
  send,
  bytes,
  guilds,
  memory,
  join,
  directory,
  latency,
  flood,
  repair,
  slow,
  resume,
  sockets,
  stadium,
  ledger,
  war,
  push,
  noticeCost,
  million,
  footprint,
];
