import { spawnSync } from "node:child_process";
import { glob, readFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";
import { aFolder, putFiles } from "./a-folder.ts";
import { type Ended, run } from "./run.ts";

const root = join(import.meta.dirname, "..");

const sound = {
  "biome.json": '{ "files": { "includes": ["**/*.ts"] }, "formatter": { "indentStyle": "space", "lineWidth": 120 } }\n',
  "tsconfig.json": JSON.stringify({
    compilerOptions: {
      module: "nodenext",
      strict: true,
      noEmit: true,
      allowImportingTsExtensions: true,
      skipLibCheck: true,
    },
    include: ["shared", "server"],
  }),
  "docs/spec.md": "# Spec\n\n- **AB1** It counts.\n- **AB2** It stops.\n",
  "shared/one.ts": "export const one = 1;\n",
  "server/channel/log.ts": 'import { one } from "../../shared/one.ts";\n\nexport const two = one + one;\n',
  "test/one.test.ts":
    'import { expect, test } from "vitest";\n\ntest("[AB1] counts", () => expect(1).toBe(1));\ntest.each([1, 2])("[AB2] stops at %i", (n) => expect(n).toBeLessThan(3));\n',
};

/** A small project that is in order, but for these files. */
async function aHouse(files: Readonly<Record<string, string>> = {}): Promise<string> {
  const house = await aFolder(sound);
  await putFiles(house, files);
  await symlink(join(root, "node_modules"), join(house, "node_modules"));
  return house;
}

const check = async (files: Readonly<Record<string, string>> = {}): Promise<Ended> => {
  const ended = await run(process.execPath, [join(root, "deploy/check.ts"), await aHouse(files)]);
  return { ...ended, out: ended.out.replaceAll(/ \(\d+\.\d s\)/g, "") };
};

const steps = (out: string) => out.split("\n").filter((line) => /^(pass|FAIL)/.test(line));

test("[HO5] a house in order passes every step", async () => {
  const ended = await check();
  expect(steps(ended.out)).toEqual([
    "pass  format and lint",
    "pass  types",
    "pass  one-way imports",
    "pass  rules against tests",
  ]);
  expect(ended.code).toBe(0);
});

test("[HO5] every step is gone through though each fails, and says what it found", async () => {
  const ended = await check({
    "shared/one.ts": 'import "../server/channel/log.ts";\nexport const one: number = "1" ;\n',
    "test/one.test.ts": 'import { test } from "vitest";\n\ntest("[AB1] counts", () => {});\n',
  });
  expect(steps(ended.out)).toEqual([
    "FAIL  format and lint",
    "FAIL  types",
    "FAIL  one-way imports",
    "FAIL  rules against tests",
  ]);
  expect(ended.out).toContain("shared/one.ts(2,14): error TS2322");
  expect(ended.out).toContain("AB2 has no test");
  expect(ended.code).toBe(1);
});

const importing = (name: string) => `import "${name}";\n`;

/** Files that break a rule each, and what is said of them. */
const upwards = Object.entries({
  "an import": importing("../server/channel/log.ts"),
  "a type": 'import type { two } from "../server/channel/log.ts";\n\nexport type Two = typeof two;\n',
  "an inline type": 'export type Two = import("../server/channel/log.ts").Two;\n',
  "a re-export": 'export * from "../server/channel/log.ts";\n',
  "an import on demand": 'export const log = () => import("../server/channel/log.ts");\n',
}).map(([what, text], index) => ({ what, path: `shared/up-${index}.ts`, text }));

const floors = (
  [
    ["shared/a1.ts (shared)", "../server/main.ts", "server/main.ts (main)"],
    ["client/a2.ts (client)", "../server/redis/b.ts", "server/redis/b.ts (redis)"],
    ["server/redis/a3.ts (redis)", "../guild/b.ts", "server/guild/b.ts (domain)"],
    ["server/guild/a4.ts (domain)", "../rooms/b.ts", "server/rooms/b.ts (rooms)"],
    ["server/guild/a5.ts (domain)", "../config.ts", "server/config.ts (settings)"],
    ["server/rooms/a6.ts (rooms)", "../api/b.ts", "server/api/b.ts (api)"],
    ["server/api/a7.ts (api)", "../notifier/b.ts", "server/notifier/b.ts (notifier)"],
    ["server/notifier/a8.ts (notifier)", "./service.ts", "server/notifier/service.ts"],
    ["web/a9.ts (web)", "../server/config.ts", "server/config.ts (settings)"],
    ["bench/a10.ts (bench)", "../server/channel/log.ts", "server/channel/log.ts (domain)"],
  ] as const
).map(([who, name, whom]) => ({ path: who.replace(/ .*/, ""), name, said: `${who} must not import ${whom}` }));

const strangers = [
  { path: "server/channel/a11.ts", name: "@colyseus/core" },
  { path: "server/channel/a12.ts", name: "hono/cors" },
  { path: "server/points/a13.ts", name: "firebase-admin/messaging" },
  { path: "server/redis/a14.ts", name: "bullmq" },
  { path: "shared/a15.ts", name: "node:fs" },
];

/** All of them in one house, which is checked once. */
let disorder: Promise<Ended> | undefined;
const inDisorder = (): Promise<Ended> =>
  (disorder ??= check(
    Object.fromEntries([
      ...upwards.map(({ path, text }) => [path, text]),
      ...[...floors, ...strangers].map(({ path, name }) => [path, importing(name)]),
    ]),
  ));

test.each(upwards)("[HO1] $what upwards is named with both files", async ({ path }) => {
  const ended = await inDisorder();
  expect(ended.out).toContain(`${path} (shared) must not import server/channel/log.ts (domain)`);
  expect(ended.code).toBe(1);
});

test.each(floors)("[HO1] $path importing $name", async ({ said }) => {
  expect((await inDisorder()).out).toContain(said);
});

test.each(strangers)("[HO2] $path must not know $name", async ({ path, name }) => {
  const lines = (await inDisorder()).out.split("\n").filter((line) => line.includes(path));
  expect(lines.join("\n")).toContain(`must not know the package ${name}`);
});

test("[HO1] [HO3] what only looks like an import is none, and files of one floor may know each other's types", async () => {
  const text = '// import "../server/channel/log.ts";\nexport const text = `import "../server/channel/log.ts"`;\n';
  const ended = await check({
    "shared/quote.ts": text,
    "shared/a.ts": 'import { b } from "./b.ts";\n\nexport type A = number;\nexport const a: A = b;\n',
    "shared/b.ts": 'import type { A } from "./a.ts";\n\nexport const b: A = 1;\n',
  });
  expect(steps(ended.out)).toContain("pass  one-way imports");
});

test("[HO2] a file of no floor is refused", async () => {
  const ended = await check({ "server/helpers/a.ts": "export const a = 1;\n" });
  expect(ended.out).toContain("server/helpers/a.ts is on no floor; place it in deploy/import-rules.ts");
});

test("[HO3] a way back to the same file is shown", async () => {
  const ended = await check({
    "shared/a.ts": importing("./b.ts"),
    "shared/b.ts": importing("./c.ts"),
    "shared/c.ts": importing("./a.ts"),
  });
  expect(ended.out).toContain("cycle: shared/a.ts → shared/b.ts → shared/c.ts → shared/a.ts");
});

const testOf = (title: string) => `import { test } from "vitest";\n\ntest("${title}", () => {});\n`;

test.each([
  ["a rule without a test", { "docs/spec.md": "- **AB1** a\n- **AB2** b\n- **AB3** c\n" }, "AB3 has no test"],
  ["a rule only spoken of in a test", { "test/one.test.ts": `// [AB2]\n${testOf("[AB1] a")}` }, "AB2 has no test"],
  [
    "an unknown rule",
    { "test/two.test.ts": testOf("[XY9] a") },
    "test/two.test.ts cites XY9, which is not in docs/spec.md",
  ],
  ["a rule written twice", { "docs/spec.md": "- **AB1** a\n- **AB2** b\n- **AB1** c\n" }, "AB1 stands twice"],
])("[HO4] %s", async (_, files, said) => {
  const ended = await check(files);
  expect(ended.out).toContain("FAIL  rules against tests");
  expect(ended.out).toContain(said);
});

/** `npm test` in a small house, with this project's settings of vitest but without its Redis and its cache. */
async function suite(files: Readonly<Record<string, string>>, ...args: string[]): Promise<Ended> {
  const vitestConfig = await readFile(join(root, "vitest.config.ts"), "utf8");
  const ownConfig = {
    "vitest.config.ts": vitestConfig,
    "deploy/longest-first.ts": await readFile(join(root, "deploy/longest-first.ts"), "utf8"),
    "deploy/on-cluster.ts": await readFile(join(root, "deploy/on-cluster.ts"), "utf8"),
    "test/compile-cache.ts": "export default () => {};\n",
    "test/one-folder.ts": "export default () => {};\n",
    "test/one-redis.ts": "export default () => {};\n",
    "test/property-seed.ts": "export {};\n",
  };
  return run(process.execPath, [join(root, "deploy/test.ts"), ...args], {
    cwd: await aHouse({ ...ownConfig, ...files }),
  });
}

const lastLine = (ended: Ended) => ended.out.trimEnd().split("\n").at(-1);

test("[HO6] the last line counts tests and steps of the check", async () => {
  const ended = await suite({});
  expect(lastLine(ended), ended.out).toBe("7 passed, 0 failed");
  expect(ended.code).toBe(0);
});

test("[HO6] failed tests, files that do not load and failed steps are counted", async () => {
  const failing = 'import { expect, test } from "vitest";\n\ntest("[AB1] fails", () => expect(1).toBe(2));\n';
  const ended = await suite({
    "test/fails.test.ts": failing,
    "test/broken.test.ts": 'import "./nowhere.ts";\n',
    "docs/spec.md": `${sound["docs/spec.md"]}- **AB3** It is new.\n`,
  });
  expect(lastLine(ended), ended.out).toBe("6 passed, 3 failed");
  expect(ended.code).toBe(1);
});

test("[HO6] an error outside any test counts as one failed", async () => {
  const text =
    'import { test } from "vitest";\n\ntest("[AB1] leaves a promise behind", () => void Promise.reject(new Error("late")));\n';
  const ended = await suite({ "test/late.test.ts": text });
  expect(lastLine(ended), ended.out).toBe("8 passed, 1 failed");
  expect(ended.code).toBe(1);
});

test("[HO6] arguments choose tests", async () => {
  const ended = await suite({ "test/two.test.ts": testOf("[AB1] other") }, "test/two.test.ts");
  expect(lastLine(ended), ended.out).toBe("5 passed, 0 failed");
});

test("[HO7] long tests run only when asked for", async () => {
  const files = { "test/two.long.test.ts": testOf("[AB1] long") };
  expect(lastLine(await suite(files))).toBe("7 passed, 0 failed");
  // The check, all four, and the three short ones once more.
  expect(lastLine(await suite(files, "--long"))).toBe("11 passed, 0 failed");
});

test("[HO12] the long tests do the suite once more on a Redis Cluster of three masters, but for what has a Redis of its own or none", async () => {
  const [ended, short] = [{ GREMIO_TEST_CLUSTER: "1" }, {}].map((env) =>
    spawnSync(process.execPath, [join(root, "node_modules/vitest/vitest.mjs"), "list", "--filesOnly", "--json"], {
      cwd: root,
      env: { ...process.env, ...env },
      encoding: "utf8",
    }),
  );
  const filesOf = (out = "") => [...out.matchAll(/test\/([\w-]+)\.test\.ts/g)].map(([, name = ""]) => name);
  const [there, all] = [new Set(filesOf(ended?.stdout)), filesOf(short?.stdout)];
  expect(
    all.filter(
      (name) =>
        /^(guild|points|ledger|earning|reward|season|ranking|moderation|channel-log$)/.test(name) && !there.has(name),
    ),
  ).toEqual([]);
  expect(there.size).toBeGreaterThan(100);
});

const packages = z.record(z.string(), z.string());
const packageJson = z
  .object({ dependencies: packages, devDependencies: packages, overrides: packages })
  .transform(({ dependencies, devDependencies, overrides }) => ({
    dependencies: Object.keys(dependencies).sort(),
    devDependencies: Object.keys(devDependencies).sort(),
    overrides: Object.keys(overrides).sort(),
  }))
  .parse(JSON.parse(await readFile(join(root, "package.json"), "utf8")));

test("[HO10] docs/dependencies.md gives a reason for each package and override of package.json, and for no other", async () => {
  const listed: Record<"dependencies" | "devDependencies" | "overrides", string[]> = {
    ...{ dependencies: [], devDependencies: [], overrides: [] },
  };
  for (const line of (await readFile(join(root, "docs/dependencies.md"), "utf8")).split("\n")) {
    if (!line.startsWith("- ")) continue;
    const [, names = "", mark = "", reason = ""] =
      /^- ((?:\*\*[^*]+\*\*(?:, )?)+)(?: \((development|override).*?\))?: (.*)$/.exec(line) ?? [];
    expect(reason.length, line).toBeGreaterThan(10);
    const kind = mark === "override" ? "overrides" : mark === "development" ? "devDependencies" : "dependencies";
    listed[kind].push(...names.split(", ").map((name) => name.replaceAll("*", "")));
  }
  for (const names of Object.values(listed)) names.sort();
  expect(listed).toEqual(packageJson);
});

test("[HO11] production installs what server, shared and client import, and nothing else", async () => {
  const onlyInDevelopment = ["server/dev/", "server/fcm-sandbox/"];
  const imported = new Set<string>();
  for await (const file of glob("{server,shared,client}/**/*.ts", { cwd: root })) {
    if (onlyInDevelopment.some((folder) => file.startsWith(folder))) continue;
    const text = await readFile(join(root, file), "utf8");
    for (const [, name = ""] of text.matchAll(
      /(?:^import |^(?:import|export|\})[^"\n]* from |\bimport\()"((?:@[^/"\n]+\/)?[^/".\n][^/"\n]*)/gm,
    ))
      if (!name.startsWith("node:")) imported.add(name);
  }
  // The runtime itself, and what @colyseus/ws-transport imports without bringing it.
  expect([...imported, "node", "express"].sort()).toEqual(packageJson.dependencies);
});
