import { DEMO_MODE } from "../../shared/api/dev-page.ts";
import { playerSchema } from "../../shared/api/player.ts";
import type { PutWarMode } from "../../shared/api/war-mode.ts";
import { warModesSchema } from "../../shared/api/war-mode.ts";
import type { ErrorCode } from "../../shared/errors.ts";
import type { GuildId } from "../../shared/id.ts";
import type { Answered, Backend } from "./backend.ts";
import { type CastMember, GUILDS } from "./cast.ts";

/** Over within five minutes of being accepted. */
const DEMO: Partial<PutWarMode> & Pick<PutWarMode, "name"> = {
  name: { "es-419": "Demo de 3 minutos", "pt-BR": "Demo de 3 minutos", en: "3-minute demo" },
  roster: { least: 1, most: 4, equal: true },
  attempts: 3,
  start: "soon",
  preparationMinutes: 1,
  lockMinutes: 0,
  minutes: 3,
  battleMinutes: 1,
  graceMinutes: 0,
  rewards: {
    win: { guild: { points: 50, season: true }, members: { points: 5, least: 1 } },
    draw: { guild: { points: 25, season: true } },
    loss: { guild: { points: 10, season: true } },
  },
  rematch: { wars: 100, days: 1 },
  answerHours: 1,
};

/** Makes the page's guilds and the mode of their wars, or finds them again: what has changed since (names, languages, ranks, points) stays as it is. */
export const seed = async (backend: Backend): Promise<void> => {
  await Promise.all([seedMode(backend), ...GUILDS.map((one) => seedGuild(backend, one))]);
};

const seedGuild = async (backend: Backend, { guild, people }: (typeof GUILDS)[number]): Promise<void> => {
  await Promise.all(people.map((member) => makePlayer(backend, member)));
  const leader = people[0]?.player ?? "";
  mustBe(await backend("POST", "guilds", { ...guild, leader }), "guild-exists", "already-in-guild");
  for (const member of people) await bringIn(backend, guild.id, member);
};

const seedMode = async (backend: Backend): Promise<void> => {
  const known = await backend("GET", "war-modes");
  mustBe(known);
  const modes = known.ok ? warModesSchema.parse(known.body).modes : [];
  if (!modes.some(({ mode }) => mode === DEMO_MODE)) mustBe(await backend("PUT", `war-modes/${DEMO_MODE}`, DEMO));
};

const makePlayer = async (backend: Backend, { player, profile, phone }: CastMember): Promise<void> => {
  const known = await backend("GET", `players/${player}`);
  if (!known.ok) mustBe(await backend("PATCH", `players/${player}`, profile));
  if (phone !== undefined) mustBe(await backend("PUT", `players/${player}/devices/phone`, phone));
};

const bringIn = async (backend: Backend, guild: GuildId, { player, rank, points }: CastMember): Promise<void> => {
  const path = `guilds/${guild}/members/${player}`;
  const known = await backend("GET", `players/${player}`);
  const isMember = known.ok && playerSchema.parse(known.body).guild === guild;
  if (!isMember) mustBe(await backend("PUT", path, rank === "leader" ? {} : { rank }), "already-in-guild");
  // The key makes it happen once, however often the guild is found again.
  const movement = { key: `seed:${player}`, amount: points, reason: "before the page opened", member: player };
  mustBe(await backend("POST", `guilds/${guild}/points`, movement), "member-not-found");
};

const mustBe = (answer: Answered, ...fine: ErrorCode[]): void => {
  if (!answer.ok && !fine.includes(answer.code)) throw new Error(`the page's guilds could not be made: ${answer.code}`);
};
