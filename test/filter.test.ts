import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { marksOf, maskForReader } from "../shared/moderation/filter-marks.ts";
import {
  FILTER_POLICIES,
  filterCategorySchema,
  SEVERITIES,
  type Strictness,
  severitySchema,
  stricterPolicy,
  stricterVerdict,
  verdictFor,
} from "../shared/moderation/filter-policy.ts";
import { judgedIn, ourFilter } from "./a-filter.ts";

const lineSchema = z.object({ text: z.string(), country: z.string(), severity: severitySchema.optional() });
type Line = z.infer<typeof lineSchema>;
const fixture = (name: string): readonly Line[] =>
  readFileSync(join(import.meta.dirname, "fixtures/moderation", name), "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => lineSchema.parse(JSON.parse(line)));

/** How many of these lines a policy touches; no line is ever shown. */
const touched = (lines: readonly Line[], policy: Strictness): number =>
  lines.filter((one) => judgedIn(one.country, one.text, policy).verdict !== "clean").length;

describe("what the filter finds", () => {
  // `normal` and `lenient` let milder lines pass on purpose: their recall is of the lines whose severity they do not let pass.
  test.for(
    (["dev", "held-out"] as const).flatMap((half) => [
      { half, policy: "strict", recallLeast: 0.85 } as const,
      { half, policy: "normal", recallLeast: 0.85 } as const,
      { half, policy: "lenient", recallLeast: 0.65 } as const,
    ]),
  )(
    "[MO1] of insults of seven countries so many are touched, and of what is touched nearly all are insults: $half, $policy",
    async ({ half, policy, recallLeast }, { annotate }) => {
      const insults = fixture(`insults.${half}.ndjson`);
      const innocent = fixture(`innocent.${half}.ndjson`);
      expect(insults.length).toBeGreaterThanOrEqual(150);
      expect(innocent.length).toBeGreaterThanOrEqual(150);
      const meant = insults.filter(
        ({ severity = "mild" }) => verdictFor({ severity, category: "insult" }, FILTER_POLICIES[policy]) !== "clean",
      );
      const recall = touched(meant, policy) / meant.length;
      const [right, wrong] = [touched(insults, policy), touched(innocent, policy)];
      const precision = right / (right + wrong);
      await annotate(
        `${half}, ${policy}: recall ${recall.toFixed(3)} of ${meant.length}; all insults ${(right / insults.length).toFixed(3)} of ${insults.length}; ` +
          `precision ${precision.toFixed(3)}; innocent lines touched ${wrong} of ${innocent.length}`,
      );
      expect(recall).toBeGreaterThanOrEqual(recallLeast);
      expect(wrong / innocent.length).toBeLessThanOrEqual(0.03);
      // What `lenient` touches is too little for a share of it to say anything.
      if (policy !== "lenient") expect(precision).toBeGreaterThanOrEqual(0.97);
    },
  );

  test.each([
    ["MX", "p3nd3j0"],
    ["MX", "pеndеjo"],
    ["MX", "pendejoooo"],
    ["MX", "P E N D E J O"],
    ["MX", "pen.de.jo"],
    ["MX", "pende🔥jo"],
    ["MX", "p*ndejo"],
    ["MX", "pu ta"],
    ["MX", "𝓹𝓾𝓽𝓸"],
    ["MX", "p\u0301u\u0308t\u0302o"],
    ["MX", "p\u200bu\u200bt\u200bo"],
    ["MX", "🅿🆄🆃🅾"],
    ["MX", "kulero"],
    ["MX", "pendejazo"],
    ["AR", "hdp"],
    ["AR", "hijo de mil putas"],
    ["AR", "andate a la mierda"],
    ["BR", "vai tomar no cu"],
    ["BR", "v41 s3 f0d3r"],
    ["BR", "pqp"],
    ["CL", "conche.tu.madre"],
  ])("[MO2] a word is found however it is written: %s %s", (country, text) => {
    expect(judgedIn(country, text).verdict).toBe("refuse");
  });

  test.each([
    ["MX", "computadora, disputa, cubículo, reputación"],
    ["BR", "o cupom e a disputa do curso"],
    ["CO", "voy a coger el autobús"],
    ["AR", "tocamos en la concha acústica"],
    ["PE", "se me perdió @p0070 y el cupón P0T10N-25"],
    ["MX", "nos vemos a las 6, salu2 a to2"],
  ])("[MO3] an innocent word or phrase that has a bad one within is left alone: %s %s", (country, text) => {
    expect(judgedIn(country, text).found).toEqual([]);
  });

  test("[MO4] the same word weighs otherwise in another country, and in another language", () => {
    expect(judgedIn("AR", "qué concha", "normal").verdict).toBe("mask");
    expect(judgedIn("MX", "qué concha", "strict").verdict).toBe("clean");
    expect(judgedIn("PE", "ese cabro", "normal").verdict).toBe("refuse");
    expect(judgedIn("CL", "ese cabro", "strict").verdict).toBe("clean");
    expect(judgedIn("BR", "que pica", "normal").verdict).toBe("mask");
    expect(judgedIn("MX", "la salsa pica", "strict").verdict).toBe("clean");
  });

  test("[MO5] a policy says for each severity what becomes of the text, and masks what it is about alone", () => {
    const [mild, strong] = ["no seas idiota amigo", "eres un pendejo amigo"];
    expect(judgedIn("MX", mild, "normal")).toMatchObject({ verdict: "clean", masked: mild });
    expect(judgedIn("MX", mild, "strict").verdict).toBe("mask");
    expect(judgedIn("MX", strong, "normal")).toMatchObject({ verdict: "mask", masked: "eres un ******* amigo" });
    expect(judgedIn("MX", strong, "strict").verdict).toBe("refuse");
    expect(judgedIn("MX", "indio de mierda", "lenient").verdict).toBe("hold");
    expect(
      judgedIn("MX", strong, { mild: "clean", strong: "clean", hate: "refuse", categories: { insult: "hold" } })
        .verdict,
    ).toBe("hold");
    expect(stricterPolicy(FILTER_POLICIES.off, FILTER_POLICIES.normal)).toEqual(FILTER_POLICIES.normal);
  });

  test("[MO12] of two policies the stricter holds for each severity of each category, also where one names categories", () => {
    // A leader sets his guild's filter to let one category pass, of every severity.
    // The floor names no category: it judges by severity alone.
    // What the floor masks or refuses is masked and refused in that category, too.
    const verdict = fc.constantFrom("clean", "mask", "hold", "refuse");
    const severities = fc.record({ mild: verdict, strong: verdict, hate: verdict });
    const categories = fc.dictionary(fc.constantFrom(...filterCategorySchema.options), fc.oneof(verdict, severities));
    const policy = fc.tuple(severities, categories).map(([of, named]) => ({ ...of, categories: named }));
    fc.assert(
      fc.property(policy, policy, (one, other) => {
        const both = stricterPolicy(one, other);
        for (const severity of SEVERITIES)
          for (const category of filterCategorySchema.options) {
            const [a, b] = [verdictFor({ severity, category }, one), verdictFor({ severity, category }, other)];
            expect(verdictFor({ severity, category }, both)).toBe(stricterVerdict(a, b));
          }
      }),
    );
  });

  test("[MO6] what a channel lets pass is masked for a reader who is stricter, by the marks that travel with the text", () => {
    const text = "eres idiota y pendejo 🔥 tonto";
    const { masked, found } = judgedIn("MX", text, "normal");
    const marks = marksOf(found, FILTER_POLICIES.normal);
    expect(masked).toBe("eres idiota y ******* 🔥 tonto");
    expect(maskForReader(masked, marks, FILTER_POLICIES.normal)).toBe(masked);
    expect(maskForReader(masked, marks, FILTER_POLICIES.strict)).not.toMatch(/idiota|tonto/);
    expect(maskForReader(masked, marks, FILTER_POLICIES.strict)).toContain("🔥");
    expect(marksOf([], FILTER_POLICIES.normal)).toBeUndefined();
  });

  test.each([
    ["marks upon one letter", `p${"\u0301\u0302".repeat(249)}`],
    ["one letter", "a".repeat(500)],
    ["letters of two scripts in turn", "аa".repeat(250)],
    ["asterisks", "p**a ".repeat(100)],
    ["letters apart", "p u t ".repeat(83)],
    ["a phrase that never ends", "hijo de ".repeat(62)],
    ["signs that are letters", "1l".repeat(250)],
    ["pieces", "p.u.t.".repeat(83)],
  ])("[MO7] no text of 500 characters takes long: %s", (_, text) => {
    const filter = ourFilter();
    const time = (repeated: number): number => {
      const began = performance.now();
      for (let turn = 0; turn < repeated; turn++) filter.find(text, { locale: "es-419", country: "MX" });
      return (performance.now() - began) / repeated;
    };
    time(20);
    // A bound for a machine that does other things too; docs/moderation.md has the figures.
    expect(Math.min(...Array.from({ length: 10 }, () => time(10)))).toBeLessThan(10);
  });

  test("[MO7] a text without letters is clean", () => {
    for (const text of ["", "   ", "5/5", "😂😂", "***", "!!!", "1 2 3", "\u0301", "\ud83d"])
      expect(judgedIn("MX", text)).toEqual({ verdict: "clean", masked: text, found: [] });
  });
});
