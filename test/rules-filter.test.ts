import { expect, test } from "vitest";
import { composeNotice } from "../server/notifier/sending/compose.ts";
import { toEntry } from "../shared/entry.ts";
import { wordsIn } from "../shared/words-in.ts";
import { aClient } from "./a-client.ts";
import { aModeration, codeOf } from "./a-moderation.ts";
import { nonce, refusal } from "./a-room.ts";
import { noticeFacts } from "./notice-facts.ts";
import { waitFor } from "./wait-for.ts";
import { wholeLog } from "./whole-log.ts";

const G1 = "guild:g1";
const MASKED = "eres una ******";
const STRONG = "eres una mierda";
const MILD = "qué idiota eres";
const HATE = "negro de mierda";

const codeFrom = (found: unknown): unknown =>
  typeof found === "object" && found !== null && "code" in found ? found.code : "ok";

const aTalk = async () => {
  const world = await aModeration({ GREMIO_GUILD_PACE: "off" });
  const caro = await world.seat("caro");
  const say = async (text: string, as = nonce(Math.random())) =>
    codeFrom(await refusal(caro.ask("send", { nonce: as, text })));
  const bodies = async () =>
    (await wholeLog(world.chat.port, "dino")).entries.flatMap(({ kind, body }) =>
      kind === "text" || kind === "card" || kind === "phrase" ? [body] : [],
    );
  return { ...world, caro, say, bodies };
};

test("[MO15] by the channel's filter a message is written as it is, masked, kept for review or refused, in messages, edits, cards and phrases", async () => {
  const { caro, say, bodies, as, backend } = await aTalk();
  expect(await say("hola a todos")).toBe("ok");
  expect(await say(STRONG)).toBe("ok");
  expect(await say(HATE)).toBe("text-refused");
  const { seq } = await caro.ask("send", { nonce: nonce("edited"), text: "nada", reply: 1 });
  const edit = (text: string) => refusal(caro.ask("edit", { nonce: nonce(Math.random()), seq, text }));
  expect(codeFrom(await edit(HATE))).toBe("text-refused");
  expect(await edit(STRONG)).toBeUndefined();
  const poll = (question: string, option: string) => ({ card: "poll" as const, question, options: ["sí", option] });
  expect(codeFrom(await refusal(caro.ask("card", { nonce: nonce("p0"), ...poll(HATE, "no") })))).toBe("text-refused");
  await caro.ask("card", { nonce: nonce("p1"), ...poll("¿vamos?", STRONG) });
  await caro.ask("phrase", { nonce: nonce("ph"), phrase: "help-at", params: { place: "la mierda" } });
  expect(await bodies()).toMatchObject([
    "hola a todos",
    MASKED,
    { text: MASKED, reply: 1 },
    { card: "poll", actions: [{ label: "sí" }, { label: MASKED }] },
    { phrase: "help-at", params: { place: "la ******" } },
  ]);

  expect(await codeOf(backend("setStudioRules", { kind: "guild", filter: "lenient" }))).toBe("ok");
  expect(await codeOf(as("ana", "setRules", { channel: G1, filter: "off" }))).toBe("ok");
  expect(await say(STRONG)).toBe("ok");
  expect(await say(HATE, nonce("held"))).toBe("held");
  expect(await say(HATE, nonce("held"))).toBe("held");
  expect(codeFrom(await edit(HATE))).toBe("text-refused");
  const { body } = await as("ana", "listReports", { channel: G1 });
  expect(body).toMatchObject({ reports: [{ kind: "held", player: "caro" }] });
  const report = typeof body === "object" && body !== null && "reports" in body ? JSON.stringify(body.reports) : "";
  const [, id = ""] = /"report":"([^"]+)"/.exec(report) ?? [];
  expect((await bodies()).at(-1)).toMatchObject({ text: STRONG });
  expect(await codeOf(as("ana", "decideReport", { report: id, outcome: "approved" }))).toBe("ok");
  expect((await bodies()).at(-1)).toMatchObject({ text: HATE });
  expect(await say(HATE, nonce("held"))).toBe("ok");
});

test("[MO12] a guild's own policy lets no category pass that the studio's floor judges", async () => {
  // The floor is `normal`: slurs are refused, strong words masked.
  // The guild's leader sets a policy that calls every category clean.
  // Nothing comes through that did not before; and no floor lets hate of any category pass.
  const { say, bodies, as, backend } = await aTalk();
  const all = ["insult", "sexual", "slur", "harassment", "threat", "self-harm"];
  const [mild, strong, hate] = ["clean", "clean", "clean"];
  const free = { mild, strong, hate, categories: Object.fromEntries(all.map((category) => [category, "clean"])) };
  expect(await codeOf(as("ana", "setRules", { channel: G1, filter: free }))).toBe("ok");
  expect(await say(HATE)).toBe("text-refused");
  expect(await say(STRONG)).toBe("ok");
  expect(await bodies()).toEqual([MASKED]);
  const floor = { kind: "guild", filter: { ...free, hate: "refuse", categories: { slur: "clean" } } };
  expect(await codeOf(backend("setStudioRules", floor))).toBe("bad-request");
});

test("[MO11] [MO15] a challenge's replay is judged as what its author writes, at the moment he gives it", async () => {
  // In a guild without links a member posts a challenge, which is fine.
  // Then he gives it a replay: an address of up to 200 characters that all members see.
  // That is refused as a link, an insult in it as an insult; a plain id is taken, and again.
  const { caro, as } = await aTalk();
  const post = async () =>
    (await caro.ask("card", { nonce: nonce(Math.random()), card: "challenge", mode: "2 vs 2" })).seq;
  const seq = await post();
  const give = async (replay: string, of = seq) => codeFrom(await refusal(caro.ask("close", { seq: of, replay })));
  expect(await codeOf(as("ana", "setRules", { channel: G1, links: "nobody" }))).toBe("ok");
  expect(await give("https://t.me/estafa")).toBe("link-not-allowed");
  expect(await give("hijo.de.puta")).toBe("text-refused");
  for (const _ of [1, 2]) expect(await give("r-8842")).toBe("ok");
  const other = await post();
  expect(await codeOf(as("ana", "setRules", { channel: G1, readOnly: true }))).toBe("ok");
  expect(await give("r-8843", other)).toBe("read-only");
  expect(await give("r-8842")).toBe("ok");
  expect(await codeOf(as("ana", "setRules", { channel: G1, readOnly: null, links: null }))).toBe("ok");
  expect(await give("https://ejemplo.com/r/8843", other)).toBe("ok");
});

test("[MO13] [MO14] [MO18] no words of players come by another way: mottos, codes of the directory, the reason of a refusal", async () => {
  // A leader who is a minor, or who is under the game's switch, writes no message.
  // Nor does he say the same by his guild's motto, which all read; what it is called he may still change, but not read-only.
  // Topics and what is told to who was not let in are judged by the filter as all else.
  const { as, backend, studio, seat } = await aTalk();
  await seat("ana");
  const change = (facts: object) => codeOf(as("ana", "changeGuild", { guild: "g1", ...facts }));
  for (const topic of ["hijo-de-puta", "mierda"]) expect(await change({ topics: [topic] })).toBe("text-refused");
  expect(await change({ topics: ["pvp", "torneos"], region: "CU" })).toBe("ok");
  expect(await change({ joinMode: "request" })).toBe("ok");
  await studio.players.putProfile("eva", { name: "eva" });
  expect(await codeOf(as("eva", "joinGuild", { guild: "g1", player: "me" }))).toBe("ok");
  const decline = (reason: string) =>
    codeOf(as("ana", "answerRequest", { guild: "g1", player: "eva", accept: false, reason }));
  expect(await decline(HATE)).toBe("text-refused");
  expect(await decline(STRONG)).toBe("ok");
  expect((await as("eva", "getInvitations", { player: "me" })).body).toMatchObject({ requests: [{ reason: MASKED }] });

  const switched = async (mode: string, code: string) => {
    expect(await codeOf(backend("setSwitch", { mode }))).toBe("ok");
    await waitFor(async () => (await change({ motto: `somos ${mode}` })) === code, `${code} of the motto`);
  };
  await switched("phrases-only", "phrases-only");
  expect(await change({ name: "Lobos" })).toBe("ok");
  await switched("read-only", "read-only");
  expect(await change({ name: "Zorros" })).toBe("read-only");
  expect(await codeOf(backend("changeGuild", { guild: "g1", motto: "en pausa" }))).toBe("ok");
  await switched("off", "ok");
  await studio.players.setMinor("ana", true);
  await waitFor(async () => (await change({ motto: "hola" })) === "phrases-only", "the minor to be known");
  expect(await change({ name: "Zorros" })).toBe("ok");
});

test("[MO54] [MO56] a message that was held back and came another way is gone when its case is decided so", async () => {
  // A message waits for review, and the guild's rules are changed so that it would not have.
  // Its author's client sends it again under its nonce, and it is written.
  // A judge finds it in the queue and has it deleted: it is deleted, and nothing else.
  const { say, bodies, as, backend } = await aTalk();
  const filter = (kind: object) => codeOf(backend("setRules", { channel: G1, ...kind }));
  expect(await filter({ filter: { mild: "hold", strong: "hold", hate: "refuse" } })).toBe("ok");
  expect(await say(MILD, nonce("again"))).toBe("held");
  expect(await say(MILD, nonce("never"))).toBe("held");
  expect(await filter({ filter: null })).toBe("ok");
  expect(await say(MILD, nonce("again"))).toBe("ok");
  expect(await say("hola", nonce("never"))).toBe("ok");
  for (const n of [1, 2])
    expect(await codeOf(as("ana", "decideReport", { report: `${G1}~h${n}`, outcome: "deleted" }))).toBe("ok");
  expect(await bodies()).toEqual(["hola"]);
});

test("[MO16] under its nonce a message is the one first written, masked as it was, whatever the rules say by now", async () => {
  const { caro, say, bodies, as } = await aTalk();
  const first = await caro.ask("send", { nonce: nonce("n"), text: STRONG });
  expect(await codeOf(as("ana", "setRules", { channel: G1, filter: "strict", readOnly: true }))).toBe("ok");
  expect(await caro.ask("send", { nonce: nonce("n"), text: STRONG })).toEqual(first);
  expect(await say("otra cosa", nonce("n"))).toBe("key-reused");
  expect(await say(STRONG)).toBe("read-only");
  expect(await bodies()).toEqual([MASKED]);
  // What was refused is not remembered: allowed by now, it is written.
  expect(await say("más tarde", nonce("later"))).toBe("read-only");
  expect(await codeOf(as("ana", "setRules", { channel: G1, readOnly: null }))).toBe("ok");
  expect(await say("más tarde", nonce("later"))).toBe("ok");
});

test("[MO17] who chose a stricter filter reads and is pushed with less, by marks that come with the text; others read all", async () => {
  const { say, chat } = await aTalk();
  const strict = aClient(`http://127.0.0.1:${chat.port}`, "dino", { filter: "strict" });
  await strict.live();
  expect(await say(MILD)).toBe("ok");
  await waitFor(() => strict.shown.some(({ kind }) => kind === "text"), "the message");
  const [entry] = strict.shown.filter(({ kind }) => kind === "text");
  if (entry === undefined) throw new Error("no message");
  expect(entry.body).toEqual({ text: MILD, marks: [4, 6, 0] });
  expect(strict.words(entry, "es-419")).toBe("qué ****** eres");
  strict.filter = "off";
  expect(strict.words(entry, "es-419")).toBe(MILD);
  const push = (filter: "normal" | "strict") =>
    composeNotice(
      toEntry({ epoch: 1, seq: 1, at: 1, from: 1 }, 2, entry.body),
      { ...noticeFacts, channel: G1, name: "Lobos", author: "Caro", expiresAt: 1 },
      { locale: "es-419", previews: true, filter },
    ).body;
  expect(push("normal")).toBe(`Caro: ${MILD}`);
  expect(push("strict")).toBe("Caro: qué ****** eres");
  expect(wordsIn(entry, "en")).toBe(MILD);
});

test("[MO18] names, mottos, requests and mail of players are judged, too: names are never masked", async () => {
  const { as, backend, chat } = await aTalk();
  const of = (motto: string) => codeOf(as("ana", "changeGuild", { guild: "g1", motto }));
  expect(await of("Los mejores")).toBe("ok");
  expect(await of(STRONG)).toBe("text-refused");
  expect(await codeOf(as("ana", "changeGuild", { guild: "g1", name: "Mierda" }))).toBe("text-refused");
  expect(await codeOf(backend("changeGuild", { guild: "g1", motto: STRONG }))).toBe("ok");
  const mail = (text: string) =>
    codeOf(as("ana", "sendMail", { guild: "g1", nonce: nonce(text.length), title: "Hola", text }));
  expect(await mail(HATE)).toBe("text-refused");
  expect(await mail(STRONG)).toBe("ok");
  expect(JSON.stringify((await wholeLog(chat.port, "dino")).entries)).toContain(MASKED);
});
