import { z } from "zod";
import { CIRCLE_PRESETS } from "../../shared/api/directory.ts";
import { MOST_LEVELS } from "../../shared/guild-level.ts";
import { JOIN_MODES, joinModeSchema } from "../../shared/join-mode.ts";
import { LIMITS } from "../../shared/limits.ts";
import { flag, inRange, list, setting, wholeNumber } from "./setting.ts";

const rising = z
  .string()
  .transform((value) => value.split(",").map((part) => part.trim()))
  .pipe(z.array(inRange(1, 1e15)).max(MOST_LEVELS - 1))
  .refine((totals) => totals.every((total, index) => index === 0 || total > (totals[index - 1] ?? 0)));

/** Guilds and circles: who makes them, how they are joined, how they grow and end. */
export const guildSettings = {
  GREMIO_GUILD_CAPACITY: wholeNumber(
    "Places of a new guild. The game's backend can give each guild more or fewer.",
    LIMITS.guildMembers,
    1,
    LIMITS.guildCapacity,
  ),
  GREMIO_GUILD_JOIN_MODE: setting(joinModeSchema, {
    what: "How players join a guild that was created without `joinMode`. `quickJoin` makes players members of open ones at once, and asks others.",
    expected: JOIN_MODES.join(", "),
    default: "open",
  }),
  GREMIO_REJOIN_HOURS: wholeNumber(
    "Hours a player must wait, after he left a guild or was removed, until he may join the same one again. The game's backend is not bound by it.",
    24,
    0,
    8_760,
  ),
  GREMIO_INVITE_URL: setting(
    z
      .string()
      .refine((value) => value.includes("{code}") && URL.canParse(value) && new URL(value).protocol === "https:")
      .optional(),
    {
      what: "Link to a guild's code that players share, `{code}` standing for it, like `https://game.example/i/{code}`. Unset: codes are shared without a link.",
      expected: "an https:// URL with {code} in it",
    },
  ),
  GREMIO_PLAYERS_FOUND_GUILDS: flag("1: players may create guilds themselves; 0: only the game's backend does."),
  GREMIO_GUILDS_FOUNDED: wholeNumber(
    "Guilds that a player may create himself within 30 days, whatever became of them, where GREMIO_PLAYERS_FOUND_GUILDS is 1.",
    LIMITS.guildsFounded,
    1,
    1_000,
  ),
  GREMIO_PLAYERS_FOUND_CIRCLES: flag("1: players may found circles themselves; 0: only the game's backend does."),
  GREMIO_CIRCLE_PRESETS: setting(list(z.string().pipe(z.enum(CIRCLE_PRESETS))).optional(), {
    what: "Circles that are made at start, one for each language: for all (`world`), and to look for guilds and members (`recruitment`). Nobody is in them but by choice.",
    expected: `any of ${CIRCLE_PRESETS.join(", ")}, separated by commas`,
  }),
  GREMIO_GUILD_LEVELS: setting(rising, {
    what: "Points that must ever have come into a guild's book for its second level, the third, and so on.",
    expected: `rising whole numbers separated by commas, at most ${MOST_LEVELS - 1}`,
    default:
      "1000,3000,6000,10000,15000,21000,28000,36000,45000,55000,70000,90000,120000,160000,220000,300000,400000,550000,750000",
  }),
  GREMIO_DISBAND_HOURS: wholeNumber(
    "Hours between the announcement that a guild is disbanded and its end, in which it can be taken back.",
    72,
    0,
    720,
  ),
  GREMIO_LEADER_ABSENT_DAYS: wholeNumber(
    "Days for which a guild's leader must not have been seen before a member may take his place.",
    14,
    1,
    365,
  ),
  GREMIO_MAIL_PER_DAY: wholeNumber(
    "Mails to all members that a guild may send within 24 hours; the game's backend may always.",
    3,
    0,
    20,
  ),
};
