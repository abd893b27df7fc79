import { pack } from "msgpackr";
import { expect, test } from "vitest";
import { demandSound } from "../bench/checker/finding.ts";
import type { Asker } from "../bench/checker/log-since.ts";
import { RoundWatch } from "../bench/checker/round-watch.ts";
import type { Entry } from "../shared/entry.ts";
import { encodeFrame } from "../shared/frame.ts";

const MEMBER = 4;

/** A channel of whose log pages of two can be read, and that writes what is said. */
const aChannel = () => {
  const log: Entry[] = [{ epoch: 1, seq: 1, at: 1, from: 0, kind: "joined", body: { who: MEMBER } }];
  const write = (body: string): Entry => {
    const entry: Entry = { epoch: 1, seq: log.length + 1, at: log.length + 1, from: MEMBER, kind: "text", body };
    log.push(entry);
    return entry;
  };
  const answer = (input: Parameters<Asker["ask"]>[1] | { before?: number | undefined }): object => {
    if ("text" in input) return write(input.text);
    const older = log.filter(({ seq }) => seq < (("before" in input && input.before) || Number.POSITIVE_INFINITY));
    const page = older.slice(-2);
    const lineage = { past: [], epoch: 1, head: log.length };
    return { lineage, frames: page.length > 0 ? [encodeFrame(page, 0)] : [], reader: { number: MEMBER } };
  };
  const asker: Asker = {
    ask: (_name, input, onAnswer) => {
      const bytes = Buffer.concat([Buffer.of(22, 0, 0), pack(answer(input))]);
      onAnswer?.(true, bytes, 0, bytes.length);
    },
  };
  return { log, asker };
};

/** What is found of a round in which three messages are said and a seat is shown what `shown` makes of them, while another gets them as they are. */
const foundOf = async (shown: (entries: Entry[], before: Entry | undefined) => Entry[]) => {
  const { log, asker } = aChannel();
  const watch = new RoundWatch(0);
  const [good, bad] = [watch.seat("good"), watch.seat("bad")];
  const say = await watch.speaker(asker);
  await watch.begin(asker);
  const round = async (change: (entries: Entry[], before: Entry | undefined) => Entry[]) => {
    const before = log.at(-1);
    for (const text of ["hola", "oi", "gg"]) await say(text);
    const said = log.slice(-3);
    good(said);
    bad(change(said, before));
    return watch.judge(asker);
  };
  demandSound(await round((entries) => entries));
  const finding = await round(shown);
  expect(finding.due).toBe(6);
  return () => demandSound(finding);
};

test("[BE34] what comes to everybody once, in order and as the log has it is sound, round after round", async () => {
  expect(await foundOf((entries) => entries)).not.toThrow();
});

test("[BE34] a round in which one seat lost a message, had it twice, in another order or as another one, or got one of the round before again, has no figures", async () => {
  expect(await foundOf((entries) => entries.slice(1))).toThrow("1 lost");
  expect(await foundOf((entries) => entries.slice(0, -1))).toThrow("1 lost");
  expect(await foundOf((entries) => [...entries, ...entries.slice(-1)])).toThrow("1 duplicated");
  expect(await foundOf((entries, before) => (before === undefined ? [] : [before, ...entries]))).toThrow(
    "1 duplicated",
  );
  expect(await foundOf((entries) => entries.toReversed())).toThrow("2 disordered");
  const otherwise = (entry: Entry): Entry => (entry.kind === "text" ? { ...entry, body: "oi!" } : entry);
  expect(await foundOf(([first, ...rest]) => (first ? [otherwise(first), ...rest] : []))).toThrow(
    "1 where live and history differ",
  );
});
