import type { GuildWeek } from "../../guild/guild-week.ts";
import type { Reader } from "./compose.ts";
import { say } from "./phrases.ts";
import { shorten } from "./shorten.ts";

const LINE_LENGTH = 160;
const LINE_BYTES = 500;

/** How a guild has done in a week, for who leads it. Names are shown only where previews are. */
export const composeWeek = (week: GuildWeek, { locale, previews }: Reader): { title: string; body: string } => {
  const { joined, left, messages, messagesBefore, active, points, won, drawn, lost, requests, leaving } = week;
  const said = say("weekMessages", locale, { count: messages, active });
  const difference = messagesBefore ? (messages - messagesBefore) / messagesBefore : undefined;
  const names = previews ? week.leavingNames.join(", ") : "";
  const lines = [
    difference === undefined ? said : say("weekAgainst", locale, { text: said, difference }),
    ...(joined + left > 0 ? [say("weekMembers", locale, { joined, left })] : []),
    ...(won + drawn + lost > 0 ? [say("weekWars", locale, { won, drawn, lost })] : []),
    ...(points > 0 ? [say("weekPoints", locale, { points })] : []),
    ...(requests > 0 ? [say("weekRequests", locale, { count: requests })] : []),
    ...(leaving > 0 ? [[say("weekLeaving", locale, { count: leaving }), names].filter(Boolean).join(": ")] : []),
  ];
  return {
    title: say("week", locale, { channel: week.name }),
    body: lines.map((line) => shorten(line, LINE_LENGTH, LINE_BYTES)).join("\n"),
  };
};
