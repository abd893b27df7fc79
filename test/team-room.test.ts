import { expect, test } from "vitest";
import type { TeamSnapshot } from "../client/team-snapshot.ts";
import type { Signal } from "../shared/signal.ts";
import { aClient } from "./a-client.ts";
import { aHomeClient, urlOf } from "./a-home.ts";
import { nonce } from "./a-room.ts";
import { aStudio } from "./a-studio.ts";
import { aTeamProcess } from "./a-team-world.ts";
import { askOverHttp } from "./ask-over-http.ts";
import { waitFor } from "./wait-for.ts";
import { within } from "./within.ts";

/** Patches of all rooms leave every 250 ms; a team's do not wait for them. What is measured is printed, not judged. */
const median = (times: readonly number[]): number => times.toSorted((a, b) => a - b)[times.length >> 1] ?? Number.NaN;

test("[TE12] [TE13] [TE14] players make a team, come by invitation and code, are shown its state at once, answer a check on two processes, and are told its end; a check whose process died ends all the same", async () => {
  const studio = await aStudio();
  const [chat, other] = [await studio.chat(), await studio.chat()];
  for (const player of ["ana", "beto", "caro"]) await studio.players.putProfile(player, { name: player });
  const key = { "x-api-key": studio.env.GREMIO_API_KEYS ?? "" };
  const ana = aHomeClient(urlOf(chat.port), "ana");
  const beto = aHomeClient(urlOf(other.port), "beto");
  const told: unknown[] = [];
  beto.on("teamInvited", (invited) => told.push(invited));
  await Promise.all([ana.live(), beto.live()]);

  const { team } = await ana.ask("createTeam", { nonce: nonce("team"), player: "me", name: "Rojo", selfRoles: true });
  await ana.ask("inviteToTeam", { team, player: "beto" });
  await waitFor(() => told.length > 0, "the invitation");
  expect(told).toEqual([expect.objectContaining({ team, name: "Rojo", by: "ana" })]);
  expect((await beto.ask("getInvitations", { player: "me" })).teams).toMatchObject([{ team, name: "Rojo", by: "ana" }]);
  expect(await beto.ask("joinTeam", { team, player: "me" })).toMatchObject({ team, number: 2, newly: true });
  const { code } = await ana.ask("createTeamCode", { team, nonce: nonce("code") });
  const spoken = `${code.slice(0, 4)} ${code.slice(4)}`.toLowerCase();
  const caro = { authorization: `Bearer ${await studio.token("caro")}` };
  const redeemed = await askOverHttp(chat.port, caro, "redeemTeamCode", { player: "me", code: spoken });
  expect(redeemed.body).toMatchObject({ team, number: 3 });
  await expect(ana.ask("changeTeam", { team, match: "m-1" })).rejects.toMatchObject({
    refusal: { code: "not-permitted" },
  });

  const channel = `team:${team}`;
  const [atAna, atBeto] = [
    aClient(urlOf(chat.port), "ana", { channel }),
    aClient(urlOf(other.port), "beto", { channel }),
  ];
  const states: TeamSnapshot[] = [];
  atAna.channel.on("team", (state) => states.push(state));
  await Promise.all([atAna.live(), atBeto.live()]);
  await waitFor(() => atAna.channel.team?.onlineCount === 2 && atBeto.channel.team?.onlineCount === 2, "both there");
  expect(atAna.channel.state).toBeUndefined();
  expect(atAna.channel.team).toMatchObject({ id: team, name: "Rojo", leader: 1, memberCount: 3, capacity: 40 });
  expect(atAna.channel.person(3)).toMatchObject({ player: "caro", name: "caro" });
  await waitFor(() => atBeto.channel.me?.number === 2, "what is his alone");
  await atBeto.ask("setTeamRole", { team, player: "me", role: "tanque" });
  await waitFor(() => atAna.channel.team?.members.get("beto")?.role === "tanque", "his role");

  // How long an answer takes until the other sees it, from process to process.
  const took: number[] = [];
  const readyOf = () => atAna.channel.team?.members.get("beto")?.ready;
  const { check } = await atAna.ask("startCheck", { team, nonce: nonce("check"), seconds: 300 });
  await waitFor(() => atBeto.channel.team?.check === check, "the check");
  for (let n = 0; n < 30; n++) {
    const ready = n % 2 === 0;
    const seen = Promise.withResolvers<void>();
    const off = atAna.channel.on("team", () => {
      if (readyOf() === (ready ? "yes" : "no")) seen.resolve();
    });
    const from = performance.now();
    await Promise.all([atBeto.ask("answerCheck", { team, check, player: "me", ready }), seen.promise]);
    took.push(performance.now() - from);
    off();
  }
  console.info(`readiness from ask to the other's state: p50 ${median(took).toFixed(1)} ms of ${took.length}`);
  await beto.ask("answerCheck", { team, check, player: "me", ready: true });
  await askOverHttp(chat.port, key, "answerCheck", { team, check, player: "caro", ready: true });
  await waitFor(() => atAna.channel.team?.checkResult === "ready", "the result");
  expect(states.at(-1)?.members.get("ana")).toMatchObject({ asked: true, ready: "yes", online: true, rank: "leader" });

  const signals: { from: number; signal: Signal }[] = [];
  atAna.channel.on("signal", (signal) => signals.push(signal));
  await atBeto.channel.signal({ signal: "ping", x: 3, y: 4, mark: "enemy" });
  await waitFor(() => signals.length > 0, "the place on the map");
  expect(signals).toEqual([{ from: 2, signal: { signal: "ping", x: 3, y: 4, mark: "enemy" } }]);
  await atBeto.channel.phrase("defend").settled;
  await waitFor(() => atAna.channel.entries.some(({ kind }) => kind === "phrase"), "the phrase");

  await askOverHttp(chat.port, key, "endTeam", { team });
  await waitFor(() => [atAna, atBeto].every(({ phase }) => phase.phase === "closed"), "the end");
  expect([atAna.phase, atBeto.phase]).toEqual([1, 2].map(() => ({ phase: "closed", reason: "ended" })));
  expect(atAna.shown.slice(-2).map(({ kind }) => kind)).toEqual(["news", "left"]);
  expect((await ana.channels()).map((own) => own.channel)).toEqual([]);
  await expect(ana.ask("getTeam", { team })).rejects.toMatchObject({ refusal: { code: "team-ended" } });

  // Its own process is gone as soon as it has begun; whoever shows the team keeps the deadline.
  const members = ["ana", "beto", "caro"].map((player) => ({ player }));
  const made = Object((await askOverHttp(chat.port, key, "createTeam", { nonce: nonce("again"), members })).body);
  const next = `team:${made.team}`;
  const hers = aClient(urlOf(chat.port), "caro", { channel: next });
  await hers.live();
  const { readiness } = aTeamProcess(studio.redis, studio.keys);
  const until = await readiness.start({ team: next, id: nonce("short"), lastsMs: 1_000 });
  readiness.close();
  await waitFor(() => hers.channel.team?.checkResult === "not-ready", "the result");
  expect(Date.now() - until).toBeLessThan(within(1_500));
  await askOverHttp(chat.port, key, "kickMember", { channel: next, player: "caro", reason: "spam" });
  await waitFor(() => hers.phase.phase === "closed", "the kick");
  expect(hers.phase).toEqual({ phase: "closed", reason: "not-member" });
});
