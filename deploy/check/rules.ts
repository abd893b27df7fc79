import { Visitor } from "rolldown/utils";
import type { Source } from "./sources.ts";

const RULE = /^- \*\*([A-Z]{2,4}\d+)\*\* /gm;
const CITED = /\[([A-Z]{2,4}\d+(?:, ?[A-Z]{2,4}\d+)*)\]/g;

/** Rules without a test, tests of rules that do not exist, rules written twice. `spec` is the text of docs/spec.md. */
export function ruleProblems(spec: string, sources: readonly Source[]): string[] {
  const rules = [...spec.matchAll(RULE)].map(([, id = ""]) => id);
  const problems = rules
    .filter((id, index) => rules.indexOf(id) !== index)
    .map((id) => `${id} stands twice in docs/spec.md`);
  const known = new Set(rules);
  const tested = new Set<string>();
  for (const source of sources.filter(({ path }) => path.endsWith(".test.ts"))) {
    for (const id of citedIn(source)) {
      tested.add(id);
      if (!known.has(id)) problems.push(`${source.path} cites ${id}, which is not in docs/spec.md`);
    }
  }
  for (const id of known) if (!tested.has(id)) problems.push(`${id} has no test`);
  return problems;
}

/** Rules cited by the titles of tests and of groups of tests. */
function citedIn({ program, text }: Source): Set<string> {
  const cited = new Set<string>();
  new Visitor({
    CallExpression({ callee, arguments: [title] }) {
      if (!title || !/^(test|it|describe)\b/.test(text.slice(callee.start, callee.end))) return;
      if (title.type !== "Literal" && title.type !== "TemplateLiteral") return;
      for (const [, ids = ""] of text.slice(title.start, title.end).matchAll(CITED))
        for (const id of ids.split(/, ?/)) cited.add(id);
    },
  }).visit(program.program);
  return cited;
}
