import { z } from "zod";
import { itemIdSchema } from "../../shared/entry.ts";
import { PACE_EXPECTED, paceSetting } from "./pace-setting.ts";
import { list, setting, wholeNumber } from "./setting.ts";

const GUILD_PACE = "sender=20/2,channel=200/50,reserve=25,slow=0,similar=3/60,short=8/60,raid=4/60,timeout=10/3600";
const CIRCLE_PACE = GUILD_PACE;
const TEAM_PACE = "sender=20/2,channel=100/25,reserve=25,slow=0,similar=3/60,short=8/60,raid=0,timeout=10/3600";

const pace = (what: string, fallback: string) =>
  setting(paceSetting(fallback), { what, expected: PACE_EXPECTED, default: fallback });

/** Channels: what is kept, how many connect, how fast they may be written to. */
export const channelSettings = {
  GREMIO_HISTORY_LENGTH: wholeNumber("Entries kept per channel; older ones are dropped.", 10_000, 10, 10_000_000),
  GREMIO_HISTORY_DAYS: wholeNumber(
    "Days an entry is kept; older ones are dropped within about an hour. 0: as long as GREMIO_HISTORY_LENGTH allows.",
    0,
    0,
    3_650,
  ),
  GREMIO_REPORT_DAYS: wholeNumber(
    "Days a report, or a message that was held back, waits for a decision; then it is closed as expired within about an hour.",
    30,
    1,
    365,
  ),
  GREMIO_ROOM_SEATS: wholeNumber(
    "Most connections one room of a channel holds; when all of a process are full, it opens another.",
    2_000,
    1,
    100_000,
  ),
  GREMIO_PLAYER_SOCKETS: wholeNumber(
    "Most connections of one player to one process: a device has two at most. Whoever comes is admitted; beyond it connections that do not answer are closed, then the oldest.",
    20,
    2,
    100_000,
  ),
  GREMIO_GUILD_PACE: pace(
    "How fast a guild's channel may be written to: a member's messages (at once/per second), those of all members, the per cent of these kept for leaders and officers, slow mode (ms), messages that say the same, the same for short ones, members who say the same very long one (count/window in s), time-outs (first/longest in s). 0 turns a part off, `off` all.",
    GUILD_PACE,
  ),
  GREMIO_TEAM_PACE: pace("The same for a team's channel.", TEAM_PACE),
  GREMIO_CIRCLE_PACE: pace("The same for a circle's channel.", CIRCLE_PACE),
  GREMIO_FREE_PACKS: setting(list(itemIdSchema), {
    what: "Packs of stickers that every player owns. Others are owned by the token or by `PUT /v1/players/{player}/packs`.",
    expected: "ids of packs (A-Z a-z 0-9 _ -, at most 40 characters), separated by commas",
    default: "gremio",
  }),
  GREMIO_FILTER_LISTS: setting(z.string().min(1).optional(), {
    what: "Folder with the studio's own lists for the filter (docs/moderation.md); a change is in force within 5 s. Unset: Gremio's lists alone.",
    expected: "the path of a folder with .json files",
  }),
};
