import { PAGE_GUILD } from "../../shared/api/dev-page.ts";
import type { Device } from "../../shared/device.ts";
import type { ProfilePatch } from "../../shared/profile.ts";
import type { Rank } from "../../shared/rank.ts";

export type CastMember = {
  player: string;
  rank: Rank;
  profile: ProfilePatch & { name: string };
  /** Brought before the page opens, so that the roster has an order. */
  points: number;
  /** Players of the page have a phone. */
  phone?: Device;
};

const phoneOf = (player: string, platform: Device["platform"]): Device => ({
  kind: "token",
  target: `sandbox-phone-of-${player}`,
  platform,
});

export const GUILD = { id: PAGE_GUILD, name: "Los Cóndores", tag: "CDR" };
export const RIVAL_GUILD = { id: "jaguares", name: "Jaguares de Hierro", tag: "JAG" };

/** The three of the page: leader, member, and the one who can be sent away. */
export const PLAYERS: readonly CastMember[] = [
  {
    player: "ana",
    rank: "leader",
    profile: { name: "Ana", level: 42, power: 18_400, locale: "es-419", zone: "America/Bogota" },
    points: 420,
    phone: phoneOf("ana", "android"),
  },
  {
    player: "beto",
    rank: "member",
    profile: { name: "Beto", level: 31, power: 12_050, locale: "pt-BR", zone: "America/Sao_Paulo" },
    points: 260,
    phone: phoneOf("beto", "ios"),
  },
  {
    player: "caro",
    rank: "member",
    profile: { name: "Caro", level: 35, power: 14_700, locale: "es-419", zone: "America/Mexico_City" },
    points: 310,
    phone: phoneOf("caro", "android"),
  },
];

/** The leader of the guild to go to war with, on the page too. */
export const RIVALS: readonly CastMember[] = [
  {
    player: "dario",
    rank: "leader",
    profile: { name: "Darío", level: 40, power: 17_900, locale: "es-419", zone: "America/Lima" },
    points: 400,
    phone: phoneOf("dario", "android"),
  },
];

export const BOTS: readonly CastMember[] = [
  bot("bot-tucan", "Tucán77", "es-419", "officer", 390),
  bot("bot-duda", "Duda", "pt-BR", "member", 275),
  bot("bot-kaique", "Kaíque", "pt-BR", "member", 180),
  bot("bot-vale", "Vale Roja", "es-419", "member", 205),
  bot("bot-profe", "El Profe", "es-419", "member", 120),
  bot("bot-nanda", "Nanda ⚔️", "pt-BR", "recruit", 35),
];

export const RIVAL_BOTS: readonly CastMember[] = [
  bot("bot-rayo", "Rayo", "es-419", "officer", 370),
  bot("bot-iara", "Iara", "pt-BR", "member", 330),
  bot("bot-chasqui", "Chasqui", "es-419", "member", 290),
  bot("bot-lobo", "Lobo-guará", "pt-BR", "member", 150),
];

/** The guilds of the page with all who are in them; the first of each is its leader. */
export const GUILDS = [
  { guild: GUILD, people: [...PLAYERS, ...BOTS] },
  { guild: RIVAL_GUILD, people: [...RIVALS, ...RIVAL_BOTS] },
] as const;

function bot(player: string, name: string, locale: "es-419" | "pt-BR", rank: Rank, points: number): CastMember {
  return { player, rank, profile: { name, locale, level: 10 + Math.round(points / 12), power: points * 40 }, points };
}
