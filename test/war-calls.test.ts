import { expect, test } from "vitest";
import { z } from "zod";
import { textBodySchema } from "../shared/entry.ts";
import { aClient } from "./a-client.ts";
import { aRoom, nonce, refusal } from "./a-room.ts";
import { aWar } from "./a-war.ts";
import { waitFor } from "./wait-for.ts";

test("[ME15] who fights for the guild, or has attempts left, is called by right and counted until he has read it", async () => {
  const { studio, chat, seat } = await aRoom(["ana", "beto", "caro", "dino"]);
  const [ana, beto] = [await seat("ana"), await seat("beto")];
  const clients = ["beto", "caro", "dino"].map((player) => aClient(`http://127.0.0.1:${chat.port}`, player));
  await Promise.all(clients.map((client) => client.live()));
  const call = (who: typeof ana, n: number, groups: ("roster" | "attacks-left" | "officers")[], players?: number[]) =>
    who.ask("send", { nonce: nonce(n), text: "¡a la guerra!", mentions: { groups, ...(players && { players }) } });
  const counted = async (seq: number) => {
    await waitFor(() => clients.every(({ channel }) => channel.entries.at(-1)?.seq === seq), "the call");
    const told = await Promise.all(["beto", "caro", "dino"].map(async (player) => (await seat(player)).resume()));
    const said = clients.map(({ channel }) => channel.mentions);
    expect(told.map(({ read }) => read.mentions)).toEqual(said);
    return said;
  };

  expect(await refusal(call(ana, 1, ["roster"]))).toMatchObject({ code: "no-war", retry: "never" });
  const war = await aWar(studio, { fighters: { ana: 1, beto: 2, caro: 3 } });
  await war.use("caro", 2);
  expect(await refusal(call(ana, 1, ["attacks-left"]))).toMatchObject({ code: "no-war" });
  await war.reserve();
  expect(await refusal(call(beto, 1, ["roster"]))).toMatchObject({ code: "not-permitted" });

  const roster = await call(ana, 1, ["roster", "officers"], [3]);
  expect(await counted(roster.seq)).toEqual([1, 1, 0]);
  const last = await call(ana, 2, ["attacks-left"]);
  expect(await counted(last.seq)).toEqual([2, 1, 0]);
  await ana.ask("edit", { nonce: nonce(3), seq: last.seq, text: "¡ahora!" });
  const { seq } = await ana.ask("send", { nonce: nonce(4), text: "¿listos?" });
  expect(await counted(seq)).toEqual([2, 1, 0]);
  const edited = clients[0]?.channel.entries.find((entry) => entry.seq === last.seq)?.body;
  const mentions = { fighters: { of: "attacks-left", numbers: [1, 2] } };
  expect(edited).toEqual({ text: "¡ahora!", mentions, edited: expect.any(Number) });

  await war.use("beto", 2);
  expect(await call(ana, 2, ["attacks-left"])).toEqual(last);
  expect(await refusal(call(ana, 2, ["roster"]))).toMatchObject({ code: "key-reused" });
  await war.free();
  expect(await call(ana, 2, ["attacks-left"])).toEqual(last);
  await beto.ask("read", { cursor: { epoch: last.epoch, seq: roster.seq } });
  expect((await beto.resume()).read.mentions).toBe(1);
});

test("[ME16] a message that calls fighters is read also by who knows only the groups there were before", () => {
  const before = z.object({
    text: z.string(),
    mentions: z.object({
      players: z.array(z.int().min(1)).max(10).optional(),
      groups: z
        .array(z.enum(["all", "officers", "online"]))
        .max(3)
        .optional(),
    }),
  });
  const body = { text: "ya", mentions: { groups: ["officers"], fighters: { of: "roster", numbers: [1, 2] } } };
  expect(before.parse(body)).toEqual({ text: "ya", mentions: { groups: ["officers"] } });
  expect(textBodySchema.parse(body)).toEqual(body);
  const later = { text: "ya", mentions: { players: [4], fighters: { of: "healers", numbers: [1] } } };
  expect(textBodySchema.parse(later)).toEqual({ text: "ya", mentions: { players: [4] } });
});
