import { glob, readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { expect, test } from "vitest";
import { textSchema } from "../shared/text.ts";
import { aClient } from "./a-client.ts";
import { aRecordedServer } from "./a-recorded-server.ts";
import { type Conversation, conversationSchema } from "./conversation.ts";
import { waitFor } from "./wait-for.ts";

const folder = join(import.meta.dirname, "fixtures/conversations");
const recorded: { path: string; conversation: Conversation }[] = [];
for await (const path of glob("protocol-*/*.json", { cwd: folder }))
  recorded.push({
    path,
    conversation: conversationSchema.parse(JSON.parse(await readFile(join(folder, path), "utf8"))),
  });
recorded.sort((a, b) => (a.path < b.path ? -1 : 1));

test.each(recorded)("[PT14] today's client understands $path", async ({ conversation }) => {
  const server = await aRecordedServer(conversation.lines);
  const client = aClient(server.url, conversation.player);
  for (const text of conversation.says) client.channel.send(textSchema.parse(text));
  await waitFor(server.done, "the whole conversation");
  await waitFor(() => client.shown.length >= conversation.shown.length, "the last entry");
  expect(client.shown.map(({ epoch, seq, at, from, kind, body }) => [epoch, seq, at, from, kind, body])).toEqual(
    conversation.shown,
  );
  expect(client.resets).toEqual(conversation.resets);
  expect(client.lost).toEqual([]);
  const { status, state } = client.channel;
  expect(status.phase === "closed" ? status.reason : null).toBe(conversation.closed);
  expect(status.waiting).toBe(0);
  expect(state?.name).toBe(conversation.guild);
  expect([...(state?.roster.values() ?? [])].map(({ name }) => name).toSorted()).toEqual(conversation.roster);
});

test("[PT14] there are conversations of every scene, and a protocol's folder says which it was", () => {
  const scenes = ["change-of-epoch", "frames-of-many", "removal", "resume-after-a-gap", "talk"];
  expect(
    recorded.filter(({ path }) => dirname(path) === "protocol-1").map(({ path }) => basename(path, ".json")),
  ).toEqual(scenes);
  for (const { path, conversation } of recorded)
    for (const { join: answer } of conversation.lines)
      expect(dirname(path)).toBe(`protocol-${String(answer.protocol)}`);
});
