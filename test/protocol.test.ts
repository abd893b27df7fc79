import { readFile } from "node:fs/promises";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createGuildSchema } from "../shared/api/guild.ts";
import { CLOSE_CODES, closePolicy } from "../shared/close-code.ts";
import { advance, baseAfter, EPOCH_STEP, isGood, type Lineage, nextSeq } from "../shared/cursor.ts";
import { type Entry, toEntry } from "../shared/entry.ts";
import { ERRORS, GremioError } from "../shared/errors.ts";
import { decodeFrame, encodeFrame, split } from "../shared/frame.ts";
import { channelIdSchema } from "../shared/id.ts";
import { LOCALES, nearestLocale } from "../shared/locale.ts";
import { profileSchema } from "../shared/profile.ts";
import { negotiate } from "../shared/protocol.ts";
import { isTemplateId, renderTemplate, TEMPLATES, templateParams } from "../shared/template.ts";
import { cleanText } from "../shared/text.ts";
import { within } from "./within.ts";

describe("version", () => {
  test.each([
    [5, 5, 5],
    [4, 5, 4],
    [3, 5, undefined],
    [6, 5, 5],
    [1, 1, 1],
    [0, 1, undefined],
  ])("[PT1] a client of version %i and a server of version %i speak %s", (offered, current, spoken) => {
    expect(negotiate(offered, current)).toBe(spoken);
  });
});

describe("frames", () => {
  const head = fc.record({ from: fc.nat(5000), later: fc.nat(100_000) });
  const body = fc.oneof(
    fc.record({ code: fc.constantFrom(1, 2), body: fc.string() }),
    fc.record({ code: fc.constantFrom(4, 5, 6), body: fc.record({ who: fc.nat(5000) }) }),
    fc.record({
      code: fc.constant(7),
      body: fc.record({ who: fc.nat(5000), rank: fc.constantFrom("leader", "recruit") }),
    }),
    fc.record({
      code: fc.constant(3),
      body: fc.oneof(fc.string(), fc.constant({ template: "x", params: { a: "b" } })),
    }),
  );
  const entries = fc
    .record({
      epoch: fc.integer({ min: 1, max: 9 }),
      seq: fc.integer({ min: 1, max: 2 ** 40 }),
      at: fc.integer({ min: 0, max: 2 ** 42 }),
      rows: fc.array(fc.tuple(head, body), { minLength: 1, maxLength: 20 }),
    })
    .map(({ epoch, seq, at, rows }) => {
      let time = at;
      return rows.map(([{ from, later }, { code, body: content }], index): Entry => {
        if (index > 0) time += later;
        return toEntry({ epoch, seq: seq + index, at: time, from }, code, content);
      });
    });

  test("[PT2] a frame gives back the entries it was made of", () => {
    fc.assert(
      fc.property(entries, fc.integer({ min: 0, max: 2 ** 42 }), (given, origin) => {
        expect(decodeFrame(JSON.parse(JSON.stringify(encodeFrame(given, origin))), origin)).toEqual(given);
      }),
    );
  });

  test("[PT16] a frame may hold what is kept for later, media; channels kept for later, direct and world, are none yet", () => {
    const media: Entry = {
      ...{ epoch: 1, seq: 7, at: 1_000, from: 3, kind: "media" },
      body: { url: "https://files.example/a.png", hash: "sha256-x", size: 12_345 },
    };
    expect(decodeFrame(JSON.parse(JSON.stringify(encodeFrame([media], 0))), 0)).toEqual([media]);
    expect(["guild:a", "direct:a", "world:a"].map((id) => channelIdSchema.safeParse(id).success)).toEqual([
      true,
      false,
      false,
    ]);
  });

  test("[PT2] anything else is no frame, and an unknown kind is a void that keeps its seq", () => {
    for (const wrong of [
      undefined,
      null,
      {},
      [],
      [1, 2, 3, 4],
      [1, 2, 3, 4, "", 6],
      ["1", 2, 3, 1, ""],
      [1, 2.5, 3, 1, ""],
      [1, 2, 3, "1", ""],
      [1, 2, 3, [1], ""],
      [1, 2, 3, [1, 2, 3], ""],
      [1, 2, 3, [1, "2"], ""],
    ])
      expect(decodeFrame(wrong, 0)).toBeUndefined();
    expect(decodeFrame([1, 7, 0, [99, 1], { new: "thing" }, 5, 1, "hola"], 100)).toMatchObject([
      { seq: 7, kind: "void", at: 100 },
      { seq: 8, kind: "text", at: 105, body: "hola" },
    ]);
  });

  test("[PT3] entries are split into runs of one epoch without a hole", () => {
    const entry = (epoch: number, seq: number) => toEntry({ epoch, seq, at: 0, from: 1 }, 1, "x");
    const runs = split([entry(1, 1), entry(1, 2), entry(1, 4), entry(2, 5), entry(2, 6)]);
    expect(runs.map((run) => run.map(({ seq }) => seq))).toEqual([[1, 2], [4], [5, 6]]);
  });
});

describe("cursors", () => {
  /** Epochs with so many entries each, as a log that restarts makes them. */
  const history = fc.array(fc.nat(5), { minLength: 1, maxLength: 6 }).map((counts) => {
    const seqs: { epoch: number; seq: number }[] = [];
    const past: Lineage["past"] = [];
    let head = 0;
    for (const [index, count] of counts.entries()) {
      if (index > 0) {
        past.push({ epoch: index, last: head });
        head = baseAfter(head);
      }
      for (let n = 0; n < count; n++) seqs.push({ epoch: index + 1, seq: ++head });
    }
    const lineage: Lineage = { past, epoch: counts.length, head };
    return { lineage, seqs };
  });

  test("[PT4] following `nextSeq` from any entry visits exactly the later ones, across epochs", () => {
    fc.assert(
      fc.property(history, ({ lineage, seqs }) => {
        for (const [index, cursor] of seqs.entries()) {
          expect(isGood(lineage, cursor)).toBe(true);
          expect(nextSeq(lineage, cursor)).toBe(seqs[index + 1]?.seq);
          const moved = advance(lineage, cursor);
          expect(isGood(lineage, moved)).toBe(true);
          expect(nextSeq(lineage, moved)).toBe(seqs[index + 1]?.seq);
        }
      }),
    );
  });

  test("[PT4] a cursor above what an epoch kept, or of an epoch that never was, is not good", () => {
    const lineage: Lineage = { past: [{ epoch: 1, last: 10 }], epoch: 2, head: EPOCH_STEP + 3 };
    expect(isGood(lineage, { epoch: 1, seq: 11 })).toBe(false);
    expect(isGood(lineage, { epoch: 2, seq: EPOCH_STEP + 4 })).toBe(false);
    expect(isGood(lineage, { epoch: 3, seq: 1 })).toBe(false);
  });
});

describe("words and errors", () => {
  test("[PT5] text is stored normalised, 1 to 500 characters; control characters and marks of direction are refused", () => {
    expect(cleanText("  Cafe\u0301 \u200flisto\r\n¡ya! ")).toBe("Café listo\n¡ya!");
    for (const code of ["\u0000", "\u0007", "\u007f", "\u0085", "\u202e", "\u2066"])
      expect(() => cleanText(`ho${code}la`)).toThrow(expect.objectContaining({ code: "text-not-allowed" }));
    expect(cleanText("👨‍👩‍👧 x".repeat(1))).toBe("👨‍👩‍👧 x");
    for (const empty of ["", " ", "\u200b", "\u2800".replace("\u2800", "\t"), "\u200e"])
      expect(() => cleanText(empty)).toThrow(GremioError);
    expect(cleanText("ñ".repeat(500))).toHaveLength(500);
    expect(() => cleanText("ñ".repeat(501))).toThrow(GremioError);
  });

  test("[PT6] every error and close code is documented with its policy, and nothing else is", async () => {
    const text = await readFile(new URL("../docs/errors.md", import.meta.url), "utf8");
    const rows = [...text.matchAll(/^\| `([a-z-]+)` \| (\d+) \| ([a-z-]+) \|/gm)].map(([, code, number, policy]) => [
      code,
      Number(number),
      policy,
    ]);
    const errors = Object.entries(ERRORS).map(([code, { status, retry }]) => [code, status, retry]);
    const closes = Object.entries(CLOSE_CODES).map(([reason, code]) => [reason, code, closePolicy(code)]);
    expect(rows.sort()).toEqual([...errors, ...closes].sort());
  });

  test("[PT7] codes of other origins mean the line was lost: join again later", () => {
    for (const code of [1000, 1001, 1006, 1009, 4000, 4001, 4002]) expect(closePolicy(code)).toBe("rejoin-later");
  });

  test("[PT8] every template exists in every language with the same parameters", () => {
    for (const [id, texts] of Object.entries(TEMPLATES)) {
      if (!isTemplateId(id)) throw new Error(id);
      for (const locale of LOCALES) {
        expect([...texts[locale].matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort()).toEqual(
          templateParams(id).sort(),
        );
        expect(
          renderTemplate(id, Object.fromEntries(templateParams(id).map((name) => [name, "7"])), locale),
        ).not.toContain("{");
      }
    }
    expect(["es-AR", "pt_PT", "en-GB", "fr", undefined].map(nearestLocale)).toEqual([
      "es-419",
      "pt-BR",
      "en",
      "es-419",
      "es-419",
    ]);
  });

  test("[PT9] a profile holds no e-mail and no phone number in its name, at most 6 fields of 256 bytes, and a real zone", () => {
    const ok = (profile: unknown) => profileSchema.safeParse(profile).success;
    expect(ok({ name: "Ana" })).toBe(true);
    for (const name of [
      "ana@mail.com",
      "ana@correo",
      "Juan 3001234567",
      "Ana 300-123-4567",
      "+57 300 123 4567",
      "5551234567",
      "",
      "x".repeat(33),
    ])
      expect(ok({ name })).toBe(false);
    expect(ok({ name: "Ana", avatar: "ana@example.com" })).toBe(false);
    expect(ok({ name: "Ana", fields: { mail: "ana@example.com" } })).toBe(false);
    expect(createGuildSchema.safeParse({ id: "g", name: "ana@example.com", tag: "ABC", leader: "ana" }).success).toBe(
      false,
    );
    expect(createGuildSchema.safeParse({ id: "g", name: "Los 100 de Bogotá", tag: "ABC", leader: "ana" }).success).toBe(
      true,
    );
    expect(ok({ name: "Ana", zone: "America/Bogota" })).toBe(true);
    expect(ok({ name: "Ana", zone: "America/Nowhere" })).toBe(false);
    expect(
      ok({ name: "Ana", fields: Object.fromEntries(["a", "b", "c", "d", "e", "f"].map((key) => [key, "x"])) }),
    ).toBe(true);
    expect(
      ok({ name: "Ana", fields: Object.fromEntries(["a", "b", "c", "d", "e", "f", "g"].map((key) => [key, "x"])) }),
    ).toBe(false);
    expect(ok({ name: "Ana", fields: { a: "ñ".repeat(128) } })).toBe(false);
  });

  test("[PT10] a name is one line of readable text; half an emoji is stored nowhere", () => {
    const named = (name: string) => profileSchema.safeParse({ name }).data?.name;
    expect(named(" Be\ud83d\u0000\nto\u202e ")).toBe("Be\ufffdto");
    expect(named("Ana 👩‍🚀")).toBe("Ana 👩‍🚀");
    for (const name of ["\u200b", "\u0007", "\u2066 \u2069"]) expect(named(name)).toBeUndefined();
    for (const part of [{ avatar: "a\udc00" }, { fields: { a: "\ud800" } }])
      expect(profileSchema.safeParse({ name: "Ana", ...part }).success).toBe(false);
  });

  test("[PT11] a name is judged at once, however long", () => {
    for (const name of ["a".repeat(60_000), "a@".repeat(30_000), `${"1".repeat(60_000)}x`, "a@.".repeat(20_000)]) {
      const began = performance.now();
      expect(profileSchema.safeParse({ name }).success).toBe(false);
      expect(performance.now() - began).toBeLessThan(within(1_000));
    }
  });
});
