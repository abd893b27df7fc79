import { playerSchema } from "../../shared/api/player.ts";
import type { ErrorCode } from "../../shared/errors.ts";
import type { Answered, Backend } from "./backend.ts";
import { BOTS, type CastMember, GUILD, PLAYERS } from "./cast.ts";

/** Makes the page's guild, or finds it again: what has changed since (names, languages, ranks, points) stays as it is. */
export const seed = async (backend: Backend): Promise<void> => {
  const people = [...PLAYERS, ...BOTS];
  await Promise.all(people.map((member) => makePlayer(backend, member)));
  const leader = PLAYERS[0]?.player ?? "";
  mustBe(await backend("POST", "guilds", { ...GUILD, leader }), "guild-exists", "already-in-guild");
  for (const member of people) await bringIn(backend, member);
};

const makePlayer = async (backend: Backend, { player, profile, phone }: CastMember): Promise<void> => {
  const known = await backend("GET", `players/${player}`);
  if (!known.ok) mustBe(await backend("PATCH", `players/${player}`, profile));
  if (phone !== undefined) mustBe(await backend("PUT", `players/${player}/devices/phone`, phone));
};

const bringIn = async (backend: Backend, { player, rank, points }: CastMember): Promise<void> => {
  const path = `guilds/${GUILD.id}/members/${player}`;
  const known = await backend("GET", `players/${player}`);
  const isMember = known.ok && playerSchema.parse(known.body).guild === GUILD.id;
  if (!isMember) mustBe(await backend("PUT", path, rank === "leader" ? {} : { rank }), "already-in-guild");
  // The key makes it happen once, however often the guild is found again.
  const movement = { key: `seed:${player}`, amount: points, reason: "before the page opened", member: player };
  mustBe(await backend("POST", `guilds/${GUILD.id}/points`, movement), "member-not-found");
};

const mustBe = (answer: Answered, ...fine: ErrorCode[]): void => {
  if (!answer.ok && !fine.includes(answer.code)) throw new Error(`the page's guild could not be made: ${answer.code}`);
};
