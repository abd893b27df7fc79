import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { printOf, skeletonOf } from "../server/channel/skeleton.ts";

const words = [
  "gemas",
  "gratis",
  "coração",
  "mañana",
  "guerra",
  "привет",
  "друзья",
  "こんにちは",
  "مرحبا",
  "γεια",
  "아침",
];
const text = fc.array(fc.constantFrom(...words), { minLength: 1, maxLength: 12 }).map((some) => some.join(" "));
const noise = fc.constantFrom(
  "😂",
  "👩‍👩‍👧",
  "7",
  "٣",
  " ",
  "\u3000",
  "-",
  "!",
  "​",
  "\u0301",
  "\ufe0f",
  "💎",
  "_",
  "…",
);
const style = fc.constantFrom<(letter: string) => string>(
  (letter) => letter.toUpperCase(),
  (letter) => letter + letter,
  (letter) => letter.normalize("NFD"),
  (letter) => letter,
  (letter) => letter,
);

describe("the skeleton of a text", () => {
  test("[FL11] is the same however case, marks, letters' number, emoji, digits, punctuation and spaces vary", () => {
    fc.assert(
      fc.property(text, fc.array(fc.tuple(style, fc.option(noise))), (said, changes) => {
        const varied = [...said].map((letter, index) => {
          const [change, after] = changes[index] ?? [];
          return (change?.(letter) ?? letter) + (after ?? "");
        });
        expect(skeletonOf(varied.join(""))).toBe(skeletonOf(said));
        expect(printOf(varied.join(""))).toBe(printOf(said));
      }),
    );
  });

  test("[FL11] of a skeleton is itself, whatever the text; a print has one of four forms", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", minLength: 1, maxLength: 80 }), (said) => {
        expect(skeletonOf(skeletonOf(said))).toBe(skeletonOf(said));
        expect(printOf(said)).toMatch(/^[smlv][0-9a-f]{16}$/);
      }),
    );
  });

  test("[FL11] differs where the words do", () => {
    fc.assert(
      fc.property(text, text, (one, other) => {
        const differ = skeletonOf(one) !== skeletonOf(other);
        if (differ && /^[lv]/.test(printOf(one))) return;
        expect(printOf(one) !== printOf(other)).toBe(differ);
      }),
    );
  });

  test.each([
    ["Gémàs GRÁTIS!!! 💎 777", "gemasgratis"],
    ["ｇｅｍａｓ 𝓰𝓻𝓪𝓽𝓲𝓼", "gemasgratis"],
    ["gеmаs grаtis", "gemasgratis"],
    ["привет, друзья", "приветдрузья"],
    ["siiiiiii", "si"],
    ["5/5", "5/5"],
    ["😂 😂", "😂😂"],
    ["kkkk", "kkkk"],
    ["x", "x"],
  ])("[FL11] of %j is %j", (said, skeleton) => {
    expect(skeletonOf(said)).toBe(skeleton);
  });
});
