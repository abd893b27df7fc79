import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import type { CommandName } from "../shared/commands.ts";
import { COMMANDS } from "../shared/commands.ts";
import { aModeration, codeOf } from "./a-moderation.ts";
import { refusal } from "./a-room.ts";
import { readDocument } from "./api-document.ts";
import { waitFor } from "./wait-for.ts";

/** By which operation the backend does what a member does by a command; `undefined`: it concerns a connection, or who is a member. */
const BY_BACKEND: { readonly [N in CommandName]: string | undefined } = {
  ...{ send: "speak", announce: "speak", delete: "deleteMessage", pin: "pinMessage", pins: "listPins" },
  ...{ card: "postCard", close: "settleCard", seenBy: "countReaders", slowMode: "setSlowMode", history: "getMessages" },
  ...{ channels: "getGuild", people: "getMessages" },
  ...{ resume: undefined, follow: undefined, unfollow: undefined, renew: undefined, presence: undefined },
  ...{ sticker: undefined, phrase: undefined, edit: undefined, react: undefined, act: undefined },
  ...{ signal: undefined, read: undefined },
};

test("[MO61] for every command that is not a connection's or a member's own the backend has an operation, and docs/moderation.md says which", async () => {
  const { chat } = await aModeration();
  const { operations } = readDocument(await (await fetch(`http://127.0.0.1:${chat.port}/v1/openapi.json`)).json());
  const ids = new Set(operations.map(({ id }) => id));
  const wanted = Object.values(BY_BACKEND).filter((name) => name !== undefined);
  expect(wanted.filter((name) => !ids.has(name))).toEqual([]);
  expect(Object.keys(BY_BACKEND).sort()).toEqual(Object.keys(COMMANDS).sort());
  const text = await readFile(new URL("../docs/moderation.md", import.meta.url), "utf8");
  const rows = [...text.matchAll(/^\| `(\w+)` \| `(\w+)` \|/gm)].map(([, command, operation]) => [command, operation]);
  expect(Object.fromEntries(rows)).toEqual(
    Object.fromEntries(Object.entries(BY_BACKEND).filter(([, operation]) => operation !== undefined)),
  );
});

test("[MO61] the backend pins whatever was written and takes pins off, each once, and reads them and who has read", async () => {
  const { seat, backend } = await aModeration();
  const [ana, caro] = [await seat("ana"), await seat("caro")];
  await caro.resume();
  const { seq } = await ana.ask("send", { nonce: randomUUID(), text: "¡hoy hay guerra!" });
  const of = { channel: "guild:g1", seq };
  const pinned = async (): Promise<unknown> => (await backend("listPins", { channel: "guild:g1" })).body;
  const told = (): number => caro.entries.filter(({ kind }) => kind === "pin").length;
  for (const _ of [1, 2]) expect(await codeOf(backend("pinMessage", of))).toBe("ok");
  expect(await pinned()).toMatchObject({
    entries: [{ seq, kind: "text", body: "¡hoy hay guerra!" }],
    people: [{ player: "ana", name: "ana" }],
  });
  expect((await caro.ask("pins", {})).frames).toHaveLength(1);
  await caro.ask("read", { cursor: { epoch: 1, seq } });
  expect((await backend("countReaders", of)).body).toEqual({ seen: 1, of: 3 });
  for (const _ of [1, 2]) expect(await codeOf(backend("unpinMessage", of))).toBe("ok");
  expect(await pinned()).toMatchObject({ entries: [] });
  await waitFor(() => told() === 2, "both to be told, once each");
  // A member's pins and the backend's are the same ones.
  await ana.ask("pin", { nonce: randomUUID(), seq, on: true });
  expect(await codeOf(backend("unpinMessage", of))).toBe("ok");
  expect((await caro.ask("pins", {})).frames).toEqual([]);
});

test("[MO58] who has the right deletes what those below him wrote, and of who has left; the backend's words are its own", async () => {
  const { seat, studio, chat, backend } = await aModeration();
  await studio.guilds.setRank("g1", "dino", "officer");
  const seats = new Map<string, Awaited<ReturnType<typeof seat>>>();
  for (const player of ["ana", "beto", "caro", "dino"]) seats.set(player, await seat(player));
  const of = (player: string) => seats.get(player) ?? expect.fail(player);
  const say = async (player: string): Promise<number> =>
    (await of(player).ask("send", { nonce: randomUUID(), text: `hola ${randomUUID()}` })).seq;
  const news = async (): Promise<number> => {
    const path = `http://127.0.0.1:${chat.port}/v1/channels/guild:g1/messages`;
    const headers = { "x-api-key": studio.env.GREMIO_API_KEYS ?? "", "content-type": "application/json" };
    const body = JSON.stringify({ nonce: randomUUID(), text: "mantenimiento" });
    return Object(await (await fetch(path, { method: "POST", headers, body })).json()).seq;
  };
  const deleting = async (player: string, seq: number): Promise<unknown> => {
    return codeOfRefusal(await refusal(of(player).ask("delete", { nonce: randomUUID(), seq })));
  };
  expect(await deleting("beto", await say("ana"))).toBe("not-permitted");
  expect(await deleting("beto", await say("dino"))).toBe("not-permitted");
  expect(await deleting("beto", await say("beto"))).toBe("ok");
  expect(await deleting("beto", await say("caro"))).toBe("ok");
  expect(await deleting("caro", await say("beto"))).toBe("not-permitted");
  expect(await deleting("ana", await say("beto"))).toBe("ok");
  for (const player of ["ana", "beto"]) expect(await deleting(player, await news())).toBe("not-permitted");
  // A judge has no more rights than he had without the report.
  const ofAna = await say("ana");
  const ask = { report: `guild:g1~${ofAna}`, outcome: "deleted" };
  const file = { channel: "guild:g1", seq: ofAna, nonce: randomUUID(), category: "abuse" };
  const byBeto = async (name: string, request: object) =>
    codeOfRefusal(await refusal(of("beto").room.request(name, request)));
  expect(codeOfRefusal(await refusal(of("caro").room.request("reportMessage", file)))).toBe("ok");
  expect(await byBeto("decideReport", ask)).toBe("not-permitted");
  expect(await codeOf(backend("decideReport", ask))).toBe("ok");
  const left = await say("dino");
  await studio.guilds.remove("g1", "dino", "left");
  expect(await deleting("beto", left)).toBe("ok");
});

const codeOfRefusal = (refused: unknown): unknown =>
  typeof refused === "object" && refused !== null && "code" in refused ? refused.code : "ok";
