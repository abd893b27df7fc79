import { constants } from "node:os";
import { onTestFinished, test } from "vitest";
import { aLossyGuild, NO_PACE, talk } from "./a-lossy-guild.ts";
import { aStudio, type Studio } from "./a-studio.ts";
import { aWatchedGuild } from "./a-watched-guild.ts";
import { waitFor } from "./wait-for.ts";

test("[TL11] a connection of commands that has gone dead is replaced too, and what was on it is asked again", async () => {
  const { proxy, guild } = await aLossyGuild();
  await talk(guild, 6);
  proxy.freeze("all");
  await talk(guild, 6);
  await guild.expectAllIsWell();
});

test("[TL12] a process stopped for 10 s goes on where it was: its members, still connected, miss nothing, and all are seen online again", async () => {
  const studio: Studio = await aStudio();
  const env = { ...NO_PACE, GREMIO_LEASE_MS: "3000" };
  const [awake, asleep] = [await studio.chat(env), await studio.chat(env)];
  const guild = await aWatchedGuild(studio, [awake.port, asleep.port], 6);
  const online = (index: number): number => guild.members[index]?.state()?.onlineCount ?? 0;
  await waitFor(() => guild.members.every((_, index) => online(index) === 6), "all online");

  process.kill(asleep.child.pid ?? 0, constants.signals.SIGSTOP);
  onTestFinished(() => void asleep.child.kill("SIGCONT"));
  const until = Date.now() + 10_000;
  const early = guild.say(1, "said as the process stops");
  for (let n = 0; n < 40; n++) await guild.say((n % 3) * 2, `line ${n}`);
  await waitFor(() => online(0) === 3, "the stopped process's members away");
  await studio.guilds.change("g1", { name: "Renamed" });
  await waitFor(() => Date.now() > until, "10 s");
  process.kill(asleep.child.pid ?? 0, constants.signals.SIGCONT);

  await early;
  await talk(guild, 12);
  await guild.expectAllIsWell();
  await waitFor(() => guild.members.every((_, index) => online(index) === 6), "all online again");
  await waitFor(() => guild.members.every(({ state }) => state()?.name === "Renamed"), "the new name");
});
