import { expect, test } from "vitest";
import { collapse, collapsedText } from "../client/collapse.ts";
import type { Entry } from "../shared/entry.ts";

let seq = 0;
const about = (kind: "joined" | "left" | "kicked", who: number): Entry => {
  seq += 1;
  return { epoch: 1, seq, at: seq, from: 0, kind, body: { who } };
};
const text = (words: string): Entry => ({ epoch: 1, seq: ++seq, at: seq, from: 1, kind: "text", body: words });
const unseen = (): Entry => ({ epoch: 1, seq: ++seq, at: seq, from: 1, kind: "edit", body: { seq: 1, body: "x" } });

const shown = (entries: readonly Entry[], least?: number) =>
  collapse(entries, least).map((line) =>
    "run" in line ? collapsedText(line.run, "en", (number) => `member ${number}`) : line.entry.kind,
  );

test("[GU37] who came, left or was removed one after the other is one line, in three languages", () => {
  const many = [2, 3, 4, 5, 6].map((who) => about("joined", who));
  expect(shown([text("hola"), ...many.slice(0, 2), unseen(), ...many.slice(2), text("chau")])).toEqual([
    ...["text", "5 joined", "text"],
  ]);
  expect(shown([...many.slice(0, 2), text("hola"), about("left", 2), about("kicked", 3)])).toEqual([
    ...["joined", "joined", "text", "left", "kicked"],
  ]);
  expect(shown([...many, about("left", 2), about("left", 3), about("left", 4), about("kicked", 9)], 3)).toEqual([
    ...["5 joined", "3 left", "kicked"],
  ]);
  const [again] = collapse([about("joined", 7), about("joined", 7)], 2);
  const run = again !== undefined && "run" in again ? again.run : undefined;
  expect(run && collapsedText(run, "es-419", () => "Ana")).toBe("Ana se unió");
  const [first] = collapse(many, 2);
  const all = first !== undefined && "run" in first ? first.run : undefined;
  expect(all && collapsedText(all, "es-419", String)).toBe("5 se unieron");
  expect(all && collapsedText(all, "pt-BR", String)).toBe("5 entraram");
  expect(all?.who).toEqual([2, 3, 4, 5, 6]);
  expect(collapse([])).toEqual([]);
});
