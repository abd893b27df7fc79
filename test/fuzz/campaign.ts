import { expect, onTestFinished } from "vitest";
import { isSound } from "../../bench/checker/report.ts";
import { makePresence } from "../../server/presence/presence.ts";
import { aToken } from "../a-studio.ts";
import { type Api, anApi } from "../an-api.ts";
import { allCases } from "../api-cases.ts";
import { prepare } from "../api-world.ts";
import { waitFor } from "../wait-for.ts";
import { runAttack } from "./attack.ts";
import { anHonestTalk, type HonestTalk } from "./honest-talk.ts";
import { runHttpAttack } from "./http-attack.ts";
import type { Attack, Attacker } from "./scene.ts";
import { troublesIn } from "./server-log.ts";
import { SETTLING, settledHeap } from "./settled-heap.ts";

export type Campaign = { seed: number; frames: number; requests: number };

/** Attackers who act at the same time. */
const AT_ONCE = 6;
const HTTP_AT_ONCE = 4;
const GUESTS = 24;
const OWN = 16;
/** Frames, or requests, after which an honest player says something. */
const TURN = 40;
/** What a process may hold more of after a campaign than after its first tenth: caches that fill and the newest entries, not what was sent. */
const MOST_GROWTH_BYTES = 32 * 1024 * 1024;

/** Attacks a chat service over sockets and HTTP while honest people talk, in the same guild and in another; throws when anybody but the attackers notices. */
export const runCampaign = async ({ seed, frames, requests }: Campaign): Promise<string> => {
  const api = await anApi({
    GREMIO_GUILD_PACE: "off",
    GREMIO_TEAM_PACE: "off",
    GREMIO_HISTORY_LENGTH: "1000000",
    ...SETTLING,
  });
  onTestFinished(() => api.close());
  const { pid } = api.service.child;
  const attackers = await invade(api);
  const talks = [
    await anHonestTalk(api.service.port, ["honest-1", "honest-2", "honest-3"]),
    await anHonestTalk(api.service.port, ["quiet-1", "quiet-2"]),
  ];
  const presence = makePresence(api.redis, api.keys, "nobody");
  const again = (part: number): string => `again: FUZZ_SEED=${seed} FUZZ_PART=${part}`;
  const scenarios = new Map<string, number>();
  const codes = new Map<string, number>();
  const answers = new Map<string, number>();
  let before: Promise<number> | undefined;
  let [sent, asked] = [0, 0];
  let spoken: Promise<unknown> = Promise.resolve();
  const wrong: string[] = [];
  const speakAfter = (total: number, added: number): void => {
    const turns = Math.floor((total + added) / TURN) - Math.floor(total / TURN);
    for (let turn = 0; turn < turns; turn++) spoken = spoken.then(() => Promise.all(talks.map((talk) => talk.speak())));
  };
  const suspects: string[] = [];
  /** Whatever was under way when something went wrong may have been what did it. */
  const check = (own: string | undefined, what: string, shown: () => string): void => {
    if (own !== undefined) wrong.push(`${own}: ${what}`);
    if (wrong.length === 0) wrong.push(...talks.flatMap((talk) => talk.troubles()));
    if (wrong.length > 0) suspects.push(`${what}\n${shown()}`);
  };
  const only = process.env.FUZZ_PART === undefined ? undefined : Number(process.env.FUZZ_PART);

  let next = 0;
  const attackOverSockets = async (): Promise<void> => {
    while (sent < frames && wrong.length === 0) {
      const part = only ?? next++;
      const attack = await runAttack(api.service.port, seed, part, attackers[part % attackers.length] ?? stranger);
      const what = `connection ${part} of ${attack.player} (${attack.scenario}), ${again(part)}`;
      count(scenarios, attack.scenario);
      for (const answer of attack.answers) count(answers, answer);
      count(codes, `${attack.end?.by === "us" ? "cut here" : (attack.end?.code ?? "none")}`);
      check(attack.wrong, what, () => dump(attack));
      speakAfter(sent, attack.frames);
      sent += attack.frames;
      if (sent > frames / 10) before ??= settledHeap(api.service).catch(() => 0);
      if (only !== undefined) return;
    }
  };
  const cases = await goodCases(api);
  const statuses = new Map<string, number>();
  const attackOverHttp = async (): Promise<void> => {
    while (asked < requests && wrong.length === 0 && only === undefined) {
      const part = asked++;
      const attack = await runHttpAttack(api.service.port, seed, part, cases);
      count(statuses, String(attack.status));
      const shown = (): string => JSON.stringify(attack.sent.toString("latin1").slice(0, 4_000));
      check(attack.wrong, `request ${part} (${attack.operation}), FUZZ_SEED=${seed}`, shown);
      speakAfter(part, 1);
    }
  };
  await Promise.all([
    ...Array.from({ length: AT_ONCE }, attackOverSockets),
    ...Array.from({ length: HTTP_AT_ONCE }, attackOverHttp),
  ]);
  // Once something is wrong, what is to be said may never be answered.
  if (wrong.length === 0) await spoken;
  wrong.push(...troublesIn(api.service.log));
  if (api.service.child.exitCode !== null) wrong.push("the process ended", ...api.service.log.slice(-12));
  if (wrong.length > 0) throw new Error([...wrong.slice(0, 20), "", ...suspects.sort()].join("\n"));
  for (const talk of talks) await expectSound(talk);

  // Everyone who attacked is gone, and is known to be.
  const players = attackers.map(({ player }) => player);
  const ghosts = async (): Promise<string[]> =>
    [...(await presence.of(players))].flatMap(([player, sessions]) =>
      sessions.map(({ session }) => `${player} ${session}`),
    );
  await waitFor(async () => (await ghosts()).length === 0, "the attackers' sessions to go", 45_000).catch(async () =>
    expect(await ghosts()).toEqual([]),
  );
  for (const { clients } of talks)
    for (const { channel } of clients)
      await waitFor(() => channel.state?.onlineCount === clients.length, "only those who talk to be online");
  expect([api.service.child.pid, api.service.child.exitCode]).toEqual([pid, null]);
  const after = await settledHeap(api.service);
  const growth = after - ((await before) ?? after);
  expect(growth).toBeLessThan(MOST_GROWTH_BYTES);
  return `FUZZ_SEED=${seed}: ${sent} frames on ${next} connections (${listed(scenarios)}); answered ${listed(answers)}; ended with ${listed(codes)}; ${asked} requests answered ${listed(statuses)}; ${Math.round(growth / 1024 / 1024)} MiB more`;
};

const stranger: Attacker = { player: "", token: "", ground: { channels: ["guild:h1"], tokens: [""] }, join: {} };

/** Honest guilds, and attackers: some are members of the first guild, some have one of their own, in which they may do everything, and some have none. */
const invade = async (api: Api): Promise<Attacker[]> => {
  await prepare(api);
  const guests = Array.from({ length: GUESTS }, (_, n) => `guest-${n}`);
  const own = Array.from({ length: OWN }, (_, n) => `own-${n}`);
  const homeless = ["nobody-1", "nobody-2"];
  await api.guild("h1", ["honest-1", "honest-2", "honest-3", ...guests]);
  await api.guild("h2", ["quiet-1", "quiet-2"]);
  await api.guild("x1", own);
  for (const player of own.slice(1, 5))
    await api.backend("PUT", `/v1/guilds/x1/members/${player}`, { rank: "officer" });
  for (const player of homeless) await api.backend("PATCH", `/v1/players/${player}`, { name: player });
  await api.backend("PUT", "/v1/channels/team:x2", { name: "Os cinco" });
  for (const player of [...own.slice(0, 3), ...guests.slice(0, 3), ...homeless])
    await api.backend("PUT", `/v1/channels/team:x2/members/${player}`, {});
  const attackers = [...guests.flatMap((guest, n) => [guest, own[n % OWN] ?? guest]), ...homeless];
  return Promise.all(
    attackers.map(async (player, n) => {
      const token = await aToken(player);
      const ground = {
        channels: ["guild:h1", "guild:x1", "team:x2", "guild:h2", "guild:none"] as const,
        tokens: [token, await aToken("ana"), `${token.slice(0, -3)}abc`] as const,
      };
      const isInTeam = own.slice(0, 3).includes(player) || homeless.includes(player);
      const join = homeless.includes(player) ? { home: true } : isInTeam && n % 4 === 3 ? { channel: "team:x2" } : {};
      return { player, token, ground, join };
    }),
  );
};

/** Good requests of every operation, of which none needs what is spoilt. */
const goodCases = async (api: Api) => {
  const [first, ...others] = (await allCases(api)).filter(
    ({ outcome, path, before }) => outcome !== "internal" && before === undefined && !path.includes("broken"),
  );
  if (first === undefined) throw new Error("no cases");
  return [first, ...others] as const;
};

const expectSound = async (talk: HonestTalk): Promise<void> => {
  const report = await talk.judge();
  expect(report).toMatchObject({
    lost: 0,
    duplicated: 0,
    disordered: 0,
    differing: 0,
    logFaults: 0,
    unanswered: 0,
    refused: {},
  });
  expect([isSound(report), report.told, talk.troubles()]).toEqual([true, {}, []]);
  expect(report.delivered).toBe(report.due);
};

const count = (counts: Map<string, number>, name: string): void => {
  counts.set(name, (counts.get(name) ?? 0) + 1);
};
const listed = (counts: ReadonlyMap<string, number>): string =>
  [...counts].map(([name, n]) => `${name}: ${n}`).join(", ");
/** The last of what was sent, as it went over the wire. */
const dump = ({ sent }: Attack): string =>
  sent
    .slice(-40)
    .map((bytes) => bytes.toString("base64").slice(0, 400))
    .join("\n");
