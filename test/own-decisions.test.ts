import { expect, test } from "vitest";
import { makePushOperations } from "../server/operations/push-operations.ts";
import { GremioError } from "../shared/errors.ts";
import { aNotifierWorld } from "./a-notifier.ts";
import { waitFor } from "./wait-for.ts";

test("[DE8, DE10] a player is told why he got a push, in his language, and nothing of anybody else; his phone's report stands beside it", async () => {
  const world = await aNotifierWorld();
  const { decisions, players } = world;
  await world.member("leader");
  await world.member("ana", { locale: "pt-BR" });
  await world.member("beto");
  await players.setMinor("beto", true);
  const { getMyDecisions, reportPush } = makePushOperations({ decisions, players });
  await world.notifier();
  const { seq } = await world.announce("Todos a la guerra");
  await waitFor(() => world.phone("ana")?.screen.length, "the push");
  const push = String(world.phone("ana")?.received.at(-1)?.data?.push);
  await waitFor(async () => (await decisions.list("ana")).length, "the record");

  await reportPush({ push, what: "opened", device: "d1" }, "ana");
  await reportPush({ push, what: "opened", device: "d1" }, "ana");
  expect(await getMyDecisions({}, "ana")).toEqual({
    decisions: [
      {
        at: expect.any(Number),
        about: { type: "notice", channel: "guild:g1", seq },
        ...{ outcome: "now", reason: "away", words: "Você não estava no jogo." },
        inputs: expect.objectContaining({ presence: "away", devices: 1, begun: false, pushedDay: 0, gapsMs: [] }),
        push: {
          id: push,
          kind: "announcement",
          received: { d1: expect.any(Number) },
          opened: { d1: expect.any(Number) },
        },
        sent: { d1: "sent" },
      },
    ],
    next: null,
  });
  expect(await getMyDecisions({ locale: "en" }, "ana")).toMatchObject({
    decisions: [{ words: "You were not in the game." }],
  });
  const shown = JSON.stringify([await getMyDecisions({}, "ana"), await getMyDecisions({}, "beto")]);
  expect(shown).not.toMatch(/leader|author|banned|blocked|gone"|minor|guerra/);
  expect(await getMyDecisions({}, "leader")).toMatchObject({ decisions: [{ reason: "own-entry" }] });
  // Who reports another's push changes nothing of it.
  await reportPush({ push, what: "received" }, "beto");
  expect((await decisions.totals()).get("opened:away/announcement")).toBe(1);
  await expect(reportPush({ push, what: "opened" }, undefined)).rejects.toBeInstanceOf(GremioError);
  // What is kept, but for the words of the message.
  const [kept] = (await decisions.page("ana", { limit: 1 })).decisions;
  expect(kept).toMatchObject({
    about: { at: expect.any(Number) },
    answers: { d1: expect.stringMatching(/^projects\/.+\/messages\/.+/) },
    push: { id: push, tag: `guild:g1#${kept?.about.epoch}.${seq}` },
  });
  expect(JSON.stringify(kept)).not.toContain("guerra");
});
