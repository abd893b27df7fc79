import { expect, test } from "vitest";
import { aClient, textsOf } from "./a-client.ts";
import { aRoom, nonce } from "./a-room.ts";
import { aCuttingProxy } from "./cutting-proxy.ts";
import { waitFor } from "./wait-for.ts";

test("[RM32] [CL46] a phone that comes back again and again on a line that dies unseen is never locked out, and takes no other device's place", async () => {
  const { chat, seat } = await aRoom(["ana", "beto"], { GREMIO_PLAYER_SOCKETS: "3" });
  const direct = `http://127.0.0.1:${chat.port}`;
  const tablet = aClient(direct, "ana");
  await tablet.live();
  const proxy = await aCuttingProxy(chat.port);
  const dead = await Promise.all(
    [1, 2].map(async () => {
      const client = aClient(proxy.url, "ana");
      await client.live();
      return client;
    }),
  );
  proxy.freeze();
  const phone = aClient(direct, "ana");
  await phone.live();
  expect(tablet.phases.at(-1)).toBe("live");
  await waitFor(() => chat.log.some((line) => line.includes("player-sockets")), "the dead ones to be cut off");
  expect(chat.log.find((line) => line.includes("player-sockets"))).toMatch(/"silent":2,"replaced":0/);
  const beto = await seat("beto");
  await beto.ask("send", { nonce: nonce(1), text: "¿están?" });
  await waitFor(() => [tablet, phone].every(({ shown }) => textsOf(shown).length === 1), "the message on both");
  expect(tablet.phases).toEqual(["live"]);
  for (const client of dead) client.close();

  const others = [aClient(direct, "ana"), aClient(direct, "ana")];
  for (const other of others) await other.live();
  await waitFor(() => tablet.channel.status.phase === "closed", "the oldest to give way");
  expect(tablet.channel.status).toMatchObject({ phase: "closed", reason: "replaced" });
  expect([phone, ...others].map(({ channel }) => channel.status.phase)).toEqual(["live", "live", "live"]);
});
