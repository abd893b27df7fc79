import { glob, readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { closePolicy } from "../shared/close-code.ts";
import { aChatStage, joinAt } from "./a-chat-stage.ts";
import { aRecordedServer } from "./a-recorded-server.ts";
import { type Dialogue, dialogueSchema, type Step } from "./dialogue.ts";
import { SCENES } from "./dialogue-scenes.ts";
import { perform } from "./perform-dialogue.ts";
import { plain } from "./plain-dialogue.ts";
import { waitFor } from "./wait-for.ts";

const folder = join(import.meta.dirname, "fixtures/dialogues");
const recorded: { path: string; dialogue: Dialogue }[] = [];
for await (const path of glob("protocol-*/*.json", { cwd: folder }))
  recorded.push({ path, dialogue: dialogueSchema.parse(JSON.parse(await readFile(join(folder, path), "utf8"))) });
recorded.sort((a, b) => (a.path < b.path ? -1 : 1));
const watched = recorded.flatMap(({ path, dialogue }) =>
  Object.keys(dialogue.lines).map((who) => ({ path, dialogue, who })),
);

const isOf = (step: Step, who: string): boolean => "who" in step && step.who === who;

test.each(watched)("[PT14] today's client understands what $who was told in $path", async ({ dialogue, who }) => {
  const lines = dialogue.lines[who] ?? [];
  const server = await aRecordedServer(lines);
  const steps = dialogue.steps.filter((step) => isOf(step, who));
  const nobody = (): Promise<never> => Promise.reject(new Error("only a player's part is played"));
  const performed = await perform(
    steps,
    {
      ...{ studio: nobody, restartRedis: nobody, token: async () => "of another day" },
      join: () => joinAt(server.url, "of another day", {}),
      url: () => server.url,
    },
    () => waitFor(server.done, "the whole dialogue"),
  );
  expect(performed.steps).toEqual(steps);
  expect(performed.heard[who]).toEqual(dialogue.heard[who]);
});

test.each(recorded)("[PT15] today's service answers as it did in $path", async ({ dialogue }) => {
  const stage = await aChatStage();
  onTestFinished(() => stage.close());
  const performed = await perform(dialogue.steps, stage);
  // Fields may have been added since; clients pass over what they do not know.
  expect(plain(performed)).toMatchObject(Object(plain(dialogue)));
});

test("[PT14] every scene has been recorded, and is as it would be played today", () => {
  const known = recorded.filter(({ path }) => dirname(path) === "protocol-1");
  expect(known.map(({ path }) => basename(path, ".json"))).toEqual(Object.keys(SCENES).toSorted());
  for (const { path, dialogue } of known) {
    const scene = SCENES[basename(path, ".json")];
    expect(dialogue.steps.map(({ gives: _, ...step }) => step)).toEqual(JSON.parse(JSON.stringify(scene?.steps)));
    expect(Object.keys(dialogue.lines)).toEqual(scene?.watched);
    for (const rows of Object.values(dialogue.heard))
      for (const [type, code] of rows) if (type === "close") expect(closePolicy(Number(code))).toBe("stay-away");
  }
});
